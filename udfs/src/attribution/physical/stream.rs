//! Running one partition: collect the conversions, stream the touchpoints, make batches of rows.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::common::{Result, exec_err};
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::{BaselineMetrics, Count, MetricBuilder, RecordOutput};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream::{StreamExt, TryStreamExt, once, try_unfold};

use super::batch::BatchWriter;
use super::collector::Collector;
use super::conversions::Conversions;
use super::exec::AttributeExec;
use super::instants::column;
use super::rows::{RowSource, Rows};
use super::touchpoints::Touchpoints;
use crate::attribution::output::{Computed, Source};
use crate::attribution::spec::AttributeSpec;

/// Kept touchpoints are stored in batches this many times as long as those of the session, because
/// gathering looks at every stored batch once per output batch.
const STORED_BATCH_FACTOR: usize = 8;
/// Bytes per conversion that building the index takes.
const INDEX_BYTES_PER_ROW: usize = 56;

/// The inputs of one partition.
struct Partition {
    conversions: SendableRecordBatchStream,
    touchpoints: SendableRecordBatchStream,
    spec: Arc<AttributeSpec>,
    writer: BatchWriter,
    batch_size: usize,
    reservation: MemoryReservation,
    metrics: Metrics,
}

/// What EXPLAIN ANALYZE shows.
struct Metrics {
    baseline: BaselineMetrics,
    conversion_rows: Count,
    touchpoint_rows: Count,
    kept_touchpoint_rows: Count,
}

/// The rows of one partition on their way out.
struct Output {
    rows: RowSource,
    writer: BatchWriter,
    batch_size: usize,
    metrics: Metrics,
    _reservation: MemoryReservation,
}

/// Runs one partition of the operator.
pub(crate) fn attribute_stream(
    exec: &AttributeExec,
    partition: usize,
    context: &Arc<TaskContext>,
) -> Result<SendableRecordBatchStream> {
    let consumer = MemoryConsumer::new(format!("AttributeExec[{partition}]"));
    let count = |name| MetricBuilder::new(&exec.metrics).counter(name, partition);
    let partition = Partition {
        conversions: exec.conversions.execute(partition, Arc::clone(context))?,
        touchpoints: exec.touchpoints.execute(partition, Arc::clone(context))?,
        spec: Arc::clone(&exec.spec),
        writer: BatchWriter::new(exec.schema(), exec.columns.clone(), &exec.spec),
        batch_size: context.session_config().batch_size(),
        reservation: consumer.register(context.memory_pool()),
        metrics: Metrics {
            baseline: BaselineMetrics::new(&exec.metrics, partition),
            conversion_rows: count("conversion_rows"),
            touchpoint_rows: count("touchpoint_rows"),
            kept_touchpoint_rows: count("kept_touchpoint_rows"),
        },
    };
    let batches = once(partition.read()).map_ok(|output| {
        try_unfold(output, async |mut output| {
            let batch = output.next_batch().await?;
            Ok(batch.map(|batch| (batch, output)))
        })
    });
    let stream = RecordBatchStreamAdapter::new(exec.schema(), batches.try_flatten());
    Ok(Box::pin(stream))
}

/// Lets other tasks of the runtime run.
pub(crate) async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|ctx| match std::mem::replace(&mut has_yielded, true) {
        true => Poll::Ready(()),
        false => {
            ctx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await;
}

impl Partition {
    async fn read(mut self) -> Result<Output> {
        let conversions = self.read_conversions().await?;
        let touchpoints = self.read_touchpoints(&conversions).await?;
        let reads_value = self.writer.reads(Source::Computed(Computed::CreditedValue));
        let value = column(&conversions.batch, &self.spec.conversions.value);
        let values = reads_value.then_some(value).transpose()?.cloned();
        let paths = self.reservation.new_empty();
        Ok(Output {
            rows: RowSource::new(conversions, touchpoints, values, self.spec, paths),
            writer: self.writer,
            batch_size: self.batch_size,
            metrics: self.metrics,
            _reservation: self.reservation,
        })
    }

    async fn read_conversions(&mut self) -> Result<Conversions> {
        let mut batches = vec![];
        let mut size = 0;
        while let Some(batch) = self.conversions.next().await.transpose()? {
            let batch_size = get_record_batch_memory_size(&batch);
            self.reservation.try_grow(batch_size)?;
            size += batch_size;
            self.metrics.conversion_rows.add(batch.num_rows());
            batches.push(batch);
        }
        let row_count: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if u32::try_from(row_count).is_err() {
            return exec_err!(
                "attribute: conversions of one partition must be fewer than 2^32, got {row_count}"
            );
        }
        self.reservation
            .try_grow(size + row_count * INDEX_BYTES_PER_ROW)?;
        let _timer = self.metrics.baseline.elapsed_compute().timer();
        let batch = concat_batches(&self.conversions.schema(), &batches)?;
        drop(batches);
        self.reservation.shrink(size);
        Conversions::try_new(batch, &self.spec)
    }

    async fn read_touchpoints(&mut self, conversions: &Conversions) -> Result<Touchpoints> {
        let mut collector = Collector::try_new(
            &self.touchpoints.schema(),
            self.writer.touchpoint_columns(),
            self.batch_size.saturating_mul(STORED_BATCH_FACTOR),
            &self.spec,
            self.reservation.new_empty(),
        )?;
        // Without conversions nothing comes out, whatever the touchpoints are.
        while conversions.count() > 0
            && let Some(batch) = self.touchpoints.next().await.transpose()?
        {
            let _timer = self.metrics.baseline.elapsed_compute().timer();
            let kept = collector.push(&batch, conversions)?;
            self.metrics.touchpoint_rows.add(batch.num_rows());
            self.metrics.kept_touchpoint_rows.add(kept);
        }
        collector.finish(conversions.group_count()).await
    }
}

impl Output {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let mut rows = Rows::default();
        while rows.len() < self.batch_size && !self.rows.is_finished() {
            let timer = self.metrics.baseline.elapsed_compute().timer();
            self.rows.fill(&mut rows, self.batch_size)?;
            timer.done();
            if rows.len() < self.batch_size {
                yield_now().await;
            }
        }
        if rows.len() == 0 {
            return Ok(None);
        }
        let _timer = self.metrics.baseline.elapsed_compute().timer();
        let batch = self.writer.write(rows, &self.rows)?;
        Ok(Some(batch.record_output(&self.metrics.baseline)))
    }
}
