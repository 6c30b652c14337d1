//! Queries that GetFlightInfo planned, until DoGet fetches them: so that planning, which is most of
//! a small query's work, is done once.
//!
//! Nothing depends on them. A ticket carries all that is needed to plan its query anew, and that
//! is what happens on another replica, later, and when a ticket is redeemed again.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use datafusion::common::runtime::SpawnedTask;
use uuid::Uuid;

use super::{handle::Handle, statement::Query};
use crate::security::Caller;

/// How long a ticket gives the result as of its announcement; clients fetch at once.
const LIFETIME: Duration = Duration::from_secs(10);
/// The plan of a report takes about a megabyte.
const MAX_QUERIES: usize = 64;

/// Planned queries by the id of their handle.
#[derive(Clone, Default)]
pub(super) struct Announced(Arc<Mutex<HashMap<Uuid, Announcement>>>);

struct Announcement {
    handle: Handle,
    caller: Arc<Caller>,
    query: Query,
    _expiry: SpawnedTask<()>,
}

impl Announced {
    /// Keeps a query for a short while, unless there are too many.
    pub(super) fn keep(&self, handle: Handle, caller: &Arc<Caller>, query: Query) {
        let mut queries = self.lock();
        if queries.len() >= MAX_QUERIES {
            return;
        }
        let (id, announced) = (handle.id(), self.clone());
        let expiry = SpawnedTask::spawn(async move {
            tokio::time::sleep(LIFETIME).await;
            announced.remove(id);
        });
        let announcement = Announcement {
            handle,
            caller: Arc::clone(caller),
            query,
            _expiry: expiry,
        };
        queries.insert(id, announcement);
    }

    /// Hands out the query of a handle, once.
    ///
    /// The bytes of a handle come from a client, who may have changed them or have them from
    /// somebody else. The query of the same handle, planned for the same caller, is what planning
    /// it now would give.
    pub(super) fn take(&self, handle: &Handle, caller: &Caller) -> Option<Query> {
        let id = handle.id();
        let is_same = |it: &Announcement| it.handle == *handle && *it.caller == *caller;
        let taken = {
            let mut queries = self.lock();
            queries.get(&id).filter(|it| is_same(it))?;
            queries.remove(&id)
        };
        taken.map(|it| it.query)
    }

    fn remove(&self, id: Uuid) {
        // Dropped after the lock: a plan may be large.
        let _old = self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Announcement>> {
        self.0.lock().expect("no holder panics")
    }
}

impl fmt::Debug for Announced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announced").finish_non_exhaustive()
    }
}
