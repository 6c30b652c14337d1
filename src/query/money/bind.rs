//! Puts the rates into the calls of `convert` of a plan that is about to run.

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    execution::{SessionState, TaskContext},
    logical_expr::{Expr, LogicalPlan, ScalarUDF},
};

use super::{
    convert::{convert_with, is_unbound},
    rates::Rates,
};

/// The plan with rates in every `convert`, also in subqueries and below EXPLAIN or CREATE TABLE.
///
/// # Arguments
/// `state`: the state that the plan was made with, so that it sees the same version of `fx_rates`
/// as the plan. Without a `convert` the table is not read.
///
/// # Errors
/// An execution error for rates that contradict each other, or that cannot be read.
pub async fn bind_rates(
    plan: LogicalPlan,
    state: &SessionState,
    context: &Arc<TaskContext>,
) -> Result<LogicalPlan> {
    if !converts(&plan)? {
        return Ok(plan);
    }
    let bound = Arc::new(convert_with(Arc::new(Rates::load(state, context).await?)));
    let plan = plan.transform_down_with_subqueries(|plan| {
        // A node is built anew, which is not free, only if it is one that converts.
        if !converts_itself(&plan)? {
            return Ok(Transformed::no(plan));
        }
        plan.map_expressions(|expr| expr.transform_down(|expr| Ok(with_rates(expr, &bound))))
    })?;
    Ok(plan.data)
}

fn with_rates(mut expr: Expr, bound: &Arc<ScalarUDF>) -> Transformed<Expr> {
    match &mut expr {
        Expr::ScalarFunction(call) if is_unbound(&call.func) => {
            call.func = Arc::clone(bound);
            Transformed::yes(expr)
        }
        _ => Transformed::no(expr),
    }
}

fn converts(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|plan| {
        found = converts_itself(plan)?;
        Ok(stop_if(found))
    })?;
    Ok(found)
}

fn converts_itself(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_expressions(|expr| {
        found = expr.exists(|expr| {
            Ok(matches!(expr, Expr::ScalarFunction(call) if is_unbound(&call.func)))
        })?;
        Ok(stop_if(found))
    })?;
    Ok(found)
}

fn stop_if(found: bool) -> TreeNodeRecursion {
    if found {
        TreeNodeRecursion::Stop
    } else {
        TreeNodeRecursion::Continue
    }
}
