//! Rows that differ between two versions of what is stored of a view.
//!
//! A run replaces whole days, most of whose rows are what they were.

use datafusion::{
    common::Result,
    datasource::provider_as_source,
    execution::SessionState,
    functions_aggregate::expr_fn::sum,
    logical_expr::{Expr, LogicalPlanBuilder, ident, lit, when},
};
use deltalake_core::delta_datafusion::cdf::CHANGE_TYPE_COL;

use super::extent::is_replaced;
use crate::{
    engine::Session,
    warehouse::{
        changes::Images,
        stored_view::{Replaced, StoredView},
    },
};

/// How often a row is there, in one version more than in the other.
const TIMES: &str = "times";

/// The rows that only one of two versions has, or has more often.
///
/// # Arguments
/// `day`: the column of the day, if rows have one.
///
/// # Returns
/// `None` if they are not known, or all days were made again.
///
/// # Errors
/// An error of planning, or of the store.
pub(super) async fn differing(
    session: &Session,
    state: &SessionState,
    (old, new): (&StoredView, &StoredView),
    day: Option<&str>,
) -> Result<Option<Images>> {
    let Some(replaced) = new.replaced_since(old.version()).await? else {
        return Ok(None);
    };
    if replaced.is_empty() {
        return Ok(Some(Images::default()));
    }
    let is_in_question = match day {
        None => None,
        Some(day) => match merged(replaced) {
            Replaced::All => return Ok(None),
            days => is_replaced(&days, ident(day)),
        },
    };
    let mut versions = Vec::new();
    for (version, times) in [(old, -1_i64), (new, 1)] {
        let rows = provider_as_source(version.provider(state).await?);
        let rows = LogicalPlanBuilder::scan(TIMES, rows, None)?;
        let rows = match &is_in_question {
            Some(condition) => rows.filter(condition.clone())?,
            None => rows,
        };
        let columns = rows.schema().columns().into_iter().map(Expr::Column);
        let columns = columns.chain([lit(times).alias(TIMES)]);
        let columns: Vec<_> = columns.collect();
        versions.push(rows.project(columns)?.build()?);
    }
    let [old, new] = <[_; 2]>::try_from(versions).expect("two versions make two plans");
    let rows = LogicalPlanBuilder::from(old).union(new)?;
    let columns = rows.schema().columns();
    let (times, columns) = columns.split_last().expect("there are the times, at least");
    let columns: Vec<Expr> = columns.iter().cloned().map(Expr::Column).collect();
    let times = sum(Expr::Column(times.clone())).alias(TIMES);
    let kind = when(ident(TIMES).lt(lit(0_i64)), lit("delete")).otherwise(lit("insert"))?;
    let names = columns
        .iter()
        .map(|column| column.schema_name().to_string());
    let differing = names.map(ident).chain([kind.alias(CHANGE_TYPE_COL)]);
    let differing: Vec<Expr> = differing.collect();
    let rows = rows
        .aggregate(columns, [times])?
        .filter(ident(TIMES).not_eq(lit(0_i64)))?
        .project(differing)?
        .build()?;
    let rows = session.stream(rows, state).await?;
    // Files that are gone, or rows that are too many.
    Ok(Images::read(rows).await.ok())
}

/// What several runs replaced in all.
fn merged(replaced: Vec<Replaced>) -> Replaced {
    let (mut days, mut has_undated) = (Vec::new(), false);
    for replaced in replaced {
        match replaced {
            Replaced::All => return Replaced::All,
            Replaced::Dated(ranges) => days.extend(ranges),
            Replaced::Days(ranges) => {
                days.extend(ranges);
                has_undated = true;
            }
        }
    }
    match has_undated {
        true => Replaced::Days(days),
        false => Replaced::Dated(days),
    }
}
