//! The order of a view's rows, which is part of it, over its stored rows, which have none.

use datafusion::{
    common::{Column, Result, plan_err},
    logical_expr::{Expr, SortExpr},
    sql::sqlparser::ast::{Expr as SqlExpr, OrderByKind, Query},
};

use super::super::words;

/// What a query sorts its rows by; empty for no order.
///
/// # Errors
/// A plan error for an order that its columns do not tell.
pub(super) fn order(query: &Query) -> Result<Vec<SortExpr>> {
    let Some(order) = &query.order_by else {
        return Ok(Vec::new());
    };
    let OrderByKind::Expressions(exprs) = &order.kind else {
        return plan_err!("ORDER BY: expected columns of the result, got ORDER BY ALL");
    };
    exprs
        .iter()
        .map(|it| match &it.expr {
            SqlExpr::Identifier(name) => {
                let is_ascending = it.options.asc.unwrap_or(true);
                let nulls_first = it.options.nulls_first.unwrap_or(!is_ascending);
                let column = Expr::Column(Column::new_unqualified(words::name(name)));
                Ok(column.sort(is_ascending, nulls_first))
            }
            other => plan_err!(
                "ORDER BY: expected columns of the result, got {other}: stored rows are sorted by \
                 their columns"
            ),
        })
        .collect()
}
