//! Whose turn it is: a queue that is fair between users. Plain data; waiting is in `admission`.
//!
//! A place goes to the user who has the fewest queries running, then to the one who was served
//! longest ago. So the first query of one user never waits for the hundredth of another. When the
//! queue is full, the newest query of the user who has most of them waiting gives way to that of a
//! user who has clearly fewer.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// How much runs and waits at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) running: usize,
    pub(super) running_per_user: usize,
    pub(super) queued: usize,
}

/// A waiting query.
pub(super) type Ticket = u64;

/// What becomes of a query that arrives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    Runs,
    Waits {
        ticket: Ticket,
        /// Another one that no longer waits.
        displaced: Option<Ticket>,
    },
    Refused,
}

#[derive(Debug)]
pub(super) struct Queue {
    places: Places,
    running: usize,
    queued: usize,
    /// Those who run something or wait.
    users: BTreeMap<Arc<str>, User>,
    next_ticket: Ticket,
    served: u64,
}

#[derive(Debug, Default)]
struct User {
    running: usize,
    waiting: VecDeque<Ticket>,
    /// When it last got a place; 0: not since it came.
    served: u64,
}

impl Queue {
    pub(super) fn new(places: Places) -> Self {
        Self {
            places,
            running: 0,
            queued: 0,
            users: BTreeMap::new(),
            next_ticket: 0,
            served: 0,
        }
    }

    pub(super) fn running(&self) -> usize {
        self.running
    }

    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Those who could run have a place, so that a free place is for whoever comes.
    pub(super) fn arrive(&mut self, user: &Arc<str>) -> Arrival {
        let running = self.users.get(user).map_or(0, |it| it.running);
        if self.running < self.places.running && running < self.places.running_per_user {
            self.take_place(user);
            return Arrival::Runs;
        }
        let displaced = match self.queued < self.places.queued {
            true => None,
            false => match self.displace_for(user) {
                Some(ticket) => Some(ticket),
                None => return Arrival::Refused,
            },
        };
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.queued += 1;
        let user = self.users.entry(Arc::clone(user)).or_default();
        user.waiting.push_back(ticket);
        Arrival::Waits { ticket, displaced }
    }

    /// A waiting query gives up.
    pub(super) fn leave(&mut self, user: &Arc<str>, ticket: Ticket) {
        if let Some(it) = self.users.get_mut(user) {
            let before = it.waiting.len();
            it.waiting.retain(|waiting| *waiting != ticket);
            self.queued -= before - it.waiting.len();
        }
        self.forget_if_idle(user);
    }

    /// A query is gone; gives the places that are free to the waiting.
    pub(super) fn release(&mut self, user: &Arc<str>) -> Vec<(Arc<str>, Ticket)> {
        self.running -= 1;
        if let Some(user) = self.users.get_mut(user) {
            user.running -= 1;
        }
        self.forget_if_idle(user);
        let mut admitted = Vec::new();
        while self.running < self.places.running
            && let Some((user, ticket)) = self.next()
        {
            self.take_place(&user);
            admitted.push((user, ticket));
        }
        admitted
    }

    fn next(&mut self) -> Option<(Arc<str>, Ticket)> {
        let most = self.places.running_per_user;
        let waiting = self.users.iter_mut();
        let waiting = waiting.filter(|(_, it)| it.running < most && !it.waiting.is_empty());
        let (name, user) =
            waiting.min_by_key(|(_, it)| (it.running, it.served, it.waiting.front().copied()))?;
        let ticket = user.waiting.pop_front()?;
        self.queued -= 1;
        Some((Arc::clone(name), ticket))
    }

    fn take_place(&mut self, user: &Arc<str>) {
        self.running += 1;
        self.served += 1;
        let user = self.users.entry(Arc::clone(user)).or_default();
        user.running += 1;
        user.served = self.served;
    }

    fn displace_for(&mut self, user: &Arc<str>) -> Option<Ticket> {
        let own = self.users.get(user).map_or(0, |it| it.waiting.len());
        let (name, longest) = self
            .users
            .iter_mut()
            .max_by_key(|(_, it)| it.waiting.len())?;
        // By two, or the two would take turns in giving way.
        if longest.waiting.len() < own + 2 {
            return None;
        }
        let ticket = longest.waiting.pop_back()?;
        self.queued -= 1;
        let name = Arc::clone(name);
        self.forget_if_idle(&name);
        Some(ticket)
    }

