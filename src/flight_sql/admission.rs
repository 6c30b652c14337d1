//! Waiting for a place among the running queries.
//!
//! Only queries take places. Planning, prepared statements and questions about the catalog read no
//! rows and have threads of their own, so that a client can look around while others wait.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard},
    thread::available_parallelism,
};

use tokio::sync::oneshot;
use tonic::{Code, Status};

use super::{
    queue::{Arrival, Places, Queue, Ticket},
    status::refused,
};
use crate::config::Limits;

/// Small queries of others must run beside a heavy one even on a small machine.
const MIN_RUNNING: usize = 4;

/// The places of a server.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    places: Places,
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    queue: Queue,
    calls: HashMap<Ticket, oneshot::Sender<Place>>,
}

impl Admission {
    pub(super) fn new(limits: &Limits) -> Self {
        let running = running(limits);
        let per_user = limits.running_per_user.map_or(running, NonZeroUsize::get);
        let places = Places {
            running,
            running_per_user: per_user.min(running),
            queued: limits.queued,
        };
        let waiting = Waiting {
            queue: Queue::new(places),
            calls: HashMap::new(),
        };
        Self {
            places,
            waiting: Arc::new(Mutex::new(waiting)),
        }
    }

    /// Waits for a place; dropping the future leaves the queue.
    ///
    /// # Errors
    /// `ResourceExhausted` when the queue is full.
    pub(super) async fn enter(&self, user: &Arc<str>) -> Result<Place, Status> {
        let place = || Place {
            user: Arc::clone(user),
            admission: self.clone(),
        };
        let (ticket, call) = {
            let mut waiting = self.lock();
            match waiting.queue.arrive(user) {
                Arrival::Runs => return Ok(place()),
                Arrival::Refused => return Err(self.full("")),
                Arrival::Waits { ticket, displaced } => {
                    if let Some(displaced) = displaced {
                        waiting.calls.remove(&displaced);
                    }
                    let (caller, call) = oneshot::channel();
                    waiting.calls.insert(ticket, caller);
                    (ticket, call)
                }
            }
        };
        let _leaves = Leaves {
            user,
            ticket,
            admission: self,
        };
        let displaced = "this one gave way to another user's first; ";
        call.await.map_err(|_| self.full(displaced))
    }

    /// How many queries have a place, and how many wait for one.
    pub(super) fn counts(&self) -> (usize, usize) {
        let waiting = self.lock();
        (waiting.queue.running(), waiting.queue.queued())
    }

    fn full(&self, why: &str) -> Status {
        let Places {
            running,
            running_per_user,
            queued,
        } = self.places;
        refused(
            Code::ResourceExhausted,
            format!(
                "the server is busy: {why}at most {running} queries run at once \
                 (server.limits.running), {running_per_user} of one user \
                 (server.limits.running_per_user), and {queued} wait (server.limits.queued): \
                 try again later, or let fewer clients ask at once"
            ),
        )
    }

    fn release(&self, user: &Arc<str>) {
        let calls: Vec<_> = {
            let mut waiting = self.lock();
            let admitted = waiting.queue.release(user);
            let call = |(user, ticket)| Some((user, waiting.calls.remove(&ticket)?));
            admitted.into_iter().filter_map(call).collect()
        };
        for (user, call) in calls {
            // Who no longer listens drops the place, which goes to the next.
            let _ = call.send(Place {
                user,
                admission: self.clone(),
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().expect("no holder panics")
    }
}

/// How many queries may run at once.
pub(super) fn running(limits: &Limits) -> usize {
    let cores = available_parallelism().map_or(1, NonZeroUsize::get);
    let default = cores.max(MIN_RUNNING);
    limits.running.map_or(default, NonZeroUsize::get)
}

/// A place among the running queries, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    user: Arc<str>,
    admission: Admission,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.admission.release(&self.user);
    }
}

/// Takes a query out of the queue when it waits no more.
struct Leaves<'a> {
    user: &'a Arc<str>,
    ticket: Ticket,
    admission: &'a Admission,
}

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        let mut waiting = self.admission.lock();
        waiting.queue.leave(self.user, self.ticket);
        waiting.calls.remove(&self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn admission(running: usize, queued: usize) -> Admission {
        Admission::new(&Limits {
            running: NonZeroUsize::new(running),
            queued,
            ..Limits::default()
        })
    }

    #[test]
    fn a_place_goes_to_who_waits_and_not_to_who_left() {
        let (admission, ada, bob) = (admission(1, 2), "ada".into(), "bob".into());
        let first = admission.enter(&ada).now_or_never().unwrap().unwrap();
        let mut left = Box::pin(admission.enter(&ada));
        let mut waits = Box::pin(admission.enter(&bob));
        assert!(left.as_mut().now_or_never().is_none());
        assert!(waits.as_mut().now_or_never().is_none());
        assert_eq!(admission.counts(), (1, 2));
        drop(left);
        assert_eq!(admission.counts(), (1, 1));
        drop(first);
        let place = waits.now_or_never().unwrap().unwrap();
        assert_eq!(admission.counts(), (1, 0));
        drop(place);
        assert_eq!(admission.counts(), (0, 0));
    }

    #[test]
    fn a_place_that_nobody_takes_is_free() {
        let (admission, ada) = (admission(1, 2), "ada".into());
        let first = admission.enter(&ada).now_or_never().unwrap().unwrap();
        let mut called = Box::pin(admission.enter(&ada));
        assert!(called.as_mut().now_or_never().is_none());
        drop(first);
        drop(called);
        assert_eq!(admission.counts(), (0, 0));
    }

    #[test]
    fn a_full_queue_says_how_much_fits() {
        let (admission, ada, bob) = (admission(1, 2), "ada".into(), "bob".into());
        let _first = admission.enter(&ada).now_or_never().unwrap().unwrap();
        let mut waits = [(), ()].map(|()| Box::pin(admission.enter(&ada)));
        for waiting in &mut waits {
            assert!(waiting.as_mut().now_or_never().is_none());
        }
        let status = admission.enter(&ada).now_or_never().unwrap().unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted);
        let expected = "at most 1 queries run at once (server.limits.running)";
        assert!(status.message().contains(expected), "{status}");

        let mut other = Box::pin(admission.enter(&bob));
        assert!(other.as_mut().now_or_never().is_none());
        let [_, newest] = waits;
        let status = newest.now_or_never().unwrap().unwrap_err();
        assert!(status.message().contains("gave way"), "{status}");
        assert_eq!(admission.counts(), (1, 2));
    }
}
