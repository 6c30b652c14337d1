//! Whether a measure is known at all: the `WHEN EXISTS` of its definition.
//!
//! What a shop never records is not zero but unknown. A condition is asked once for a query, beside
//! the rows and whatever they are filtered by.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{Column, Result},
    functions_aggregate::expr_fn::count,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, expr_fn::scalar_subquery, lit, when},
};

use super::bound::MetricView;

/// The measure's formula where the condition holds, else NULL.
pub(super) fn known_when(condition: usize, formula: Expr) -> Result<Expr> {
    when(Expr::Column(column(condition)), formula).end()
}

/// Adds a column for every condition that these formulas name.
pub(super) fn beside(
    view: &MetricView,
    rows: LogicalPlan,
    formulas: &[Expr],
) -> Result<LogicalPlan> {
    let mut named = named(view, formulas).peekable();
    if named.peek().is_none() {
        return Ok(rows);
    }
    let columns = rows.schema().columns().into_iter().map(Expr::Column);
    let mut exprs: Vec<Expr> = columns.collect();
    for (idx, query) in named {
        exprs.push(holds(query)?.alias(column(idx).name));
    }
    LogicalPlanBuilder::from(rows).project(exprs)?.build()
}

/// The conditions that these formulas name, by their index.
pub(super) fn named<'a>(
    view: &'a MetricView,
    formulas: &[Expr],
) -> impl Iterator<Item = (usize, &'a LogicalPlan)> {
    let columns: HashSet<Column> = formulas
        .iter()
        .flat_map(|formula| formula.column_refs().into_iter().cloned())
        .collect();
    let conditions = view.conditions.iter().enumerate();
    conditions.filter(move |(idx, _)| columns.contains(&column(*idx)))
}

/// Whether the query has a row.
fn holds(query: &LogicalPlan) -> Result<Expr> {
    let found = LogicalPlanBuilder::from(query.clone()).limit(0, Some(1))?;
    let found = found.project([lit(1).alias("found")])?;
    let found = found.aggregate(Vec::<Expr>::new(), [count(lit(1)).alias("found")])?;
    let found = found.project([Expr::from(Column::from_name("found")).gt(lit(0_i64))])?;
    Ok(scalar_subquery(Arc::new(found.build()?)))
}

fn column(condition: usize) -> Column {
    Column::from_name(format!("__known_{condition}"))
}
