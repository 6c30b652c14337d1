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
        journal::Journal,
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

/// Refreshes every view that is due, each after those that it reads.
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
    for name in in_order(&session)? {
        if let Some(due) = known.get(&name).filter(|due| **due > Clock::System.now()) {
            next = next.min(*due);
            continue;
        }
        let Some(every) = scheduled(&session, &name).await? else {
            continue;
        };
        match refreshed(engine, &session, &name, every).await {
            Ok(at) => {
                next = next.min(at);
                known.insert(name, at);
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

/// Refreshes a view if it is due, and says when it is due next.
async fn refreshed(
    engine: &Engine,
    session: &Session,
    name: &ViewName,
    every: SignedDuration,
) -> Result<Timestamp> {
    let journal = Ledger::of(session.warehouse().location(), &name.schema, &name.name)?;
    let slot = match look(engine, &journal, name, every).await? {
        Due::At(at) => return Ok(at),
        Due::Now { slot } => slot,
    };
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
    let ran = run(session, &request, cause, &count).await;
    let next = look(engine, &journal, name, every).await?;
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
    journal: &Journal<Ledger>,
    name: &ViewName,
    every: SignedDuration,
) -> Result<Due> {
    let ledger = journal.read().await?;
    let state = ViewState {
        refreshed_at: ledger.refreshed_at(),
        failures: ledger.failures().0,
    };
    engine.activity().refreshed(name.to_string(), state);
    Ok(due(name, every, &ledger, Clock::System.now()))
}

fn later(by: SignedDuration) -> Timestamp {
    Clock::System
        .now()
        .saturating_add(by)
        .unwrap_or(Timestamp::MAX)
}
