//! What is remembered of the refreshes of one materialized view: who refreshes it now, how the last
//! ones went, and which numbers they changed.
//!
//! It is kept beside the view's rows, in the warehouse, so that every process that has it open
//! knows the same.

use datafusion::common::Result;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{SYSTEM_FOLDER, journal::Journal, location::Location};

/// How many runs are remembered.
const RUNS: usize = 100;
/// How many changed numbers are remembered, of all runs.
const RESTATEMENTS: usize = 2_000;

/// The refreshes of one view.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    /// Counts who refreshes: each holder has a greater one than all before.
    fence: u64,
    holder: Option<Holder>,
    /// Oldest first.
    pub runs: Vec<RunRecord>,
    /// Oldest first.
    pub restatements: Vec<Restatement>,
}

/// Who refreshes the view, for as long as the lease lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub run: Begun,
    pub fence: u64,
    pub until: Timestamp,
}

/// What is known of a run when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub id: String,
    pub trigger: Trigger,
    /// Which time of the schedule it is for.
    pub slot: Option<Timestamp>,
    pub at: Timestamp,
    /// How often in a row it was tried.
    pub attempt: u32,
}

/// How a run went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    #[serde(flatten)]
    pub begun: Begun,
    pub ended_at: Timestamp,
    pub outcome: RunOutcome,
}

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Schedule,
    /// A command or a statement.
    Asked,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    Done {
        /// Days that were made again; `None` for all.
        days: Option<i64>,
        /// Why all were.
        reason: Option<String>,
        rows: u64,
        /// Size of the files that were written.
        bytes: u64,
        version: u64,
    },
    Failed {
        error: String,
    },
    /// The process ended, or lost the store, before it said what came of the run.
    Lost,
}

/// A number of a day that a run changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restatement {
    pub run: String,
    pub at: Timestamp,
    pub day: jiff::civil::Date,
    /// The column that was summed up; `rows` for their number.
    pub measure: String,
    pub before: Option<f64>,
    pub after: Option<f64>,
}

impl Ledger {
    /// The ledger of a view, in a warehouse.
    ///
    /// # Errors
    /// A plan error for a name that cannot be a folder.
    pub fn of(warehouse: &Location, schema: &str, view: &str) -> Result<Journal<Self>> {
        let folder = warehouse.folder(&format!("{SYSTEM_FOLDER}/refreshes/{schema}/{view}"))?;
        Ok(Journal::in_folder(folder))
    }

    /// Who refreshes the view at this moment.
    pub fn holder(&self, now: Timestamp) -> Option<&Holder> {
        self.holder.as_ref().filter(|holder| holder.until > now)
    }

    /// Begins a run, unless another one is under way.
    ///
    /// # Returns
    /// The run's fence.
    pub fn acquire(&mut self, run: &Begun, lease: SignedDuration) -> Option<u64> {
        if self.holder(run.at).is_some() {
            return None;
        }
        if let Some(lost) = self.holder.take() {
            self.add_run(RunRecord {
                begun: lost.run,
                ended_at: lost.until,
                outcome: RunOutcome::Lost,
            });
        }
        self.fence += 1;
        self.holder = Some(Holder {
            run: run.clone(),
            fence: self.fence,
            until: run.at.saturating_add(lease).unwrap_or(Timestamp::MAX),
        });
        Some(self.fence)
    }

    /// Prolongs a run's lease; `None` if another run has taken over.
    pub fn renew(&mut self, fence: u64, now: Timestamp, lease: SignedDuration) -> Option<()> {
        let holder = self
            .holder
            .as_mut()
            .filter(|holder| holder.fence == fence)?;
        holder.until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        Some(())
    }

    /// Ends a run; it is remembered even if another one has taken over.
    pub fn finish(&mut self, fence: u64, run: RunRecord, restatements: Vec<Restatement>) {
        if self.holder.as_ref().is_some_and(|it| it.fence == fence) {
            self.holder = None;
        }
        self.runs.retain(|it| it.begun.id != run.begun.id);
        self.add_run(run);
        self.restatements.extend(restatements);
        keep_last(&mut self.restatements, RESTATEMENTS);
    }

    fn add_run(&mut self, run: RunRecord) {
        self.runs.push(run);
        keep_last(&mut self.runs, RUNS);
    }

