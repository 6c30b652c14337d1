//! `FETCH FIRST n ROWS ONLY` and `TOP n`: other words for LIMIT.

use datafusion::sql::sqlparser::{
    ast::{Expr, Fetch, LimitClause, Query, SetExpr, Top, TopQuantity, Value},
    parser::ParserError,
};

use super::refused;

/// Makes both a LIMIT.
///
/// # Errors
/// A parser error for PERCENT and WITH TIES, which no LIMIT says; for two limits at once; for a
/// TOP that would have to count the rows of one side of a UNION.
pub(super) fn rewrite(query: &mut Query) -> Result<(), ParserError> {
    if let Some(fetch) = query.fetch.take() {
        let limit = fetched(fetch)?;
        set(query, "FETCH", limit)?;
    }
    if let Some(top) = top_of(&mut query.body)? {
        let limit = topped(top)?;
        set(query, "TOP", limit)?;
    }
    Ok(())
}

fn fetched(fetch: Fetch) -> Result<Expr, ParserError> {
    check("FETCH", fetch.percent, fetch.with_ties)?;
    Ok(fetch.quantity.unwrap_or_else(|| number(1)))
}

fn topped(top: Top) -> Result<Expr, ParserError> {
    check("TOP", top.percent, top.with_ties)?;
    match top.quantity {
        Some(TopQuantity::Constant(count)) => Ok(number(count)),
        Some(TopQuantity::Expr(count)) => Ok(count),
        None => refused("TOP: expected a number of rows"),
    }
}

fn check(word: &str, percent: bool, with_ties: bool) -> Result<(), ParserError> {
    let wrong = match (percent, with_ties) {
        (false, false) => return Ok(()),
        (true, _) => "PERCENT",
        (false, true) => "WITH TIES",
    };
    refused(format!(
        "{word}: expected a number of rows as in LIMIT 10, got {wrong}"
    ))
}

/// The TOP of the query itself; those of subqueries have queries of their own.
fn top_of(body: &mut SetExpr) -> Result<Option<Top>, ParserError> {
    match body {
        SetExpr::Select(select) => Ok(select.top.take()),
        SetExpr::SetOperation { left, right, .. } => {
            match top_of(left)?.is_some() || top_of(right)?.is_some() {
                true => refused(
                    "TOP: expected one SELECT, got one side of a UNION, INTERSECT or EXCEPT: \
                     put it into a subquery with LIMIT",
                ),
                false => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

fn set(query: &mut Query, word: &str, count: Expr) -> Result<(), ParserError> {
    let twice = || refused(format!("{word}: expected one limit, got a LIMIT as well"));
    match &mut query.limit_clause {
        None => {
            query.limit_clause = Some(LimitClause::LimitOffset {
                limit: Some(count),
                offset: None,
                limit_by: Vec::new(),
            });
            Ok(())
        }
        Some(LimitClause::LimitOffset { limit, .. }) if limit.is_none() => {
            *limit = Some(count);
            Ok(())
        }
        Some(_) => twice(),
    }
}

fn number(count: u64) -> Expr {
    Expr::value(Value::Number(count.to_string(), false))
}
