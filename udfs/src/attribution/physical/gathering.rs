//! What all output partitions share: both inputs, read once by as many tasks as they have
//! partitions.
//!
//! Touchpoints stay in the partitions in which they come and are searched in the conversions of all
//! keys, so that nothing is sent from task to task but what is kept, and a busy key keeps no task
//! waiting for another.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::ExecutionPlanProperties;
use datafusion::physical_plan::metrics::{Count, MetricBuilder, Time};
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use futures::stream::StreamExt;

use super::collector::{Collector, Kept, Survivors};
use super::conversions::Conversions;
use super::exec::AttributeExec;
use super::facts::Facts;
use super::stored_rows::StoredRows;
use super::tasks::run_all;
use super::touchpoints::Stored;

/// Kept touchpoints are stored in batches this many times as long as those of the session, because
/// gathering looks at every stored batch once per output batch.
const STORED_BATCH_FACTOR: usize = 8;
/// Bytes per conversion that are needed while the conversions are put in order.
const BYTES_PER_CONVERSION: usize = 96;

/// Both inputs, read.
pub(crate) struct Gathered {
    pub(crate) conversions: Arc<Conversions>,
    pub(crate) stored: Arc<Stored>,
    /// By part.
    survivors: Mutex<Vec<Vec<Survivors>>>,
    /// The memory of all this; more of it is taken from here.
    pub(crate) reservation: MemoryReservation,
}

type Pending = Shared<BoxFuture<'static, Result<Arc<Gathered>, Arc<DataFusionError>>>>;

/// The reading that goes on for the current execution of the plan.
#[derive(Default)]
pub(crate) struct Gathering(Mutex<Option<Current>>);

struct Current {
    pending: Pending,
    /// The output partitions that wait for it.
    waiting: HashSet<usize>,
}

impl fmt::Debug for Gathering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gathering")
    }
}

impl Gathering {
    /// Returns what this output partition waits for. The first one of an execution begins it, the
    /// last one forgets it here, so that its memory goes when the streams do.
    pub(crate) fn join(
        &self,
        partition: usize,
        exec: &AttributeExec,
        context: &Arc<TaskContext>,
    ) -> Pending {
        let mut current = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut joined = match current.take() {
            Some(joined) if !joined.waiting.contains(&partition) => joined,
            _ => Current {
                pending: gather(exec.clone(), Arc::clone(context)).boxed().shared(),
                waiting: HashSet::new(),
            },
        };
        joined.waiting.insert(partition);
        let pending = joined.pending.clone();
        let partition_count = exec.part_count();
        *current = (joined.waiting.len() < partition_count).then_some(joined);
        pending
    }
}

impl Gathered {
    /// Takes the survivors of a part.
    pub(crate) fn take_survivors(&self, part: usize) -> Vec<Survivors> {
        let mut survivors = self
            .survivors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut survivors[part])
    }
}

async fn gather(
    exec: AttributeExec,
    context: Arc<TaskContext>,
) -> Result<Arc<Gathered>, Arc<DataFusionError>> {
    let gathered = read(&exec, &context).await;
    gathered.map(Arc::new).map_err(Arc::new)
}

