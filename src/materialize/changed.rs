//! The days of a view whose rows may be others than when they were stored.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{
        Column, DataFusionError, Result,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan},
};
use jiff::{ToSpan, civil::Date};

use super::{
    affected::{Affected, GONE, affected_days},
    below::tables_below,
    differing::differing,
    extent::Asking,
    query_of,
};
use crate::{
    query::{materialized::rows, money::CONVERT, view::View},
    warehouse::{
        changes::{Changes, Images},
        pins::{Pin, Pins},
        stored_view::StoredView,
    },
};

/// What `convert` reads, whose calls name no table.
pub(super) const RATES: &str = "fx_rates";

/// What changed since rows were stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    Nothing,
    /// `None` is the day of rows that have none.
    Days(BTreeSet<Option<Date>>),
    All {
        reason: String,
    },
}

/// Finds the days of which rows may have changed.
///
/// Where the view reads what is stored of another view, the rows of that which differ are what
/// changed, and nothing below it is looked at.
///
/// # Arguments
/// `stored`: the rows that there are.
///
/// # Errors
/// An error of planning, or of the store.
pub(super) async fn changed(asking: &Asking<'_>, stored: &StoredView) -> Result<Changed> {
    let Asking {
        session,
        state,
        query,
        view,
        ..
    } = *asking;
    let all = |reason: &str| {
        Ok(Changed::All {
            reason: reason.to_owned(),
        })
    };
    let Some(before) = stored.run.pins() else {
        return all("what it was made from is not known");
    };
    let inputs = Inputs::of(asking, &stored.run.views).await?;
    let tables = tables_below(query, &view.full_name(), &inputs.after)?;
    let (old, new) = (before.only(&tables), asking.pins.only(&tables));
    let mut changes = Changes::between(query.warehouse(), state, &old, &new).await?;
    for (name, images) in inputs.images {
        changes.insert(name, images);
    }
    if changes.is_empty() {
        return Ok(Changed::Nothing);
    }
    if let Some(reason) = changes.untraced() {
        return all(reason);
    }
    let after = session.state_over(Arc::clone(asking.pins), Arc::new(inputs.after));
    let Some((column, plan)) = plan(view, &after).await? else {
        return all("its rows have no day");
    };
    if changes.has(RATES) && converts(&plan)? {
        return all("exchange rates changed");
    }
    let before = session.state_over(Arc::new(before), Arc::new(inputs.before));
    match affected_days(session, &plan, (&before, &after), &column, &changes).await {
        Err(error) if is_gone(&error) => all(GONE),
        Err(error) => Err(error),
        Ok(Affected::All { reason }) => Ok(Changed::All { reason }),
        Ok(Affected::Days(days)) if days.is_empty() => Ok(Changed::Nothing),
        Ok(Affected::Days(days)) => Ok(Changed::Days(
            days.into_iter().map(|day| day.and_then(date)).collect(),
        )),
    }
}

/// What is stored of the views that a view reads, where its changes are known.
#[derive(Default)]
struct Inputs {
    /// What the view was made from.
    before: Pins,
    /// What it would be made from now.
    after: Pins,
    images: Vec<(String, Images)>,
}

impl Inputs {
    /// # Arguments
    /// `before`: what the view was made from.
    async fn of(asking: &Asking<'_>, before: &Pins) -> Result<Self> {
        let Asking {
            session,
            state,
            query,
            ..
        } = *asking;
        let mut inputs = Self::default();
        let then = session.state_over(Arc::default(), Arc::new(before.clone()));
        let then = query_of(&then)?;
        for view in query.definitions().materialized() {
            let name = view.full_name().to_string();
            let (old, new) = (before.get(&name), asking.below.get(&name));
            if *old == Pin::Absent || *new == Pin::Absent {
                continue;
            }
            let (Ok(Some(stored_then)), Some(stored)) =
                (then.stored_view(view).await, query.stored_view(view).await?)
            else {
                continue;
            };
            let day = view.materialized.as_ref().and_then(|it| it.day.as_ref());
            let day = day.map(|it| it.column.as_str());
            let versions = (&*stored_then, &*stored);
            let Some(images) = differing(session, state, versions, day).await? else {
                continue;
            };
            inputs.before.insert(name.clone(), old.clone());
            inputs.after.insert(name.clone(), new.clone());
            inputs.images.push((name, images));
        }
        Ok(inputs)
    }
}

/// Whether a file is missing.
fn is_gone(error: &DataFusionError) -> bool {
    let DataFusionError::ObjectStore(error) = error.find_root() else {
        return false;
    };
    matches!(**error, object_store::Error::NotFound { .. })
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
