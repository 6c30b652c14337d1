//! Parameters of clients that ignore the handle which binding returns.
//!
//! The handle returned by DoPut carries the parameters, and clients that use it need nothing from
//! here. flightsql-dbapi goes on with the handle it had, so the parameters are also kept under
//! the statement's id for a short while, in this process only.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use prost::bytes::Bytes;
use tokio::time::Instant;
use uuid::Uuid;

use super::handle::Handle;

const LIFETIME: Duration = Duration::from_secs(15 * 60);
const MAX_STATEMENTS: usize = 256;

/// Parameters by statement; the oldest give way.
#[derive(Debug, Default)]
pub(super) struct Bound {
    statements: Mutex<HashMap<Uuid, (Instant, Bytes)>>,
}

impl Bound {
    pub(super) fn keep(&self, handle: &Handle) {
        self.keep_at(Instant::now(), handle);
    }

    /// The handle with the parameters it carries, else with those kept for it.
    pub(super) fn resolve(&self, handle: Handle) -> Handle {
        self.resolve_at(Instant::now(), handle)
    }

    pub(super) fn forget(&self, handle: &Handle) {
        let mut statements = self.statements.lock().expect("no holder panics");
        statements.remove(&handle.id());
    }

    fn keep_at(&self, now: Instant, handle: &Handle) {
        let mut statements = self.statements.lock().expect("no holder panics");
        statements.retain(|_, (bound_at, _)| now - *bound_at < LIFETIME);
        if statements.len() >= MAX_STATEMENTS {
            let oldest = statements.iter().min_by_key(|(_, (bound_at, _))| *bound_at);
            if let Some(id) = oldest.map(|(id, _)| *id) {
                statements.remove(&id);
            }
        }
        statements.insert(handle.id(), (now, handle.parameters.clone()));
    }

    fn resolve_at(&self, now: Instant, handle: Handle) -> Handle {
        if !handle.parameters.is_empty() {
            return handle;
        }
        let statements = self.statements.lock().expect("no holder panics");
        match statements.get(&handle.id()) {
            Some((bound_at, parameters)) if now - *bound_at < LIFETIME => {
                handle.with_parameters(parameters.clone())
            }
            _ => handle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_bound(map: &Bound, now: Instant, handle: &Handle) -> bool {
        let unbound = handle.clone().with_parameters(Bytes::new());
        !map.resolve_at(now, unbound).parameters.is_empty()
    }

    fn statement() -> Handle {
        Handle::new("SELECT ?".to_owned()).with_parameters(vec![1].into())
    }

    #[test]
    fn parameters_are_kept_by_statement_and_not_for_long() {
        let (map, now) = (Bound::default(), Instant::now());
        let (prepared, same_text) = (statement(), statement());
        map.keep_at(now, &prepared);
        assert!(is_bound(&map, now, &prepared));
        assert!(!is_bound(&map, now, &same_text), "never keyed by the text");
        assert!(!is_bound(&map, now + LIFETIME, &prepared));

        map.forget(&prepared);
        assert!(!is_bound(&map, now, &prepared));
    }

    #[test]
    fn the_oldest_gives_way() {
        let (map, now) = (Bound::default(), Instant::now());
        let handles: Vec<_> = (0..=MAX_STATEMENTS).map(|_| statement()).collect();
        for (age, handle) in handles.iter().enumerate() {
            map.keep_at(now + Duration::from_millis(age as u64), handle);
        }
        assert!(!is_bound(&map, now, &handles[0]));
        assert!(is_bound(&map, now, &handles[1]));
    }
}
