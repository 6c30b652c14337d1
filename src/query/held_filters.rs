//! No filter passes an aggregate that has a row even of nothing.
//!
//! DataFusion 55 pushes a predicate without columns below any aggregate. Below one without keys, or
//! with the empty grouping set, it leaves no rows to count but not no row: `where label = 'b'` over
//! `select 'a' as label, count(*) …` returns ('a', 0). Whoever filters on a column that a view gives
//! as a literal writes such a predicate. So while filters are pushed down a limit of every row, which
//! none passes, stands above these aggregates.

use std::sync::Arc;

use datafusion::{
    common::{Result, tree_node::Transformed},
    logical_expr::{Aggregate, Expr, Limit, LogicalPlan, lit},
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

/// More rows than there can be, so that nothing else has this limit.
const EVERY_ROW: i64 = i64::MAX;

/// Comes before `push_down_filter`, to hold the filters, and after it, to release them.
#[derive(Debug)]
pub enum HeldFilters {
    Hold,
    Release,
}

impl OptimizerRule for HeldFilters {
    fn name(&self) -> &str {
        match self {
            Self::Hold => "hold_filters",
            Self::Release => "release_filters",
        }
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        Ok(match (self, plan) {
            (Self::Hold, LogicalPlan::Aggregate(aggregate)) if has_always_a_row(&aggregate) => {
                Transformed::yes(LogicalPlan::Limit(Limit {
                    skip: None,
                    fetch: Some(Box::new(lit(EVERY_ROW))),
                    input: Arc::new(LogicalPlan::Aggregate(aggregate)),
                }))
            }
            (Self::Release, LogicalPlan::Limit(limit)) if is_of_every_row(&limit) => {
                Transformed::yes(Arc::unwrap_or_clone(limit.input))
            }
            (_, plan) => Transformed::no(plan),
        })
    }
}

fn has_always_a_row(aggregate: &Aggregate) -> bool {
    let keys = &aggregate.group_expr;
    keys.is_empty() || keys.iter().any(|key| matches!(key, Expr::GroupingSet(_)))
}

fn is_of_every_row(limit: &Limit) -> bool {
    limit.skip.is_none() && limit.fetch.as_deref() == Some(&lit(EVERY_ROW))
}