async fn read(exec: &AttributeExec, context: &Arc<TaskContext>) -> Result<Gathered> {
    let reservation = MemoryConsumer::new("AttributeExec").register(context.memory_pool());
    let conversions = Arc::new(read_conversions(exec, context, &reservation).await?);
    let batch_size = context.session_config().batch_size();
    let rows_per_batch = batch_size.saturating_mul(STORED_BATCH_FACTOR);
    let columns = exec.stored_columns()?;
    let mut stored = StoredRows::new(columns.clone(), rows_per_batch, reservation.new_empty());
    let mut facts = Facts::of(&exec.spec);
    let mut survivors = vec![vec![]; conversions.parts.len()];
    // Without conversions nothing comes out, whatever the touchpoints are.
    if !conversions.is_empty() {
        let keep = |(partition, stream)| {
            let collector = Collector::try_new(
                &exec.touchpoints.schema(),
                columns.clone(),
                rows_per_batch,
                &exec.spec,
                &conversions,
                reservation.new_empty(),
            )?;
            Ok(keep_all(stream, collector, Metrics::of(exec, partition)))
        };
        let streams = streams(&exec.touchpoints, context)?.into_iter().enumerate();
        let tasks = streams.map(keep).collect::<Result<Vec<_>>>()?;
        for kept in run_all(tasks).await? {
            let first_row = stored.append(kept.stored)?;
            facts.append(kept.facts, first_row as usize);
            for (part, list) in kept.survivors.into_iter().enumerate() {
                survivors[part].push(Survivors { first_row, list });
            }
        }
    }
    Ok(Gathered {
        conversions,
        stored: Arc::new(Stored {
            rows: stored,
            facts,
        }),
        survivors: Mutex::new(survivors),
        reservation,
    })
}

async fn read_conversions(
    exec: &AttributeExec,
    context: &Arc<TaskContext>,
    reservation: &MemoryReservation,
) -> Result<Conversions> {
    let read = |(partition, stream)| {
        let rows = MetricBuilder::new(&exec.metrics).counter("conversion_rows", partition);
        collect_all(stream, rows, reservation.new_empty())
    };
    let streams = streams(&exec.conversions, context)?.into_iter().enumerate();
    let read = run_all(streams.map(read)).await?;
    let (batches, read_size): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    let batches = batches.concat();

    let time = MetricBuilder::new(&exec.metrics).subset_time("conversion_time", 0);
    let _timer = time.timer();
    let row_count: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let size: usize = read_size.iter().map(MemoryReservation::size).sum();
    reservation.try_grow(size + row_count * BYTES_PER_CONVERSION)?;
    let batch = concat_batches(&exec.conversions.schema(), &batches)?;
    drop((batches, read_size));
    let conversions = Conversions::build(batch, &exec.spec, exec.part_count()).await?;
    let held = get_record_batch_memory_size(&conversions.batch) + conversions.size();
    reservation.try_resize(held)?;
    Ok(conversions)
}

/// All batches of a stream, and their memory.
async fn collect_all(
    mut stream: SendableRecordBatchStream,
    rows: Count,
    reservation: MemoryReservation,
) -> Result<(Vec<RecordBatch>, MemoryReservation)> {
    let mut batches = vec![];
    while let Some(batch) = stream.next().await.transpose()? {
        reservation.try_grow(get_record_batch_memory_size(&batch))?;
        rows.add(batch.num_rows());
        batches.push(batch);
    }
    Ok((batches, reservation))
}

/// The streams of all partitions of an input.
fn streams(
    input: &Arc<dyn ExecutionPlan>,
    context: &Arc<TaskContext>,
) -> Result<Vec<SendableRecordBatchStream>> {
    let partitions = 0..input.output_partitioning().partition_count();
    let stream = |partition| input.execute(partition, Arc::clone(context));
    partitions.map(stream).collect()
}

/// What EXPLAIN ANALYZE shows of the touchpoints.
struct Metrics {
    read: Count,
    kept: Count,
    time: Time,
}

impl Metrics {
    fn of(exec: &AttributeExec, partition: usize) -> Self {
        let metric = || MetricBuilder::new(&exec.metrics);
        Self {
            read: metric().counter("touchpoint_rows", partition),
            kept: metric().counter("kept_touchpoint_rows", partition),
            time: metric().subset_time("touchpoint_time", partition),
        }
    }
}

/// What is kept of a stream of touchpoints.
async fn keep_all(
    mut stream: SendableRecordBatchStream,
    mut collector: Collector,
    metrics: Metrics,
) -> Result<Kept> {
    while let Some(batch) = stream.next().await.transpose()? {
        let _timer = metrics.time.timer();
        metrics.read.add(batch.num_rows());
        metrics.kept.add(collector.push(&batch)?);
    }
    collector.finish()
}
