//! The optimizer rule that has sessions numbered batch by batch.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;

use super::exec::SessionizeExec;

/// Has windows that compute nothing but `sessionize` over sorted rows computed batch by batch
/// instead of row by row, with the same answer. Belongs behind all other physical rules.
#[derive(Debug)]
pub struct SessionsInBatches;

impl PhysicalOptimizerRule for SessionsInBatches {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let replaced = plan.transform_up(|plan| match SessionizeExec::in_place_of(&plan) {
            Some(exec) => Ok(Transformed::yes(Arc::new(exec) as _)),
            None => Ok(Transformed::no(plan)),
        });
        replaced.data()
    }

    fn name(&self) -> &str {
        "sessions_in_batches"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
