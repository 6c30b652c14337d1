//! Plans that stop when their query is stopped, and let others run meanwhile.
//!
//! DataFusion 55 makes leaves and exchanges of a plan give way to other tasks, and ends a query by
//! dropping it between two polls. Its joins poll nothing while they multiply rows, so that a cross
//! join goes on until it is done, whoever cancelled it (apache/datafusion#19358). Here each
//! operator of a finished plan is wrapped: before every batch it asks whether to stop, and it gives
//! way after a share of batches. Joins whose filter drops every row return no batch for minutes:
//! their filter asks too.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{
        Result, Statistics,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    execution::{RecordBatchStream, SendableRecordBatchStream, TaskContext},
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr,
        PlanProperties, ReplaceChildrenOptions,
        coop::CooperativeExec,
        filter::FilterExec,
        projection::ProjectionExec,
        statistics::{ChildStats, StatisticsArgs},
    },
};
use futures::{Stream, StreamExt};
use tokio::task::coop;

use super::{
    asking_filter::with_asking_filter,
    work::{Interrupt, Work},
};

/// The plan of a query, which ends soon after the query is stopped.
pub(super) fn watched(
    plan: Arc<dyn ExecutionPlan>,
    interrupt: &Arc<Interrupt>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let watched = plan.transform_up(|node| {
        // They pass batches on, or are themselves there to give way.
        if node.is::<ProjectionExec>() || node.is::<FilterExec>() || node.is::<CooperativeExec>() {
            return Ok(Transformed::no(node));
        }
        let input = with_asking_filter(node, interrupt)?;
        Ok(Transformed::yes(Arc::new(WatchedExec { input }) as _))
    })?;
    Ok(watched.data)
}

/// An operator whose batches are watched; for other operators it is the one it wraps.
#[derive(Debug)]
struct WatchedExec {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for WatchedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WatchedExec")
    }
}

impl ExecutionPlan for WatchedExec {
    fn name(&self) -> &'static str {
        "WatchedExec"
    }

    fn downcast_delegate(&self) -> Option<&dyn ExecutionPlan> {
        Some(self.input.as_ref())
    }

    /// The very same, so that its parent keeps what was decided about the wrapped one.
    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.swap_remove(0);
        Ok(Arc::new(Self { input }))
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        self.replace_children(children, options)
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let work = context.session_config().get_extension::<Work>();
        let inner = self.input.execute(partition, context)?;
        let Some(work) = work else {
            return Ok(inner);
        };
        if let Some(metrics) = self.input.metrics() {
            work.count_spills(metrics, partition);
        }
        Ok(Box::pin(WatchedStream { inner, work }))
    }

    fn child_stats_requests(&self, partition: Option<usize>) -> Vec<ChildStats> {
        vec![ChildStats::At(partition)]
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        _: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        Ok(Arc::clone(&inputs[0]))
    }
}

/// The batches of an operator, until the query is stopped.
struct WatchedStream {
    inner: SendableRecordBatchStream,
    work: Arc<Work>,
}

impl Stream for WatchedStream {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Err(stop) = self.work.interrupt().check() {
            return Poll::Ready(Some(Err(stop)));
        }
        let budget = ready!(coop::poll_proceed(cx));
        let batch = self.inner.poll_next_unpin(cx);
        if batch.is_ready() {
            budget.made_progress();
        }
        batch
    }
}

impl RecordBatchStream for WatchedStream {
    fn schema(&self) -> SchemaRef {
        self.inner.schema()
    }
}
