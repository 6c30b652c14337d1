//! The days of a view whose rows may be others than when they were stored.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{
        Column, Result,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan},
};
use jiff::{ToSpan, civil::Date};

use super::affected::{Affected, affected_days};
use crate::{
    engine::Session,
    query::{materialized::rows, money::CONVERT, view::View},
    warehouse::{Warehouse, changes::Changes, pins::Pins},
};

/// What `convert` reads, whose calls name no table.
pub(super) const RATES: &str = "fx_rates";

/// What changed since rows were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    Nothing,
    Days(BTreeSet<Date>),
    All { reason: String },
}

/// Finds the days of which rows may have changed.
///
/// # Arguments
/// `before`, `after`: the tables that the rows were stored from, and would be now.
/// `state`: of a query that reads those of `after`.
///
/// # Errors
/// An error of planning, or of the store.
pub(super) async fn changed(
    session: &Session,
    warehouse: &Warehouse,
    view: &View,
    before: Option<Pins>,
    after: &Arc<Pins>,
    state: &SessionState,
) -> Result<Changed> {
    let all = |reason: &str| {
        Ok(Changed::All {
            reason: reason.to_owned(),
        })
    };
    let Some(before) = before else {
        return all("what it was made from is not known");
    };
    let changes = Changes::between(warehouse, state, &before, after).await?;
    if changes.is_empty() {
        return Ok(Changed::Nothing);
    }
    if let Some(reason) = changes.untraced() {
        return all(reason);
    }
    // Plans that read tables, and not what is stored of other views.
    let after = session.computing_state_at(Arc::clone(after));
    let Some((column, new)) = plan(view, &after).await? else {
        return all("its rows have no day");
    };
    if changes.has(RATES) && converts(&new)? {
        return all("exchange rates changed");
    }
    let before = session.computing_state_at(Arc::new(before));
    let Ok(Some((_, old))) = plan(view, &before).await else {
        return all("the tables that it was made from can no longer be read");
    };
    let (old, new) = ((&old, &before), (&new, &after));
    match affected_days(session, old, new, &column, &changes).await? {
        Affected::All { reason } => Ok(Changed::All { reason }),
        // Rows without a day are always made again.
        Affected::Days(days) if days.is_empty() => Ok(Changed::Nothing),
        Affected::Days(days) => Ok(Changed::Days(
            days.into_iter().flatten().filter_map(date).collect(),
        )),
    }
}

/// The optimized plan of a view's rows, and the column of their day.
async fn plan(view: &View, state: &SessionState) -> Result<Option<(Column, LogicalPlan)>> {
    let rows = rows(view, state, None).await?;
    let Some(day) = rows.day else {
        return Ok(None);
    };
    let plan = state.optimizer().optimize(rows.plan, state, |_, _| {})?;
    let mut columns = plan.schema().columns().into_iter();
    let day = columns.find(|column| column.name == day);
    Ok(day.map(|day| (day, plan)))
}

fn converts(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expression| {
            found |= expression.exists(|it| {
                Ok(matches!(it, Expr::ScalarFunction(call) if call.func.name() == CONVERT))
            })?;
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    Ok(found)
}

/// The day of a DATE.
pub(super) fn date(days_since_1970: i32) -> Option<Date> {
    Date::constant(1970, 1, 1)
        .checked_add(days_since_1970.days())
        .ok()
}
