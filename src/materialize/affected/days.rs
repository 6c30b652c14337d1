//! The days at the top.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Date32Array},
        datatypes::Date32Type,
    },
    common::{Column, NullEquality, Result, ScalarValue},
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, lit},
};

use super::{
    columns::{Asked, distinct, have, with},
    condition::Test,
    held::Held,
    versions::{Earlier, earlier_sources, keys_were_unique},
    walk::Walk,
};
use crate::{engine::Session, warehouse::changes::Changes};

/// Columns of the answer.
const DAY: &str = "day";
const IS_KNOWN: &str = "is_known";
/// Why nothing can be compared with what was.
pub const GONE: &str = "the tables that it was made from can no longer be read";

/// The days of a view that a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    /// Days since 1970-01-01; `None` is the day of rows that have none.
    Days(BTreeSet<Option<i32>>),
    /// All of them, and why.
    All { reason: String },
}

/// The days whose rows may differ because tables changed.
///
/// # Arguments
/// `plan`: the optimized plan of the view.
/// `before`, `now`: the states of queries over the tables as they were, and as they are, for which
/// it was planned.
/// `date`: the column of the view that is the day of a row, a DATE.
///
/// # Errors
/// An error of planning or of reading the tables.
pub async fn affected_days(
    session: &Session,
    plan: &LogicalPlan,
    (before, now): (&SessionState, &SessionState),
    date: &Column,
    changes: &Changes,
) -> Result<Affected> {
    let all = |reason: &str| {
        Ok(Affected::All {
            reason: reason.to_owned(),
        })
    };
    if let Some(reason) = changes.untraced() {
        return all(reason);
    }
    let Ok(Some(earlier)) = earlier_sources(plan, changes, before).await else {
        return all(GONE);
    };
    if !keys_were_unique(plan, &earlier)? {
        return all("the keys of a table were not known to be unique");
    }
    let walk = Walk {
        session,
        state: now,
        changes,
        earlier,
        held: Held::of(plan)?,
    };
    let asked = Asked::just([date.clone()].into());
    let touched = walk.touched(plan, &asked).await?;
    let touched = touched.into_iter().map(|rows| days_of(rows, date));
    let found = match union(touched.collect::<Result<_>>()?)? {
        Some(touched) => session.collect(distinct(touched), now).await?,
        None => vec![],
    };
    let mut days = BTreeSet::new();
    for batch in found {
        if batch.column(1).as_boolean().true_count() < batch.num_rows() {
            return all("rows changed whose days cannot be told");
        }
        days.extend(batch.column(0).as_primitive::<Date32Type>());
    }
    Ok(Affected::Days(days))
}

/// The days of touched rows, and whether they are known.
fn days_of(rows: LogicalPlan, date: &Column) -> Result<LogicalPlan> {
    let is_known = have(&rows, [date]);
    let (rows, day) = match is_known {
        true => (rows, Expr::Column(date.clone())),
        // That there is one is enough.
        false => {
            let one = LogicalPlanBuilder::from(rows).limit(0, Some(1))?.build()?;
            (one, lit(ScalarValue::Date32(None)))
        }
    };
    with(rows, vec![day.alias(DAY), lit(is_known).alias(IS_KNOWN)])
}

/// The rows of a view on some days, of a plan of all or some of its rows that has these.
///
/// A filter on the day stops at windows and groups, whatever few rows they need for a day.
///
/// # Arguments
/// `plan`: optimized.
/// `date`: the column of the view that is the day of a row, a DATE.
/// `days`: since 1970-01-01.
///
/// # Errors
/// An error of planning or of reading the tables.
pub async fn rows_of_days(
    session: &Session,
    state: &SessionState,
    plan: &LogicalPlan,
    date: &Column,
    days: Vec<i32>,
) -> Result<LogicalPlan> {
    let changes = Changes::default();
    let walk = Walk {
        session,
        state,
        changes: &changes,
        earlier: Earlier::default(),
        held: Held::of(plan)?,
    };
    let days: ArrayRef = Arc::new(Date32Array::from(days));
    let nulls = NullEquality::NullEqualsNothing;
    let is_asked = Test::of(&Expr::Column(date.clone()), &[days], nulls)?;
    walk.only(plan, &[is_asked]).await
}

fn union(plans: Vec<LogicalPlan>) -> Result<Option<LogicalPlan>> {
    let plans = plans
        .into_iter()
        .map(|plan| Ok(LogicalPlanBuilder::from(plan)));
    let all = plans.reduce(|all, plan| all?.union(plan?.build()?));
    all.transpose()?.map(LogicalPlanBuilder::build).transpose()
}