    fn forget_if_idle(&mut self, user: &Arc<str>) {
        let is_idle = |it: &User| it.running == 0 && it.waiting.is_empty();
        if self.users.get(user).is_some_and(is_idle) {
            self.users.remove(user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(running: usize, running_per_user: usize, queued: usize) -> Queue {
        Queue::new(Places {
            running,
            running_per_user,
            queued,
        })
    }

    fn user(name: &str) -> Arc<str> {
        name.into()
    }

    fn waits(ticket: Ticket) -> Arrival {
        Arrival::Waits {
            ticket,
            displaced: None,
        }
    }

    fn admitted(queue: &mut Queue, after: &str) -> Vec<String> {
        let admitted = queue.release(&user(after));
        let name = |(user, ticket)| format!("{user} {ticket}");
        admitted.into_iter().map(name).collect()
    }

    #[test]
    fn the_first_of_one_does_not_wait_for_the_hundredth_of_another() {
        let mut queue = queue(1, 1, 100);
        assert_eq!(queue.arrive(&user("ada")), Arrival::Runs);
        for ticket in 0..50 {
            assert_eq!(queue.arrive(&user("ada")), waits(ticket));
        }
        assert_eq!(queue.arrive(&user("bob")), waits(50));
        assert_eq!(queue.arrive(&user("bob")), waits(51));
        assert_eq!(admitted(&mut queue, "ada"), ["bob 50"]);
        assert_eq!(admitted(&mut queue, "bob"), ["ada 0"]);
        assert_eq!(admitted(&mut queue, "ada"), ["bob 51"]);
        assert_eq!(admitted(&mut queue, "bob"), ["ada 1"]);
        assert_eq!((queue.running(), queue.queued()), (1, 48));
    }

    #[test]
    fn whoever_runs_least_is_next() {
        let mut queue = queue(3, 3, 10);
        for name in ["ada", "ada", "bob"] {
            assert_eq!(queue.arrive(&user(name)), Arrival::Runs);
        }
        assert_eq!(queue.arrive(&user("ada")), waits(0));
        assert_eq!(queue.arrive(&user("bob")), waits(1));
        // One of each runs, and bob was served last.
        assert_eq!(admitted(&mut queue, "ada"), ["ada 0"]);
        assert_eq!(admitted(&mut queue, "ada"), ["bob 1"]);
    }

    #[test]
    fn a_user_with_all_its_places_lets_others_pass() {
        let mut queue = queue(3, 1, 10);
        assert_eq!(queue.arrive(&user("ada")), Arrival::Runs);
        assert_eq!(queue.arrive(&user("ada")), waits(0));
        assert_eq!(queue.arrive(&user("bob")), Arrival::Runs);
        assert_eq!(admitted(&mut queue, "bob"), [""; 0]);
        assert_eq!(admitted(&mut queue, "ada"), ["ada 0"]);
    }

    #[test]
    fn a_full_queue_makes_room_for_who_has_less_in_it() {
        let mut queue = queue(1, 1, 3);
        assert_eq!(queue.arrive(&user("ada")), Arrival::Runs);
        for ticket in 0..3 {
            assert_eq!(queue.arrive(&user("ada")), waits(ticket));
        }
        assert_eq!(queue.arrive(&user("ada")), Arrival::Refused);
        let arrival = Arrival::Waits {
            ticket: 3,
            displaced: Some(2),
        };
        assert_eq!(queue.arrive(&user("bob")), arrival);
        // Two and one: nobody has clearly fewer.
        assert_eq!(queue.arrive(&user("bob")), Arrival::Refused);
        assert_eq!(queue.queued(), 3);
    }

    #[test]
    fn who_leaves_is_not_served() {
        let mut queue = queue(1, 1, 3);
        assert_eq!(queue.arrive(&user("ada")), Arrival::Runs);
        assert_eq!(queue.arrive(&user("bob")), waits(0));
        assert_eq!(queue.arrive(&user("bob")), waits(1));
        queue.leave(&user("bob"), 0);
        queue.leave(&user("bob"), 0);
        assert_eq!(admitted(&mut queue, "ada"), ["bob 1"]);
        assert_eq!(admitted(&mut queue, "bob"), [""; 0]);
        assert_eq!((queue.running(), queue.queued()), (0, 0));
        assert!(queue.users.is_empty());
    }

    #[test]
    fn without_a_queue_a_busy_server_refuses() {
        let mut queue = queue(1, 1, 0);
        assert_eq!(queue.arrive(&user("ada")), Arrival::Runs);
        assert_eq!(queue.arrive(&user("bob")), Arrival::Refused);
    }
}
