//! From the logical node of `attribute()` to its operator.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::{Result, internal_err};
use datafusion::execution::context::QueryPlanner;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{LogicalPlan, UserDefinedLogicalNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, ExtensionPlanner, PhysicalPlanner};

use super::logical::AttributeNode;
use super::physical::AttributeExec;

/// Plans the operator of `attribute()`. An application with its own
/// [`QueryPlanner`] adds it to the extension planners there.
#[derive(Debug, Default)]
pub struct AttributeExtensionPlanner;

#[async_trait]
impl ExtensionPlanner for AttributeExtensionPlanner {
    async fn plan_extension(
        &self,
        _: &dyn PhysicalPlanner,
        node: &dyn UserDefinedLogicalNode,
        _: &[&LogicalPlan],
        inputs: &[Arc<dyn ExecutionPlan>],
        _: &dyn Session,
        _: &PhysicalPlanningContext,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let Some(node) = node.as_any().downcast_ref::<AttributeNode>() else {
            return Ok(None);
        };
        let [conversions, touchpoints] = inputs else {
            return internal_err!("attribute: inputs must be 2, got {}", inputs.len());
        };
        let exec = AttributeExec::try_new(
            Arc::clone(conversions),
            Arc::clone(touchpoints),
            Arc::clone(&node.spec),
        )?;
        Ok(Some(Arc::new(exec)))
    }
}

/// DataFusion's default query planner, with [`AttributeExtensionPlanner`].
#[derive(Debug, Default)]
pub struct AttributeQueryPlanner;

#[async_trait]
impl QueryPlanner for AttributeQueryPlanner {
    async fn create_physical_plan(
        &self,
        plan: &LogicalPlan,
        session: &dyn Session,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        DefaultPhysicalPlanner::with_extension_planners(vec![Arc::new(AttributeExtensionPlanner)])
            .create_physical_plan(plan, session)
            .await
    }
}
