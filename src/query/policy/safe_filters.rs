//! Filters that tell nothing pass a barrier, so that they still prune what is read.
//!
//! Such a filter only compares columns with constants: it cannot fail, whatever the row, and takes
//! as long for each. `period = 'last_7_days'` is one; `cast(name as int) = 1` is none, because its
//! error would quote a name.

use std::sync::Arc;

use datafusion::{
    common::{Result, tree_node::Transformed},
    logical_expr::{
        BinaryExpr, Expr, Filter, LogicalPlan, Operator,
        utils::{conjunction, split_conjunction_owned},
    },
    optimizer::{
        ApplyOrder, Optimizer, OptimizerConfig, OptimizerRule, push_down_filter::PushDownFilter,
    },
};

use super::{super::held_filters::HeldFilters, barrier::Barrier};

/// Comes after `push_down_filter`, which leaves filters right above barriers.
#[derive(Debug)]
pub struct PushSafeFilters;

impl OptimizerRule for PushSafeFilters {
    fn name(&self) -> &str {
        "push_safe_filters"
    }

    /// A barrier below another one meets the filter after it.
    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = &plan else {
            return Ok(Transformed::no(plan));
        };
        let Some(barrier) = Barrier::of(&filter.input) else {
            return Ok(Transformed::no(plan));
        };
        let predicates = split_conjunction_owned(filter.predicate.clone());
        let (safe, other): (Vec<_>, Vec<_>) = predicates.into_iter().partition(is_safe);
        let Some(safe) = conjunction(safe) else {
            return Ok(Transformed::no(plan));
        };
        let below = Filter::try_new(safe, barrier.input.clone().into())?;
        let barrier = Barrier {
            input: pushed_down(LogicalPlan::Filter(below), config)?,
            name: Arc::clone(&barrier.name),
        };
        Ok(Transformed::yes(match conjunction(other) {
            None => barrier.into_plan(),
            Some(other) => LogicalPlan::Filter(Filter::try_new(other, barrier.into_plan().into())?),
        }))
    }
}

/// Filters go as far down as they can right now: rules that come later read them there.
fn pushed_down(plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<LogicalPlan> {
    let rules = Optimizer::with_rules(vec![
        Arc::new(HeldFilters::Hold),
        Arc::new(PushDownFilter::new()),
        Arc::new(HeldFilters::Release),
    ]);
    rules.optimize(plan, config, |_, _| {})
}

fn is_safe(predicate: &Expr) -> bool {
    match predicate {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match op {
            Operator::And | Operator::Or => is_safe(left) && is_safe(right),
            Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom => is_plain(left) && is_plain(right),
            _ => false,
        },
        Expr::Not(inner) => is_safe(inner),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => is_plain(inner),
        Expr::IsTrue(inner) | Expr::IsNotTrue(inner) => is_safe(inner),
        Expr::IsFalse(inner) | Expr::IsNotFalse(inner) => is_safe(inner),
        Expr::Between(between) => [&between.expr, &between.low, &between.high]
            .iter()
            .all(|it| is_plain(it)),
        Expr::InList(list) => is_plain(&list.expr) && list.list.iter().all(is_plain),
        other => is_plain(other),
    }
}

fn is_plain(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(_) | Expr::Literal(..))
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{cast, col, lit};

    use super::*;

    #[test]
    fn only_what_cannot_fail_is_safe() {
        let equal = |left: Expr| left.eq(lit(1));
        for safe in [
            equal(col("a")),
            equal(col("a")).and(col("b").is_null()),
            equal(col("a")).or(col("b").in_list(vec![lit("x")], false)),
            col("a").between(lit(1), lit(2)),
            col("flag"),
        ] {
            assert!(is_safe(&safe), "{safe}");
        }
        for telling in [
            equal(cast(
                col("a"),
                datafusion::arrow::datatypes::DataType::Int64,
            )),
            equal(lit(1) / col("a")),
            equal(col("a")).or(equal(lit(1) / col("a"))),
            col("a").in_list(vec![lit(1) / col("b")], false),
        ] {
            assert!(!is_safe(&telling), "{telling}");
        }
    }
}
