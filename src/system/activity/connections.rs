//! Who is connected, as far as requests tell: a server keeps no session for a client.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use jiff::Timestamp;

use super::Statement;
use crate::clock::Clock;

const MAX_CONNECTIONS: usize = 10_000;

/// The other end of a connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Peer {
    /// `None` when the transport does not say.
    pub address: Option<SocketAddr>,
    /// What the client calls itself.
    pub user_agent: Option<Arc<str>>,
}

/// What was heard of a user over one connection.
#[derive(Debug, Clone)]
pub(in crate::system) struct Connection {
    pub(in crate::system) user: Arc<str>,
    pub(in crate::system) peer: Peer,
    pub(in crate::system) first_seen_at: Timestamp,
    pub(in crate::system) last_seen_at: Timestamp,
    pub(in crate::system) queries: u64,
}

impl Connection {
    pub(super) fn asks(&self, statement: &Statement) -> bool {
        self.user == statement.user && self.peer == statement.peer
    }
}

/// The connections heard of; those not heard of for the longest time give way.
#[derive(Debug, Default)]
pub(super) struct Connections(HashMap<(Arc<str>, Peer), Connection>);

impl Connections {
    pub(super) fn seen(&mut self, user: &Arc<str>, peer: &Peer) {
        self.connection(user, peer);
    }

    pub(super) fn asked(&mut self, user: &Arc<str>, peer: &Peer) {
        self.connection(user, peer).queries += 1;
    }

    /// In the order in which they were first seen.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Connection> {
        let mut connections: Vec<_> = self.0.values().collect();
        connections.sort_by_key(|it| it.first_seen_at);
        connections.into_iter()
    }

    fn connection(&mut self, user: &Arc<str>, peer: &Peer) -> &mut Connection {
        let now = Clock::System.now();
        let key = (Arc::clone(user), peer.clone());
        if self.0.len() >= MAX_CONNECTIONS && !self.0.contains_key(&key) {
            self.forget_half();
        }
        let connection = self.0.entry(key).or_insert_with(|| Connection {
            user: Arc::clone(user),
            peer: peer.clone(),
            first_seen_at: now,
            last_seen_at: now,
            queries: 0,
        });
        connection.last_seen_at = now;
        connection
    }

    /// Half at once, because finding the oldest looks at all.
    fn forget_half(&mut self) {
        let mut seen: Vec<_> = self.0.values().map(|it| it.last_seen_at).collect();
        seen.sort_unstable();
        let middle = seen[seen.len() / 2];
        self.0.retain(|_, it| it.last_seen_at > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_with_ever_new_names_does_not_fill_the_memory() {
        let (mut connections, user) = (Connections::default(), "ada".into());
        let agent = |number: usize| Peer {
            address: None,
            user_agent: Some(number.to_string().into()),
        };
        for number in 0..2 * MAX_CONNECTIONS {
            connections.asked(&user, &agent(number));
        }
        let newest = agent(2 * MAX_CONNECTIONS - 1);
        connections.asked(&user, &newest);
        assert!(connections.iter().count() <= MAX_CONNECTIONS);
        let newest = connections.iter().find(|it| it.peer == newest).unwrap();
        assert_eq!(newest.queries, 2);
    }
}
