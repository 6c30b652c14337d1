//! Whether the server should get requests, for load balancers and orchestrators.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::ObjectStore;
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::{clock::Clock, engine::Engine, warehouse::Warehouse};

/// Requests between two looks at the warehouse get the answer of the first.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);
const DELTA_LOG: &str = "_delta_log";

/// What the server's readiness depends on.
#[derive(Debug)]
pub(super) struct Readiness {
    engine: Arc<Engine>,
    max_data_age: Option<Duration>,
    is_draining: AtomicBool,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Readiness {
    pub(super) fn new(engine: Arc<Engine>, max_data_age: Option<Duration>) -> Self {
        Self {
            engine,
            max_data_age,
            is_draining: AtomicBool::new(false),
            last: Mutex::default(),
        }
    }

    /// The server ends: it shall get no more requests.
    pub(super) fn drain(&self) {
        self.is_draining.store(true, Ordering::Release);
    }

    /// # Errors
    /// Why the server is not ready.
    pub(super) async fn check(&self) -> Result<(), String> {
        if self.is_draining.load(Ordering::Acquire) {
            return Err("the server is shutting down".to_owned());
        }
        let mut last = self.last.lock().await;
        if let Some((looked_at, result)) = &*last
            && looked_at.elapsed() < LOOK_INTERVAL
        {
            return result.clone();
        }
        let result = match timeout(LOOK_TIMEOUT, self.look()).await {
            Ok(result) => result,
            Err(_) => Err(format!(
                "the warehouse could not be listed within {LOOK_TIMEOUT:?}"
            )),
        };
        *last = Some((Instant::now(), result.clone()));
        result
    }

    async fn look(&self) -> Result<(), String> {
        let warehouse = self.engine.warehouse();
        let newest = newest_commit(warehouse).await;
        let newest = newest.map_err(|error| format!("the warehouse cannot be listed: {error}"))?;
        match self.max_data_age {
            Some(max) => is_fresh(newest, Clock::System.now(), max),
            None => Ok(()),
        }
    }
}

/// When a table was last written to; `None` for a warehouse without tables.
async fn newest_commit(warehouse: &Warehouse) -> object_store::Result<Option<Timestamp>> {
    let (location, mut newest) = (warehouse.location(), None);
    let store = location.store();
    store.list_with_delimiter(Some(&location.path(""))).await?;
    for table in warehouse.table_names() {
        let log = location.path(&format!("{table}/{DELTA_LOG}"));
        let newest_of = |folder| {
            let files = store.list(Some(&folder));
            files
                .map(|file| file.map(|file| file.last_modified.timestamp_micros()))
                .try_fold(None, async |newest, at| Ok(newest.max(Some(at))))
        };
        let written = match newest_of(log).await? {
            // A folder of Parquet files has no log.
            None => newest_of(location.path(&table)).await?,
            written => written,
        };
        newest = newest.max(written);
    }
    Ok(newest.and_then(|at| Timestamp::from_microsecond(at).ok()))
}

fn is_fresh(newest: Option<Timestamp>, now: Timestamp, max: Duration) -> Result<(), String> {
    let Some(newest) = newest else {
        return Err(format!(
            "expected data that is at most {max:?} old (server.max_data_age), got none"
        ));
    };
    let age = Duration::try_from(now.duration_since(newest)).unwrap_or_default();
    match age <= max {
        true => Ok(()),
        false => Err(format!(
            "expected data that is at most {max:?} old (server.max_data_age), got data of \
             {newest}: import newer"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_fresh_up_to_its_age() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (now, hour) = (at("2026-09-01T10:00:00Z"), Duration::from_secs(3600));
        assert!(is_fresh(Some(at("2026-09-01T09:00:00Z")), now, hour).is_ok());
        assert!(is_fresh(Some(at("2026-09-01T10:00:01Z")), now, hour).is_ok());
        let error = is_fresh(Some(at("2026-09-01T08:59:59Z")), now, hour).unwrap_err();
        assert!(
            error.contains("got data of 2026-09-01T08:59:59Z"),
            "{error}"
        );
        assert!(is_fresh(None, now, hour).unwrap_err().contains("got none"));
    }
}
