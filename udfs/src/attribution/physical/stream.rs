//! Running one output partition: put the touchpoints of a part in order, make batches of rows.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::{BaselineMetrics, RecordOutput};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream::{TryStreamExt, once, try_unfold};

use super::batch::BatchWriter;
use super::exec::AttributeExec;
use super::gathering::Gathered;
use super::instants::column;
use super::rows::{RowSource, Rows};
use super::touchpoints::Touchpoints;
use crate::attribution::output::{Computed, Source};
use crate::attribution::spec::AttributeSpec;

/// The rows of one part on their way out.
struct Output {
    rows: RowSource,
    writer: BatchWriter,
    batch_size: usize,
    metrics: BaselineMetrics,
    _gathered: Arc<Gathered>,
}

/// Runs one output partition of the operator.
pub(crate) fn attribute_stream(
    exec: &AttributeExec,
    partition: usize,
    context: &Arc<TaskContext>,
) -> SendableRecordBatchStream {
    let gathered = exec.gathering.join(partition, exec, context);
    let writer = BatchWriter::new(exec.schema(), exec.columns.clone(), &exec.spec);
    let spec = Arc::clone(&exec.spec);
    let batch_size = context.session_config().batch_size();
    let metrics = BaselineMetrics::new(&exec.metrics, partition);
    let output = async move {
        let gathered = gathered.await.map_err(DataFusionError::Shared)?;
        let rows = order(&gathered, partition, &spec, &writer).await?;
        Ok::<_, DataFusionError>(Output {
            rows,
            writer,
            batch_size,
            metrics,
            _gathered: gathered,
        })
    };
    let batches = once(output).map_ok(|output| {
        try_unfold(output, async |mut output| {
            let batch = output.next_batch().await?;
            Ok(batch.map(|batch| (batch, output)))
        })
    });
    Box::pin(RecordBatchStreamAdapter::new(
        exec.schema(),
        batches.try_flatten(),
    ))
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

/// Puts the touchpoints of one part in order.
async fn order(
    gathered: &Gathered,
    part: usize,
    spec: &Arc<AttributeSpec>,
    writer: &BatchWriter,
) -> Result<RowSource> {
    let conversions = Arc::clone(&gathered.conversions);
    let reservation = || gathered.reservation.new_empty();
    let touchpoints = Touchpoints::sorted(
        gathered.take_survivors(part),
        conversions.parts[part].len(),
        Arc::clone(&gathered.stored),
        reservation(),
    );
    let touchpoints = touchpoints.await?;
    let reads_value = writer.reads(Source::Computed(Computed::CreditedValue));
    let value = column(&conversions.batch, &spec.conversions.value);
    let values = reads_value.then_some(value).transpose()?.cloned();
    let spec = Arc::clone(spec);
    Ok(RowSource::new(
        (conversions, part),
        touchpoints,
        values,
        spec,
        reservation(),
    ))
}

impl Output {
    async fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        let mut rows = Rows::default();
        while rows.len() < self.batch_size && !self.rows.is_finished() {
            let timer = self.metrics.elapsed_compute().timer();
            self.rows.fill(&mut rows, self.batch_size)?;
            timer.done();
            if rows.len() < self.batch_size {
                yield_now().await;
            }
        }
        if rows.len() == 0 {
            return Ok(None);
        }
        let _timer = self.metrics.elapsed_compute().timer();
        let batch = self.writer.write(rows, &self.rows)?;
        Ok(Some(batch.record_output(&self.metrics)))
    }
}
