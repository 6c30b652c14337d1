//! What is left of a table or view for who reads it.

use std::sync::Arc;

use datafusion::{
    catalog::TableProvider,
    common::Result,
    datasource::{ViewTable, provider_as_source},
    execution::SessionState,
    logical_expr::{LogicalPlan, LogicalPlanBuilder},
};

use super::{
    super::view::ViewName,
    apply::{Masks, restricted, whole},
    rights::{Rights, Standing},
};

/// What is left of a stored table; `None` if a policy asks for a column that it lacks.
///
/// # Errors
/// A plan error for a policy or mask that cannot be planned over its columns.
pub(in crate::query) fn left_of_table(
    table: Arc<dyn TableProvider>,
    name: &ViewName,
    standing: &Standing,
    rights: &Rights,
    state: &SessionState,
) -> Result<Option<Arc<dyn TableProvider>>> {
    if standing.is_unmasked() {
        return Ok(Some(table));
    }
    let rows = match table.get_logical_plan() {
        Some(plan) => plan.into_owned(),
        None => LogicalPlanBuilder::scan(name.name.as_str(), provider_as_source(table), None)?
            .build()?,
    };
    let masks = match rights {
        Rights::Caller => Masks::All,
        Rights::Report { .. } | Rights::Engine => Masks::OfTexts,
    };
    let rows = left(rows, name, standing, masks, state)?;
    Ok(rows.map(|rows| Arc::new(ViewTable::new(rows, None)) as _))
}

/// What is left of the rows of a report's view.
///
/// # Errors
/// As [`left_of_table`].
pub(in crate::query) fn left_of_view(
    rows: LogicalPlan,
    name: &ViewName,
    standing: &Standing,
    rights: &Rights,
    state: &SessionState,
) -> Result<Option<LogicalPlan>> {
    let masks = match rights {
        Rights::Caller => Masks::All,
        Rights::Report { .. } | Rights::Engine => Masks::None,
    };
    left(rows, name, standing, masks, state)
}

fn left(
    rows: LogicalPlan,
    name: &ViewName,
    standing: &Standing,
    masks: Masks,
    state: &SessionState,
) -> Result<Option<LogicalPlan>> {
    match standing {
        Standing::Hidden => Ok(None),
        Standing::Restricted(roles) => restricted(rows, name, roles, masks, state),
        Standing::Whole(roles) | Standing::RestrictedBelow(roles) => {
            whole(rows, name, roles, masks, state).map(Some)
        }
    }
}
