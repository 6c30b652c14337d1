//! A run of a refresh, from the lease to what is remembered of it.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use datafusion::common::{Result, exec_err};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Outcome, refresh::refresh, restated::restatements, snapshot::Snapshot};
use crate::{
    clock::Clock,
    engine::{RefreshRequest, Session},
    query::materialized::Refresh,
    warehouse::{
        journal::Journal,
        ledger::{Begun, Ledger, RunOutcome, RunRecord, Trigger},
    },
};

/// How often within its lease who refreshes a view says that it still does.
const RENEWALS: u32 = 4;

/// How long who asks waits for somebody else's run of the same view to end, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(500);

/// What a run is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cause {
    pub(super) trigger: Trigger,
    /// The time of the schedule.
    pub(super) slot: Option<Timestamp>,
}

impl Cause {
    /// Somebody asked.
    pub(super) const ASKED: Self = Self {
        trigger: Trigger::Asked,
        slot: None,
    };
}

/// Refreshes a view, unless somebody else does at this moment.
///
/// # Arguments
/// `session`: one with the engine's own rights and settings.
/// `snapshot`: the versions of tables to read; `None` for the newest.
/// `count`: is told how many rows were computed so far.
///
/// # Returns
/// `None` if the run is another's, or was: its time of the schedule is done.
///
/// # Errors
/// As [`refresh`]; what failed is remembered.
pub(super) async fn run(
    session: &Session,
    request: &RefreshRequest,
    snapshot: Option<&Snapshot>,
    cause: Cause,
    count: &Arc<AtomicU64>,
) -> Result<Option<Outcome>> {
    let location = session.warehouse().location();
    let journal = Ledger::of(location, &request.name.schema, &request.name.name)?;
    let lease = SignedDuration::try_from(session.refresh_lease()).unwrap_or(SignedDuration::MAX);
    let id = Uuid::new_v4().to_string();
    let acquired = journal.change(|ledger| {
        if cause.slot.is_some() && ledger.last_slot() >= cause.slot {
            return None;
        }
        let begun = Begun {
            id: id.clone(),
            trigger: cause.trigger,
            slot: cause.slot,
            at: now(),
            attempt: ledger.failures().0.saturating_add(1),
        };
        let fence = ledger.acquire(&begun, lease)?;
        Some((fence, begun))
    });
    let Some((fence, begun)) = acquired.await? else {
        return Ok(None);
    };
    let refreshed = tokio::select! {
        refreshed = refresh(session, request, snapshot, count) => refreshed,
        lost = renewed(&journal, fence, lease) => match lost {
            Ok(()) => exec_err!(
                "REFRESH {}: somebody else took it over, because nothing was heard of this run for {lease:#}",
                request.name
            ),
            Err(error) => Err(error),
        },
    };
    let restatements = match &refreshed {
        Ok(Outcome {
            versions: Some(versions),
            ..
        }) => {
            let found = restatements(session.context(), versions, &begun.id, begun.at).await;
            found.unwrap_or_else(|error| {
                tracing::warn!(view = %request.name, %error, "which numbers changed is not known");
                Vec::new()
            })
        }
        _ => Vec::new(),
    };
    let record = RunRecord {
        begun,
        ended_at: now(),
        outcome: match &refreshed {
            Ok(outcome) => RunOutcome::Done {
                days: outcome.extent.day_count(),
                reason: outcome.extent.reason().map(str::to_owned),
                rows: outcome.rows,
                bytes: outcome.bytes,
                version: outcome.version,
            },
            Err(error) => RunOutcome::Failed {
                error: error.strip_backtrace(),
            },
        },
    };
    let remembered = journal.change(|ledger| {
        ledger.finish(fence, record.clone(), restatements.clone());
        Some(())
    });
    let remembered = remembered.await;
    let refreshed = refreshed?;
    remembered?;
    Ok(Some(refreshed))
}

/// Refreshes a view as a command or a statement asks for it, after whoever refreshes it now.
///
/// # Arguments
/// `session`: one with the engine's own rights and settings.
/// `snapshot`: the versions of tables to read; `None` for the newest.
/// `count`: is told how many rows were computed so far.
///
/// # Errors
/// A plan error for a view that is not materialized or whose tables are missing, an error of its
/// query or of the store; an execution error if somebody else is at it for ten minutes.
pub async fn run_asked(
    session: &Session,
    request: &RefreshRequest,
    snapshot: Option<&Snapshot>,
    count: &Arc<AtomicU64>,
) -> Result<Outcome> {
    for attempts in 0..PATIENCE.as_millis() / POLL.as_millis() {
        // Whoever had to wait asks for what is there by then.
        let snapshot = snapshot.filter(|_| attempts == 0);
        if let Some(outcome) = run(session, request, snapshot, Cause::ASKED, count).await? {
            return Ok(outcome);
        }
        tokio::time::sleep(POLL).await;
    }
    let location = session.warehouse().location();
    let ledger = Ledger::of(location, &request.name.schema, &request.name.name)?;
    let ledger = ledger.read().await?;
    let since = match ledger.holder(now()) {
        Some(holder) => format!(" since {}", holder.run.at),
        None => String::new(),
    };
    let what = match request.what {
        Refresh::Stale => String::new(),
        what => format!(" ({what})"),
    };
    exec_err!(
        "REFRESH {}{what}: it is being refreshed{since}: ask again when that has ended",
        request.name
    )
}

/// Says again and again that the run goes on; ends when another one has taken over.
async fn renewed(journal: &Journal<Ledger>, fence: u64, lease: SignedDuration) -> Result<()> {
    let pause = lease.unsigned_abs() / RENEWALS;
    loop {
        tokio::time::sleep(pause).await;
        let renewed = journal
            .change(|ledger| ledger.renew(fence, now(), lease))
            .await;
        match renewed {
            Ok(Some(())) => {}
            Ok(None) => return Ok(()),
            // The store may be back before the lease ends; the commit needs it anyway.
            Err(error) => tracing::warn!(%error, "a lease is not renewed"),
        }
    }
}

/// Leases are between processes: the system's clock, whatever reports think the time is.
fn now() -> Timestamp {
    Clock::System.now()
}
