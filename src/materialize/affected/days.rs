//! The days at the top.

use std::collections::BTreeSet;

use datafusion::{
    arrow::{array::AsArray, datatypes::Date32Type},
    common::{Column, Result},
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder},
};

use super::{
    columns::{distinct, have, with},
    walk::Walk,
};
use crate::{engine::Session, warehouse::changes::Changes};

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
/// `before`, `after`: the optimized plan of the view over the tables as they were and as they are,
/// each with the state that it was planned with.
/// `date`: the column of the view that is the day of a row, a DATE.
///
/// # Errors
/// An error of planning or of reading the tables.
pub async fn affected_days(
    session: &Session,
    before: (&LogicalPlan, &SessionState),
    after: (&LogicalPlan, &SessionState),
    date: &Column,
    changes: &Changes,
) -> Result<Affected> {
    if let Some(reason) = changes.untraced() {
        return Ok(Affected::All {
            reason: reason.to_owned(),
        });
    }
    let mut days = BTreeSet::new();
    let walk = Walk::new(changes);
    for (plan, state) in [after, before] {
        for rows in walk.touched(plan, &[date.clone()].into())? {
            if !have(&rows, [date]) {
                if is_empty(session, state, rows).await? {
                    continue;
                }
                return Ok(Affected::All {
                    reason: "rows changed whose days cannot be told".to_owned(),
                });
            }
            let rows = distinct(with(rows, vec![Expr::Column(date.clone())])?);
            for batch in session.collect(rows, state).await? {
                let batch = batch.column(0).as_primitive::<Date32Type>();
                days.extend(batch.iter());
            }
        }
        // Rows that are there still, and know all by themselves, would say the same once more.
        if !changes.has_old_rows() && !walk.has_looked_up() {
            break;
        }
    }
    Ok(Affected::Days(days))
}

async fn is_empty(session: &Session, state: &SessionState, rows: LogicalPlan) -> Result<bool> {
    let one = LogicalPlanBuilder::from(rows).limit(0, Some(1))?.build()?;
    let found = session.collect(one, state).await?;
    Ok(found.iter().all(|rows| rows.num_rows() == 0))
}
