//! The loop that refreshes views when they are due.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use datafusion::common::{Result, runtime::SpawnedTask};
use jiff::{SignedDuration, Timestamp};

use super::{
    all::in_order,
    run::{Cause, run},
    snapshot::Snapshot,
};
use crate::{
    clock::Clock,
    engine::{Engine, RefreshRequest, Session},
    query::{
        materialized::{Due, Refresh, due},
        view::{Origin, ViewName},
    },
    system::ViewState,
    warehouse::{
        delta,
        ledger::{Ledger, Trigger},
        stored_view,
    },
};

/// How long to wait before looking again for views that were made, resumed or fell due, at most.
const LONGEST: SignedDuration = SignedDuration::from_secs(30);
const SHORTEST: SignedDuration = SignedDuration::from_millis(200);
/// How long to leave a view to whoever refreshes it before looking again.
const SOON: SignedDuration = SignedDuration::from_secs(2);

/// Refreshes the views of an engine as their schedules say, for as long as the task lives.
pub fn start(engine: Arc<Engine>) -> SpawnedTask<()> {
    SpawnedTask::spawn(async move {
        let mut known = BTreeMap::new();
        loop {
            let wait = match turn(&engine, &mut known).await {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::warn!(%error, "views that are due are not known");
                    LONGEST.unsigned_abs()
                }
            };
            tokio::time::sleep(wait).await;
        }
    })
}

/// Refreshes every view that is due, each after those that it reads, and all from one snapshot.
///
/// # Arguments
/// `known`: when views are due next, as far as it is known.
///
/// # Returns
/// How long nothing is due.
async fn turn(engine: &Engine, known: &mut BTreeMap<ViewName, Timestamp>) -> Result<Duration> {
    engine.warehouse().refresh().await?;
    let session = engine.session();
    let mut next = later(LONGEST);
    let mut snapshot = None;
    let views = in_order(&session)?;
    for name in &views {
        if let Some(due) = known.get(name).filter(|due| **due > Clock::System.now()) {
            next = next.min(*due);
            continue;
        }
        let Some(every) = scheduled(&session, name).await? else {
            continue;
        };
        let due = look(engine, &session, name, every).await;
        let refreshed = match due {
            Ok(Due::Now { slot }) => {
                if snapshot.is_none() {
                    snapshot = Some(Snapshot::newest(&session, &views).await?);
                }
                refreshed(engine, &session, name, every, (slot, snapshot.as_ref())).await
            }
            Ok(Due::At(at)) => Ok(at),
            Err(error) => Err(error),
        };
        match refreshed {
            Ok(at) => {
                next = next.min(at);
                known.insert(name.clone(), at);
            }
            Err(error) => {
                tracing::warn!(view = %name, %error, "when it is due is not known");
            }
        }
    }
    let wait = next.duration_since(Clock::System.now());
    Ok(wait.clamp(SHORTEST, LONGEST).unsigned_abs())
}

/// How often a view is to be refreshed, if it is.
///
/// Nobody asked for the views that come with the program: they are, once somebody refreshed them.
async fn scheduled(session: &Session, name: &ViewName) -> Result<Option<SignedDuration>> {
    let definitions = session.definitions();
    let Some(view) = definitions.get(&name.schema, &name.name) else {
        return Ok(None);
    };
    if matches!(view.origin, Origin::Shipped(_)) {
        let location = session.warehouse().location();
        let folder = stored_view::folder(location, &name.schema, &name.name)?;
        if !delta::has_log(&folder).await? {
            return Ok(None);
        }
    }
    Ok(view.materialized.as_ref().and_then(|it| it.every))
}

/// Refreshes a view for a time of its schedule, and says when it is due next.
async fn refreshed(
    engine: &Engine,
    session: &Session,
    name: &ViewName,
    every: SignedDuration,
    (slot, snapshot): (Timestamp, Option<&Snapshot>),
) -> Result<Timestamp> {
    let request = RefreshRequest {
        name: name.clone(),
        what: Refresh::Stale,
        work: None,
    };
    let cause = Cause {
        trigger: Trigger::Schedule,
        slot: Some(slot),
    };
    let count = Arc::<AtomicU64>::default();
    let ran = run(session, &request, snapshot, cause, &count).await;
    let next = look(engine, session, name, every).await?;
    match ran {
        Ok(Some(outcome)) => tracing::info!(
            view = %name,
            days = outcome.extent.day_count(),
            rows = outcome.rows,
            version = outcome.version,
            "refreshed"
        ),
        Ok(None) => {}
        // It is remembered with the run, and tried again.
        Err(error) => {
            tracing::warn!(view = %name, error = %error.strip_backtrace(), "not refreshed");
        }
    }
    match next {
        Due::At(at) => Ok(at),
        // Somebody else is at it: what comes of it is looked at soon.
        Due::Now { .. } => Ok(later(SOON)),
    }
}

/// Reads when a view is due, and notes for `/metrics` how its refreshes go.
async fn look(
    engine: &Engine,
    session: &Session,
    name: &ViewName,
    every: SignedDuration,
) -> Result<Due> {
    let location = session.warehouse().location();
    let ledger = Ledger::of(location, &name.schema, &name.name)?
        .read()
        .await?;
    let state = ViewState {
        refreshed_at: ledger.refreshed_at(),
        failures: ledger.failures().0,
    };
    engine.activity().refreshed(name.to_string(), state);
    let warehouse = location.url().as_str();
    Ok(due(warehouse, name, every, &ledger, Clock::System.now()))
}

fn later(by: SignedDuration) -> Timestamp {
    Clock::System
        .now()
        .saturating_add(by)
        .unwrap_or(Timestamp::MAX)
}
