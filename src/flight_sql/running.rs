//! Which statements there are, and stopping them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use uuid::Uuid;

use crate::engine::{Interrupt, Stop};

/// The statements that run now, queue or are planned.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<Statements>>);

#[derive(Debug, Default)]
struct Statements {
    started: u64,
    listed: HashMap<u64, Statement>,
}

#[derive(Debug)]
struct Statement {
    id: Uuid,
    user: Arc<str>,
    interrupt: Arc<Interrupt>,
}

impl Running {
    pub fn count(&self) -> usize {
        self.lock().listed.len()
    }

    /// Lists a statement as long as what is returned lives.
    pub(super) fn list(&self, id: Uuid, user: &Arc<str>, interrupt: &Arc<Interrupt>) -> Listed {
        let mut statements = self.lock();
        let number = statements.started;
        statements.started += 1;
        let statement = Statement {
            id,
            user: Arc::clone(user),
            interrupt: Arc::clone(interrupt),
        };
        statements.listed.insert(number, statement);
        Listed {
            number,
            running: self.clone(),
        }
    }

    /// Stops the statement of that id and says whether there was one. That of somebody else is
    /// not there for who is no administrator.
    pub(super) fn cancel(&self, id: Uuid, user: &str, is_administrator: bool) -> bool {
        let may = |it: &&Statement| is_administrator || *it.user == *user;
        let statements = self.lock();
        let found = statements.listed.values().filter(|it| it.id == id);
        let stop = |it: &Statement| it.interrupt.stop(Stop::Cancelled);
        found.filter(may).map(stop).count() > 0
    }

    pub(super) fn cancel_all(&self) {
        for statement in self.lock().listed.values() {
            statement.interrupt.stop(Stop::ShutDown);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Statements> {
        self.0.lock().expect("no holder panics")
    }
}

/// A statement in the list; it leaves when this is dropped.
#[derive(Debug)]
pub(super) struct Listed {
    number: u64,
    running: Running,
}

impl Drop for Listed {
    fn drop(&mut self) {
        let statement = self.running.lock().listed.remove(&self.number);
        drop(statement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_started_a_query_cancels_it() {
        let (running, id) = (Running::default(), Uuid::new_v4());
        let interrupt = Arc::<Interrupt>::default();
        let listed = running.list(id, &"ada".into(), &interrupt);
        assert!(!running.cancel(id, "bob", false), "as if there were none");
        assert!(!running.cancel(Uuid::new_v4(), "ada", false));
        assert_eq!(interrupt.reason(), None);

        assert!(running.cancel(id, "ada", false));
        running.cancel_all();
        assert_eq!(
            interrupt.reason(),
            Some(Stop::Cancelled),
            "the first counts"
        );
        assert_eq!(running.count(), 1, "it is asked to stop, and not gone");
        assert!(running.cancel(id, "root", true));
        drop(listed);
        assert_eq!(running.count(), 0);
        assert!(!running.cancel(id, "root", true));
    }
}