    /// How many runs failed since one was done, and when the last of them ended.
    pub fn failures(&self) -> (u32, Option<Timestamp>) {
        let failed = self.runs.iter().rev();
        let failed = failed.take_while(|run| !matches!(run.outcome, RunOutcome::Done { .. }));
        let mut failed = failed.peekable();
        let last = failed.peek().map(|run| run.ended_at);
        (u32::try_from(failed.count()).unwrap_or(u32::MAX), last)
    }

    /// When the last run began that was done.
    pub fn refreshed_at(&self) -> Option<Timestamp> {
        let mut runs = self.runs.iter().rev();
        let done = runs.find(|run| matches!(run.outcome, RunOutcome::Done { .. }));
        done.map(|run| run.begun.at)
    }

    /// The latest time of the schedule for which a run was done.
    pub fn last_slot(&self) -> Option<Timestamp> {
        let done = self.runs.iter();
        let done = done.filter(|run| matches!(run.outcome, RunOutcome::Done { .. }));
        done.filter_map(|run| run.begun.slot).max()
    }
}

fn keep_last<T>(items: &mut Vec<T>, count: usize) {
    items.drain(..items.len().saturating_sub(count));
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: SignedDuration = SignedDuration::from_secs(60);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn begun(id: &str, seconds: i64) -> Begun {
        Begun {
            id: id.to_owned(),
            trigger: Trigger::Schedule,
            slot: Some(at(seconds)),
            at: at(seconds),
            attempt: 1,
        }
    }

    fn record(id: &str, seconds: i64, outcome: RunOutcome) -> RunRecord {
        RunRecord {
            begun: begun(id, seconds),
            ended_at: at(seconds),
            outcome,
        }
    }

    fn failed() -> RunOutcome {
        RunOutcome::Failed {
            error: "no".to_owned(),
        }
    }

    fn done() -> RunOutcome {
        RunOutcome::Done {
            days: Some(1),
            reason: None,
            rows: 1,
            bytes: 1,
            version: 1,
        }
    }

    #[test]
    fn one_run_at_a_time_and_each_with_a_greater_fence() {
        let mut ledger = Ledger::default();
        let first = ledger.acquire(&begun("a", 0), LEASE).unwrap();
        assert_eq!(ledger.acquire(&begun("b", 59), LEASE), None);
        assert!(ledger.renew(first, at(50), LEASE).is_some());
        assert_eq!(ledger.acquire(&begun("b", 100), LEASE), None);
        let second = ledger.acquire(&begun("b", 110), LEASE).unwrap();
        assert!(second > first);
        // Who lost the lease neither prolongs it nor ends it for the new holder.
        assert!(ledger.renew(first, at(111), LEASE).is_none());
        assert_eq!(ledger.runs[0].outcome, RunOutcome::Lost);
        assert_eq!(ledger.runs[0].begun, begun("a", 0));
        ledger.finish(first, record("a", 112, done()), vec![]);
        assert_eq!(ledger.holder(at(112)).unwrap().run.id, "b");
        assert_eq!(ledger.runs.len(), 1, "a run is remembered once");
        ledger.finish(second, record("b", 113, done()), vec![]);
        assert_eq!(ledger.holder(at(113)), None);
    }

    #[test]
    fn failures_count_until_a_run_is_done() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.failures(), (0, None));
        for (id, outcome) in [("a", done()), ("b", failed()), ("c", failed())] {
            let fence = ledger.acquire(&begun(id, 0), LEASE).unwrap();
            let ended = i64::from(id.as_bytes()[0]);
            ledger.finish(fence, record(id, ended, outcome), vec![]);
        }
        assert_eq!(ledger.failures(), (2, Some(at(99))));
        assert_eq!(ledger.last_slot(), Some(at(97)));
    }

    #[test]
    fn old_runs_are_forgotten() {
        let mut ledger = Ledger::default();
        for run in 0..300 {
            let id = run.to_string();
            let fence = ledger.acquire(&begun(&id, run), LEASE).unwrap();
            ledger.finish(fence, record(&id, run, done()), vec![]);
        }
        assert_eq!(ledger.runs.len(), RUNS);
        assert_eq!(ledger.runs[RUNS - 1].begun.id, "299");
    }
}
