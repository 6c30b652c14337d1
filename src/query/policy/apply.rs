//! The plan of what policies and masks leave of a table or view.

use std::sync::Arc;

use datafusion::{
    common::{DFSchema, Result},
    execution::SessionState,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder, cast, ident,
        utils::{conjunction, disjunction},
        when,
    },
};

use super::{super::view::ViewName, barrier::barred};
use crate::{
    security::{Condition, Role},
    warehouse::contract::{Kind, Table},
};

/// Which masks hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Masks {
    /// All: the caller sees these rows.
    All,
    /// Those of texts that no rule computes with, such as names: a report sees these rows, and
    /// masked ids, times or amounts would make its numbers wrong.
    OfTexts,
    /// None: what shows these rows to the caller applies them.
    None,
}

impl Masks {
    fn hold_for(self, name: &ViewName, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::OfTexts => {
                let column = Table::named(&name.name).and_then(|it| it.column(column));
                column.is_some_and(|column| column.kind == Kind::Text)
            }
        }
    }
}

/// All rows of a table or view, masked where each of the roles has a mask.
///
/// # Errors
/// A plan error, which names the role, for a mask that cannot be planned over the columns.
pub(in crate::query) fn whole(
    rows: LogicalPlan,
    name: &ViewName,
    roles: &[Arc<Role>],
    masks: Masks,
    state: &SessionState,
) -> Result<LogicalPlan> {
    let mask = |column: &str| -> Option<&Arc<Role>> {
        let is_masked = |role: &&Arc<Role>| mask_of(role, name, column, masks).is_some();
        roles
            .iter()
            .all(|it| is_masked(&it))
            .then(|| roles.first())?
    };
    let columns: Vec<_> = rows.schema().fields().iter().map(|it| it.name()).collect();
    if columns.iter().all(|column| mask(column).is_none()) {
        return Ok(rows);
    }
    let rows = LogicalPlanBuilder::from(rows).alias(name.name.as_str())?;
    let columns = rows
        .schema()
        .fields()
        .iter()
        .map(|it| match mask(it.name()) {
            None => Ok(ident(it.name())),
            Some(role) => masked(role, name, it.name(), rows.schema(), state),
        });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    rows.project(columns)?.build()
}

/// The rows of a table or view that one of the roles lets through, behind a barrier, masked where
/// none of the roles that let the row through sees the value; `None` if there is no column that a
/// policy asks for, so that nobody can say which rows these are.
///
/// # Errors
/// A plan error, which names the role, for a policy or mask that cannot be planned.
pub(in crate::query) fn restricted(
    rows: LogicalPlan,
    name: &ViewName,
    roles: &[Arc<Role>],
    masks: Masks,
    state: &SessionState,
) -> Result<Option<LogicalPlan>> {
    let rows = LogicalPlanBuilder::from(rows).alias(name.name.as_str())?;
    let schema = Arc::clone(rows.schema());
    let mut filters = Vec::with_capacity(roles.len());
    for role in roles {
        let mut exprs = Vec::new();
        for policy in role.row_policies(&name.schema, &name.name) {
            let mut columns = policy.filter.columns().iter();
            if !columns.all(|column| schema.has_column_with_unqualified_name(column)) {
                return Ok(None);
            }
            exprs.push(planned(&policy.filter, role, &schema, state)?);
        }
        // A role without a policy on these rows would have made them whole.
        let Some(filter) = conjunction(exprs) else {
            return Ok(None);
        };
        filters.push((role, filter));
    }
    let column = |column: &str| -> Result<Expr> {
        let (masking, showing): (Vec<_>, Vec<_>) = filters
            .iter()
            .partition(|(role, _)| mask_of(role, name, column, masks).is_some());
        let Some((role, _)) = masking.first() else {
            return Ok(ident(column));
        };
        let masked = masked(role, name, column, &schema, state)?;
        match disjunction(showing.into_iter().map(|(_, filter)| filter.clone())) {
            None => Ok(masked),
            Some(is_shown) => Ok(when(is_shown, ident(column))
                .otherwise(masked)?
                .alias(column)),
        }
    };
    let columns = schema.fields().iter().map(|it| column(it.name()));
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let filters = filters.iter().map(|(_, filter)| filter.clone());
    let Some(filter) = disjunction(filters) else {
        return Ok(None);
    };
    let rows = rows.filter(filter)?.project(columns)?.build()?;
    Ok(Some(barred(rows, name)))
}

fn mask_of<'a>(
    role: &'a Role,
    name: &ViewName,
    column: &str,
    masks: Masks,
) -> Option<&'a Condition> {
    let mask = role.mask(&name.schema, &name.name, column);
    mask.filter(|_| masks.hold_for(name, column))
        .map(|mask| &mask.value)
}

fn masked(
    role: &Role,
    name: &ViewName,
    column: &str,
    schema: &DFSchema,
    state: &SessionState,
) -> Result<Expr> {
    let Some(mask) = role.mask(&name.schema, &name.name, column) else {
        return Ok(ident(column));
    };
    let value = planned(&mask.value, role, schema, state)?;
    let data_type = schema.field_with_unqualified_name(column)?.data_type();
    Ok(cast(value, data_type.clone()).alias(column))
}

fn planned(
    condition: &Condition,
    role: &Role,
    schema: &DFSchema,
    state: &SessionState,
) -> Result<Expr> {
    let planned = state.create_logical_expr(condition.text(), schema);
    planned.map_err(|error| error.context(format!("security.roles.{}", role.name)))
}
