//! EXPLAIN shows what a barrier hides.

use datafusion::{
    common::{Result, tree_node::TreeNodeRecursion},
    logical_expr::LogicalPlan,
};

use super::barrier::Barrier;
use crate::security::Refusal;

/// Refuses to explain a plan with a barrier: files, policies and the number of rows below it would
/// show.
///
/// # Errors
/// A [`Refusal`].
pub fn check_explain(plan: &LogicalPlan) -> Result<()> {
    let (LogicalPlan::Explain(_) | LogicalPlan::Analyze(_)) = plan else {
        return Ok(());
    };
    let mut is_barred = false;
    plan.apply_with_subqueries(|node| {
        is_barred |= Barrier::of(node).is_some();
        Ok(match is_barred {
            true => TreeNodeRecursion::Stop,
            false => TreeNodeRecursion::Continue,
        })
    })?;
    match is_barred {
        true => Err(Refusal::new(
            "EXPLAIN",
            "it would show more of what the statement reads than your roles let you read",
        )
        .into()),
        false => Ok(()),
    }
}
