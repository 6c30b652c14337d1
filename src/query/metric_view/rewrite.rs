//! The pass over a plan that replaces metric views.
//!
//! It comes right after planning, before types and grouping sets are resolved, so that these are
//! resolved in what it builds; and so that misuse is an error of planning.

use std::sync::Arc;

use datafusion::{
    common::{
        Result, ScalarValue,
        tree_node::{Transformed, TreeNodeRecursion},
    },
    logical_expr::{EmptyRelation, Expr, FetchType, LogicalPlan, Operator},
};

use super::{
    aggregate,
    chain::{Chain, metric_view_below},
    dimension_rows, misuse,
};

/// Turns `MEASURE(m)` over a metric view into aggregates over its facts.
///
/// Probes that can have no row (`LIMIT 0`, `WHERE 1 = 0`) answer with the columns of the view.
///
/// # Errors
/// Plan errors that say how to write it, for whatever a metric view cannot answer.
pub fn rewrite_measures(plan: LogicalPlan) -> Result<LogicalPlan> {
    if metric_view_below(&plan)?.is_none() {
        misuse::refuse_leftovers(&plan)?;
        return Ok(plan);
    }
    let plan = plan.transform_down_with_subqueries(|node| match is_limit_zero(&node)? {
        true => Ok(Transformed::new(
            empty(&node),
            true,
            TreeNodeRecursion::Jump,
        )),
        false => Ok(Transformed::no(node)),
    })?;
    let plan = plan.data.transform_up_with_subqueries(|node| {
        let node = node.recompute_schema()?;
        let rewritten = match &node {
            LogicalPlan::Aggregate(it) => aggregate::rewrite(it)?,
            _ => None,
        };
        let rewritten = match rewritten {
            None => dimension_rows::rewrite(&node)?,
            some => some,
        };
        Ok(rewritten.map_or(Transformed::no(node), Transformed::yes))
    })?;
    let plan = plan.data.transform_down_with_subqueries(|node| {
        match is_false_filter(&node) && metric_view_below(&node)?.is_some() {
            true => Ok(Transformed::new(
                empty(&node),
                true,
                TreeNodeRecursion::Jump,
            )),
            false => Ok(Transformed::no(node)),
        }
    })?;
    misuse::refuse_leftovers(&plan.data)?;
    Ok(plan.data)
}

/// Whether a plan passes the dimensions and measures of a metric view on, which have no grain until
/// somebody reads them with `MEASURE` and GROUP BY.
pub fn has_open_grain(plan: &LogicalPlan) -> Result<bool> {
    Ok(Chain::below(plan)?.is_some())
}

fn is_limit_zero(node: &LogicalPlan) -> Result<bool> {
    let LogicalPlan::Limit(limit) = node else {
        return Ok(false);
    };
    Ok(matches!(
        limit.get_fetch_type()?,
        FetchType::Literal(Some(0))
    ))
}

/// Whether no row can pass, whatever it holds: `false`, `1 = 0`, `1 <> 1`.
fn is_false_filter(node: &LogicalPlan) -> bool {
    let LogicalPlan::Filter(filter) = node else {
        return false;
    };
    match &filter.predicate {
        Expr::Literal(ScalarValue::Boolean(Some(false)), _) => true,
        Expr::BinaryExpr(comparison) => match (comparison.left.as_ref(), comparison.right.as_ref())
        {
            (Expr::Literal(left, _), Expr::Literal(right, _)) => match comparison.op {
                Operator::Eq => left != right,
                Operator::NotEq => left == right,
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

fn empty(node: &LogicalPlan) -> LogicalPlan {
    LogicalPlan::EmptyRelation(EmptyRelation {
        produce_one_row: false,
        schema: Arc::clone(node.schema()),
    })
}
