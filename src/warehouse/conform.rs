//! Makes a stored table obey the fact-table contract.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use datafusion::{
    arrow::datatypes::{DataType, Schema},
    catalog::TableProvider,
    common::{Result, ScalarValue, plan_datafusion_err, plan_err},
    datasource::provider_as_source,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, ident, lit, when},
};

use super::contract::{Column, Kind, Table, coercion};

/// The column that says when a row became known, in the tables that have it.
const INGESTED_AT: &str = "ingested_at";

/// Plans the table as queries see it: contract columns first, in the contract's types, absent
/// optional ones as NULL; then every other column as it is stored.
///
/// # Arguments
/// `as_of`: microseconds since 1970; rows that happened or became known later are left out, and
/// what happened to a row later, such as its cancellation, is NULL.
///
/// # Errors
/// A plan error that names table and column for a missing required column or a type that cannot
/// stand for it.
pub fn conform(
    table: &Table,
    provider: Arc<dyn TableProvider>,
    as_of: Option<i64>,
) -> Result<LogicalPlan> {
    let schema = provider.schema();
    let mut columns = Vec::with_capacity(schema.fields().len());
    for column in table.columns {
        columns.push(match schema.field_with_name(column.name) {
            Ok(field) => {
                let seen = column.kind.seen_as(field.data_type()).ok_or_else(|| {
                    plan_datafusion_err!(
                        "table {}: column {} must be {}, got {}",
                        table.name,
                        column.name,
                        column.kind.data_type(),
                        field.data_type()
                    )
                })?;
                if coercion::is_rounded(field.data_type(), &seen) {
                    warn_of_rounding(table, column, field.data_type());
                }
                let is_as_stored = seen == *field.data_type();
                let value = match ident(column.name) {
                    stored if is_as_stored => stored,
                    stored => cast(stored, seen),
                };
                match as_of {
                    Some(as_of) if happens_later(table, column) => {
                        when(value.clone().lt_eq(instant(as_of)), value)
                            .end()?
                            .alias(column.name)
                    }
                    _ if is_as_stored => value,
                    _ => value.alias(column.name),
                }
            }
            Err(_) if column.is_required() => {
                return plan_err!(
                    "table {}: required column {} is missing",
                    table.name,
                    column.name
                );
            }
            Err(_) => absent(column, &schema)?,
        });
    }
    let extra = schema
        .fields()
        .iter()
        .filter(|field| table.column(field.name()).is_none());
    columns.extend(extra.map(|field| ident(field.name())));

    let plan = LogicalPlanBuilder::scan(table.name, provider_as_source(provider), None)?
        .project(columns)?;
    match as_of {
        None => plan.build(),
        Some(as_of) => plan.filter(known_by(table, as_of))?.build(),
    }
}

/// Warns that exact amounts are stored as floats, once for each column: a table is opened by every
/// query, and every file of it has the column.
pub(super) fn warn_of_rounding(table: &Table, column: &Column, stored: &DataType) {
    static WARNED: Mutex<BTreeSet<(&str, &str)>> = Mutex::new(BTreeSet::new());
    let mut warned = WARNED.lock().expect("no holder panics");
    if warned.insert((table.name, column.name)) {
        tracing::warn!(
            "table {}: column {} should be exact, got {stored}: its values are rounded",
            table.name,
            column.name
        );
    }
}

/// An order dated by a calendar day says so, because its touch window is counted in days.
fn absent(column: &Column, stored: &Schema) -> Result<Expr> {
    let is_day = || {
        stored
            .field_with_name("ordered_at")
            .is_ok_and(|field| matches!(field.data_type(), DataType::Date32 | DataType::Date64))
    };
    let value = match column.name {
        "date_only" if is_day() => lit(true),
        _ => lit(ScalarValue::try_from(column.kind.data_type())?),
    };
    Ok(value.alias(column.name))
}

/// Whether the column is the time of something that happens to a row after its event.
fn happens_later(table: &Table, column: &Column) -> bool {
    column.kind == Kind::Instant
        && column.name != INGESTED_AT
        && table.event_time.is_some_and(|event| event != column.name)
}

fn instant(micros: i64) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(
        Some(micros),
        Some("UTC".into()),
    ))
}

fn known_by(table: &Table, as_of: i64) -> Expr {
    let as_of = instant(as_of);
    let happened = table
        .event_time
        .map(|column| ident(column).lt_eq(as_of.clone()));
    let became_known = table.column(INGESTED_AT).map(|column| {
        debug_assert_eq!(column.kind, Kind::Instant);
        ident(INGESTED_AT)
            .is_null()
            .or(ident(INGESTED_AT).lt_eq(as_of))
    });
    happened
        .into_iter()
        .chain(became_known)
        .reduce(Expr::and)
        .unwrap_or_else(|| lit(true))
}
