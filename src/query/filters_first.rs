//! Rows are filtered before anything is computed from them.
//!
//! DataFusion 55 moves a projection below a filter whenever that leaves fewer columns to filter,
//! whatever the projection computes. Then `convert` asks for the rate of a row that the query
//! leaves out, and whether that is an error depends on the number of threads.

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_expr::expressions::Column,
    physical_optimizer::{PhysicalOptimizerRule, projection_pushdown::ProjectionPushdown},
    physical_plan::{
        ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions, filter::FilterExec,
        limit::LocalLimitExec, projection::ProjectionExec,
    },
};

/// DataFusion's [`ProjectionPushdown`], which leaves computed columns above a filter.
#[derive(Debug, Default)]
pub struct FiltersFirst {
    pushdown: ProjectionPushdown,
}

impl PhysicalOptimizerRule for FiltersFirst {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let kept_apart = plan.transform_down(keep_apart).data()?;
        let pushed_down = self.pushdown.optimize(kept_apart, config)?;
        pushed_down.transform_down(|plan| Ok(rejoin(plan))).data()
    }

    fn name(&self) -> &str {
        self.pushdown.name()
    }

    fn schema_check(&self) -> bool {
        self.pushdown.schema_check()
    }
}

/// No projection passes a limit; this one lets every row pass, and is gone before the plan runs.
const EVERY_ROW: usize = usize::MAX;

fn keep_apart(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let Some(projection) = plan.downcast_ref::<ProjectionExec>() else {
        return Ok(Transformed::no(plan));
    };
    let computes = projection.expr().iter().any(|it| !it.expr.is::<Column>());
    if !computes || !projection.input().is::<FilterExec>() {
        return Ok(Transformed::no(plan));
    }
    let barrier = LocalLimitExec::new(Arc::clone(projection.input()), EVERY_ROW);
    let recompute = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
    plan.replace_children(vec![Arc::new(barrier)], recompute)
        .map(Transformed::yes)
}

fn rejoin(plan: Arc<dyn ExecutionPlan>) -> Transformed<Arc<dyn ExecutionPlan>> {
    match plan.downcast_ref::<LocalLimitExec>() {
        Some(limit) if limit.fetch() == EVERY_ROW => Transformed::yes(Arc::clone(limit.input())),
        _ => Transformed::no(plan),
    }
}
