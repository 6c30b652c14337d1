//! One statement: what is fixed when it begins, and how far it is.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use super::Statement;
use crate::clock::Clock;

/// What a query takes while it runs.
pub trait Usage: fmt::Debug + Send + Sync {
    fn peak_memory_bytes(&self) -> u64;

    fn spilled_bytes(&self) -> u64;
}

/// How far a statement is, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Queued,
    Planning,
    Running,
    Finished,
    Failed,
    Cancelled,
    TimedOut,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Planning => "planning",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }
}

/// How far a statement is.
#[derive(Debug, Clone)]
pub(in crate::system) struct Progress {
    pub(in crate::system) state: State,
    /// When its turn came.
    pub(in crate::system) started_at: Option<Timestamp>,
    /// How long planning took, whenever that was.
    pub(in crate::system) planning: Option<Duration>,
    pub(in crate::system) planned_at: Option<Timestamp>,
    pub(in crate::system) first_batch_at: Option<Timestamp>,
    pub(in crate::system) ended_at: Option<Timestamp>,
    pub(in crate::system) error: Option<(String, String)>,
    pub(in crate::system) peak_memory_bytes: u64,
    pub(in crate::system) spilled_bytes: u64,
}

/// What a statement took from its start to its end.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    pub state: State,
    pub total: Duration,
    pub rows: u64,
    pub sent_bytes: u64,
    pub peak_memory_bytes: u64,
    pub spilled_bytes: u64,
}

#[derive(Debug)]
pub(in crate::system) struct Entry {
    pub(in crate::system) statement: Statement,
    pub(in crate::system) queued_at: Timestamp,
    rows: AtomicU64,
    sent_bytes: AtomicU64,
    progress: Mutex<(Progress, Option<Arc<dyn Usage>>)>,
}

impl Entry {
    pub(super) fn new(statement: Statement, usage: Arc<dyn Usage>) -> Self {
        let progress = Progress {
            state: State::Queued,
            started_at: None,
            planning: None,
            planned_at: None,
            first_batch_at: None,
            ended_at: None,
            error: None,
            peak_memory_bytes: 0,
            spilled_bytes: 0,
        };
        Self {
            statement,
            queued_at: Clock::System.now(),
            rows: AtomicU64::new(0),
            sent_bytes: AtomicU64::new(0),
            progress: Mutex::new((progress, Some(usage))),
        }
    }

    pub(super) fn enters(&self, state: State) {
        let (progress, _) = &mut *self.lock();
        let now = Some(Clock::System.now());
        match state {
            State::Planning => progress.started_at = now,
            State::Running => {
                progress.planned_at = now;
                // It may have been planned before its turn came.
                progress.started_at = progress.started_at.or(now);
            }
            _ => {}
        }
        progress.state = state;
    }

    pub(super) fn planned_in(&self, planning: Duration) {
        self.lock().0.planning = Some(planning);
    }

    pub(super) fn sent(&self, rows: usize, bytes: usize) {
        if self.rows.fetch_add(rows as u64, Ordering::Relaxed) == 0 {
            let (progress, _) = &mut *self.lock();
            progress.first_batch_at = Some(Clock::System.now());
        }
        self.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn finish(&self, state: State, error: Option<(String, String)>) -> Outcome {
        let (progress, usage) = &mut *self.lock();
        let ended_at = Clock::System.now();
        progress.state = state;
        progress.ended_at = Some(ended_at);
        progress.error = error;
        if let Some(usage) = usage.take() {
            progress.peak_memory_bytes = usage.peak_memory_bytes();
            progress.spilled_bytes = usage.spilled_bytes();
        }
        let total = ended_at.duration_since(self.queued_at);
        Outcome {
            state,
            total: total.try_into().unwrap_or_default(),
            rows: self.rows(),
            sent_bytes: self.sent_bytes(),
            peak_memory_bytes: progress.peak_memory_bytes,
            spilled_bytes: progress.spilled_bytes,
        }
    }

    /// How far it is now.
    pub(in crate::system) fn progress(&self) -> Progress {
        let (progress, usage) = &*self.lock();
        let mut progress = progress.clone();
        if let Some(usage) = usage {
            progress.peak_memory_bytes = usage.peak_memory_bytes();
            progress.spilled_bytes = usage.spilled_bytes();
        }
        progress
    }

    pub(in crate::system) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub(in crate::system) fn sent_bytes(&self) -> u64 {
        self.sent_bytes.load(Ordering::Relaxed)
    }

    /// What the entry takes in a history.
    pub(super) fn text_bytes(&self) -> usize {
        let error = self
            .lock()
            .0
            .error
            .as_ref()
            .map_or(0, |(_, text)| text.len());
        self.statement.text.len() + error
    }

    fn lock(&self) -> MutexGuard<'_, (Progress, Option<Arc<dyn Usage>>)> {
        self.progress.lock().expect("no holder panics")
    }
}
