//! The plan node that numbers the sessions of sorted rows, batch by batch.

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::window::{StandardWindowExpr, WindowExpr};
use datafusion::physical_expr::{OrderingRequirements, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{
    CardinalityEffect, ChildrenPropertiesMode, ReplaceChildrenOptions,
};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, InputOrderMode,
    PlanProperties,
};
use futures::StreamExt;

use super::batches::{SessionColumn, SessionNumbers};
use super::numbers::gap_of;
use super::sessionize_udwf;

/// Numbers the sessions of sorted rows.
///
/// DataFusion's window node asks a window function for one row at a time, and keeps a state for
/// each partition. This node takes its place where it computes nothing but `sessionize` with a
/// literal gap: batch by batch, remembering only the last row. Shown by EXPLAIN as
///
/// ```text
/// SessionizeExec: sessions=[sessionize(touched_at@1, 1 day)], partition_by=[customer_id@0]
/// ```
#[derive(Debug)]
pub(crate) struct SessionizeExec {
    /// The node in whose place this one stands: input, schema and all promises are those.
    window: Arc<dyn ExecutionPlan>,
    partition_by: Vec<Arc<dyn PhysicalExpr>>,
    sessions: Vec<SessionColumn>,
    metrics: ExecutionPlanMetricsSet,
}

impl SessionizeExec {
    /// The node that takes the place of `window`; `None` if something else is computed too, or rows
    /// do not come sorted.
    pub(super) fn in_place_of(window: &Arc<dyn ExecutionPlan>) -> Option<Self> {
        let node = window.downcast_ref::<BoundedWindowAggExec>()?;
        let is_sorted = matches!(node.input_order_mode, InputOrderMode::Sorted);
        if !is_sorted || node.state_observer().is_some() {
            return None;
        }
        let partition_by = node.window_expr().first()?.partition_by();
        let shares_partitions = |expr: &Arc<dyn WindowExpr>| expr.partition_by() == partition_by;
        if !node.window_expr().iter().all(shares_partitions) {
            return None;
        }
        let sessions = node.window_expr().iter().map(session_column);
        Some(Self {
            window: Arc::clone(window),
            partition_by: partition_by.to_vec(),
            sessions: sessions.collect::<Option<_>>()?,
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

/// What is to be numbered; `None` for another function, and for a gap that differs by row.
fn session_column(expr: &Arc<dyn WindowExpr>) -> Option<SessionColumn> {
    let expr = expr.as_any().downcast_ref::<StandardWindowExpr>()?;
    let function = expr.get_standard_func_expr().as_any();
    let function = function.downcast_ref::<WindowUDFExpr>()?;
    if **function.fun() != *sessionize_udwf() {
        return None;
    }
    let [ts, gap] = function.args() else {
        return None;
    };
    Some(SessionColumn {
        ts: Arc::clone(ts),
        gap: gap_of(gap)?.ok()?,
    })
}

impl DisplayAs for SessionizeExec {
    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sessions: Vec<_> = self.sessions.iter().map(ToString::to_string).collect();
        let sessions = sessions.join(", ");
        let partition_by: Vec<_> = self.partition_by.iter().map(ToString::to_string).collect();
        let partition_by = partition_by.join(", ");
        match format {
            DisplayFormatType::Default | DisplayFormatType::Verbose => write!(
                f,
                "SessionizeExec: sessions=[{sessions}], partition_by=[{partition_by}]"
            ),
            DisplayFormatType::TreeRender => write!(f, "{sessions}"),
        }
    }
}

impl ExecutionPlan for SessionizeExec {
    fn name(&self) -> &str {
        "SessionizeExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.window.properties()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.window.input_distribution_requirements()
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.window.required_input_ordering()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.window.maintains_input_order()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.window.children()
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.window.apply_expressions(visit)
    }

    fn replace_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
        options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let window = Arc::clone(&self.window).replace_children(children, options)?;
        match Self::in_place_of(&window) {
            Some(exec) => Ok(Arc::new(exec)),
            // The new input has another order, which only the general node can deal with.
            None => Ok(window),
        }
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let recompute = ChildrenPropertiesMode::Recompute;
        self.replace_children(children, ReplaceChildrenOptions::new(recompute))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let children = self.window.children();
        let [input] = children[..] else {
            return internal_err!("sessionize: inputs must be 1, got {}", children.len());
        };
        let rows = input.execute(partition, context)?;
        let schema = self.schema();
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let mut numbers = SessionNumbers::new(
            Arc::clone(&schema),
            self.partition_by.clone(),
            self.sessions.clone(),
        );
        let numbered = rows.map(move |batch| {
            let batch = batch?;
            let _timer = metrics.elapsed_compute().timer();
            let batch = numbers.number(&batch)?;
            metrics.record_output(batch.num_rows());
            Ok(batch)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, numbered)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
