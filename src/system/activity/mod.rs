//! What a server is asked, by whom, and how it went.
//!
//! Whoever runs a query says here how far it is; `system.queries` and `system.sessions` show it.
//! Nothing here decides anything about a query.

mod connections;
mod entry;
mod history;
mod views;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use uuid::Uuid;

pub(super) use connections::Connection;
pub use connections::Peer;
pub(super) use entry::Entry;
pub use entry::{Outcome, State, Usage};
pub use views::ViewState;

use connections::Connections;
use history::History;
use views::Views;

/// The queries and connections of a server.
#[derive(Debug, Default)]
pub struct Activity(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: u64,
    running: BTreeMap<u64, Arc<Entry>>,
    history: History,
    connections: Connections,
    views: Views,
}

/// A statement that begins.
#[derive(Debug, Clone)]
pub struct Statement {
    pub id: Uuid,
    pub user: Arc<str>,
    pub text: String,
    pub peer: Peer,
}

impl Activity {
    /// Lists a statement; it stays listed as running until it is finished or forgotten.
    pub fn begin(self: &Arc<Self>, statement: Statement, usage: Arc<dyn Usage>) -> Recorded {
        let mut inner = self.lock();
        inner.connections.asked(&statement.user, &statement.peer);
        let number = inner.begun;
        inner.begun += 1;
        let entry = Arc::new(Entry::new(statement, usage));
        inner.running.insert(number, Arc::clone(&entry));
        Recorded {
            number,
            entry,
            activity: Arc::clone(self),
        }
    }

    /// Notes that a connection was heard of.
    pub fn seen(&self, user: &Arc<str>, peer: &Peer) {
        self.lock().connections.seen(user, peer);
    }

    /// Notes how the refreshes of a view go.
    pub fn refreshed(&self, view: String, state: ViewState) {
        self.lock().views.insert(view, state);
    }

    /// How the refreshes of each view go that was noted, by name.
    pub fn views(&self) -> Vec<(String, ViewState)> {
        let inner = self.lock();
        let views = inner.views.iter();
        views.map(|(view, state)| (view.clone(), *state)).collect()
    }

    /// Every query that is known, oldest first.
    pub(super) fn queries(&self) -> Vec<Arc<Entry>> {
        let inner = self.lock();
        let (ended, running) = (inner.history.iter(), inner.running.values());
        let mut entries: Vec<_> = ended.chain(running).cloned().collect();
        entries.sort_by_key(|entry| entry.queued_at);
        entries
    }

    /// Every connection that is known, with how many queries of it run.
    pub(super) fn connections(&self) -> Vec<(Connection, usize)> {
        let inner = self.lock();
        let running = |connection: &Connection| {
            let is_its = |entry: &&Arc<Entry>| connection.asks(&entry.statement);
            inner.running.values().filter(is_its).count()
        };
        let connections = inner.connections.iter();
        connections.map(|it| (it.clone(), running(it))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no holder panics")
    }
}

/// The entry of a statement, for whoever runs it.
#[derive(Debug)]
pub struct Recorded {
    number: u64,
    entry: Arc<Entry>,
    activity: Arc<Activity>,
}

impl Recorded {
    pub fn enters(&self, state: State) {
        self.entry.enters(state);
    }

    /// Notes how long planning took.
    pub fn planned_in(&self, planning: Duration) {
        self.entry.planned_in(planning);
    }

    /// Counts rows that were sent.
    pub fn sent(&self, rows: usize, bytes: usize) {
        self.entry.sent(rows, bytes);
    }

    /// Moves the entry to the history.
    ///
    /// # Arguments
    /// `error`: the name of its code and its text, as the client got them.
    pub fn finish(self, state: State, error: Option<(String, String)>) -> Outcome {
        let outcome = self.entry.finish(state, error);
        let mut inner = self.activity.lock();
        inner.running.remove(&self.number);
        inner.history.push(Arc::clone(&self.entry));
        outcome
    }

    /// Leaves no trace: the statement was only looked at.
    pub fn forget(self) {
        self.activity.lock().running.remove(&self.number);
    }
}
