//! What one query of a server may use, what it used, and how it is stopped.
//!
//! Everything that runs for a query holds its [`Work`]: the task that sends its rows, and every
//! stream of its plan, on whatever thread. So a query is gone when its work is dropped, and not
//! when somebody asked it to stop.

use std::{
    any::Any,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    common::{DataFusionError, Result},
    execution::{SessionState, TaskContext, runtime_env::RuntimeEnv},
    physical_plan::metrics::{Metric, MetricValue, MetricsSet},
};
use thiserror::Error;
use tokio::sync::watch;

use super::query_memory::QueryMemory;
use crate::system::Usage;

/// Why a query was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Stop {
    #[error("the query was cancelled")]
    Cancelled,
    #[error("the query took too long")]
    TimedOut,
    #[error("the query was cancelled: its client is gone")]
    Abandoned,
    #[error("the query was cancelled: the server shuts down")]
    ShutDown,
}

/// Whether a query shall stop. The first reason is the one that counts.
#[derive(Debug)]
pub struct Interrupt {
    /// What [`Self::check`] reads for every batch: cheaper than the channel.
    is_stopped: AtomicBool,
    reason: watch::Sender<Option<Stop>>,
}

impl Default for Interrupt {
    fn default() -> Self {
        Self {
            is_stopped: AtomicBool::new(false),
            reason: watch::Sender::new(None),
        }
    }
}

impl Interrupt {
    pub fn stop(&self, reason: Stop) {
        self.reason.send_if_modified(|stop| {
            let is_first = stop.is_none();
            stop.get_or_insert(reason);
            is_first
        });
        self.is_stopped.store(true, Ordering::Release);
    }

    pub fn reason(&self) -> Option<Stop> {
        *self.reason.borrow()
    }

    /// Waits until somebody stops the query.
    pub async fn stopped(&self) -> Stop {
        let mut reason = self.reason.subscribe();
        let stop = reason.wait_for(Option::is_some).await;
        stop.ok().and_then(|stop| *stop).unwrap_or(Stop::Abandoned)
    }

    /// # Errors
    /// The reason, when the query shall stop.
    pub(super) fn check(&self) -> Result<()> {
        if !self.is_stopped.load(Ordering::Acquire) {
            return Ok(());
        }
        let stop = self.reason().unwrap_or(Stop::Abandoned);
        Err(DataFusionError::External(Box::new(stop)))
    }
}

/// The memory and the disk that a query takes.
#[derive(Debug)]
pub struct Spent {
    memory: Arc<QueryMemory>,
    spilled: Mutex<Vec<Arc<Metric>>>,
}

impl Usage for Spent {
    fn peak_memory_bytes(&self) -> u64 {
        self.memory.peak_bytes() as u64
    }

    fn spilled_bytes(&self) -> u64 {
        let metrics = self.spilled.lock().expect("no holder panics");
        let bytes = metrics.iter().map(|metric| metric.value().as_usize());
        bytes.sum::<usize>() as u64
    }
}

/// A query of a server, from its admission to its last thread.
pub struct Work {
    interrupt: Arc<Interrupt>,
    spent: Arc<Spent>,
    held: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Work {
    pub(super) fn new(memory: Arc<QueryMemory>) -> Arc<Self> {
        Arc::new(Self {
            interrupt: Arc::default(),
            spent: Arc::new(Spent {
                memory,
                spilled: Mutex::default(),
            }),
            held: Mutex::default(),
        })
    }

    pub fn interrupt(&self) -> &Arc<Interrupt> {
        &self.interrupt
    }

    pub fn spent(&self) -> &Arc<Spent> {
        &self.spent
    }

    /// Keeps a thing, such as a place among the running queries, until nothing of this is left.
    pub fn hold(&self, thing: impl Any + Send) {
        let mut held = self.held.lock().expect("no holder panics");
        held.push(Box::new(thing));
    }

    pub(super) fn memory(&self) -> &Arc<QueryMemory> {
        &self.spent.memory
    }

    /// Counts what an operator spills in one partition.
    pub(super) fn count_spills(&self, metrics: MetricsSet, partition: usize) {
        let is_spill = |metric: &Arc<Metric>| {
            matches!(metric.value(), MetricValue::SpilledBytes(_))
                && metric.partition() == Some(partition)
        };
        let mut spilled = self.spent.spilled.lock().expect("no holder panics");
        spilled.extend(metrics.into_iter().filter(is_spill));
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("interrupt", &self.interrupt)
            .finish_non_exhaustive()
    }
}

/// Where plans of a state run.
pub fn task_context(state: &SessionState) -> Arc<TaskContext> {
    let context = TaskContext::from(state);
    let Some(work) = state.config().get_extension::<Work>() else {
        return Arc::new(context);
    };
    Arc::new(context.with_runtime(runtime_within(state.runtime_env(), &work)))
}

/// The runtime with the memory that a query may take.
pub(super) fn runtime_within(runtime: &Arc<RuntimeEnv>, work: &Work) -> Arc<RuntimeEnv> {
    Arc::new(RuntimeEnv {
        memory_pool: Arc::clone(work.memory()) as _,
        ..runtime.as_ref().clone()
    })
}
