//! What differs between two versions of the same rows.

use datafusion::{
    common::Result,
    functions_aggregate::expr_fn::sum,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident, lit},
};

use super::columns::{by_place, columns_in_order, under_names};

/// How often a row is there, less how often it was.
const TIMES: &str = "times";

/// The rows that one of two versions has more often than the other, each once.
///
/// # Arguments
/// `earlier`, `now`: with the same columns, in the same order.
///
/// # Errors
/// A plan error for columns that cannot be compared.
pub(in crate::materialize) fn net(earlier: LogicalPlan, now: LogicalPlan) -> Result<LogicalPlan> {
    let names = columns_in_order(now.schema());
    let counted = |rows: LogicalPlan, times: i64| {
        let rows = by_place(rows.clone(), &columns_in_order(rows.schema()))?;
        let columns = rows.schema().columns().into_iter().map(Expr::Column);
        let columns: Vec<_> = columns.chain([lit(times).alias(TIMES)]).collect();
        LogicalPlanBuilder::from(rows).project(columns)
    };
    let rows = counted(earlier, -1)?.union(counted(now, 1)?.build()?)?;
    let columns = rows.schema().columns().into_iter().take(names.len());
    let columns: Vec<_> = columns.map(Expr::Column).collect();
    let rows = rows
        .aggregate(columns, [sum(ident(TIMES)).alias(TIMES)])?
        .filter(ident(TIMES).not_eq(lit(0_i64)))?
        .build()?;
    under_names(rows, names)
}
