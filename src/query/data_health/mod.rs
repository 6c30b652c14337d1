//! `system.data_health`: every check of the data, in one table.
//!
//! Look here to learn how checks come together. What a check finds is said by the views of the
//! schema [`CHECKS`], which a user's folder may add to; what can go wrong with any table of the
//! contract is in [`tables`]. A check that cannot be made, because a table is missing or cannot be
//! read, is a row that says so, and stops no other.

mod tables;

use std::sync::Arc;

use datafusion::{
    common::Result,
    execution::SessionState,
    logical_expr::{LogicalPlan, LogicalPlanBuilder, Union, ident},
};

use super::sources::Query;

/// The schema and the name of the table of all checks.
pub(super) const SCHEMA: &str = "system";
pub(super) const NAME: &str = "data_health";

/// The schema whose views are checks.
const CHECKS: &str = "health";

/// The columns of every check, and their types.
const COLUMNS: [(&str, &str); 10] = [
    ("step_number", "bigint"),
    ("check", "varchar"),
    ("subject", "varchar"),
    ("status", "varchar"),
    ("affected", "bigint"),
    ("total", "bigint"),
    ("share", "double"),
    ("amount", "decimal(28, 2)"),
    ("currency", "varchar"),
    ("message", "varchar"),
];

/// What to ask in one check or several.
pub(super) enum Check {
    /// A table or query, of what every query of the session sees.
    OfSeen { name: String, rows: String },
    /// The same of everything that is stored, also if `tributary.as_of` hides it.
    OfStored { name: &'static str, rows: String },
    /// Tables that it needs are not there.
    Missing { name: String, tables: String },
}

/// All checks of what a query sees.
///
/// # Errors
/// An error of looking for missing tables.
pub(super) fn checks(query: &Query) -> Result<Vec<Check>> {
    let mut checks = Vec::new();
    for view in query.definitions().views(CHECKS) {
        let name = view.name.clone();
        let missing = query.missing_tables(&view.full_name())?;
        checks.push(if missing.is_empty() {
            let rows = format!("{CHECKS}.\"{name}\"");
            Check::OfSeen { name, rows }
        } else {
            let tables: Vec<_> = missing.iter().map(ToString::to_string).collect();
            let tables = tables.join(", ");
            Check::Missing { name, tables }
        });
    }
    checks.extend(tables::checks(query.sources()));
    Ok(checks)
}

/// Plans checks as one table, in the order in which it is best read.
///
/// # Arguments
/// `as_stored`: a state that differs from `state` in having no `tributary.as_of`.
pub(super) async fn plan(
    checks: Vec<Check>,
    state: &SessionState,
    as_stored: &SessionState,
) -> Result<LogicalPlan> {
    let mut plans = Vec::with_capacity(checks.len());
    for check in checks {
        plans.push(Arc::new(match check {
            Check::OfSeen { name, rows } => found(state, &name, &rows).await?,
            Check::OfStored { name, rows } => found(as_stored, name, &rows).await?,
            Check::Missing { name, tables } => not_checked(state, &name, &tables, MISSING).await?,
        }));
    }
    let rows = LogicalPlan::Union(Union::try_new(plans)?);
    let order = ["step_number", "check", "subject", "currency"];
    LogicalPlanBuilder::from(rows)
        .sort(order.map(|column| ident(column).sort(true, false)))?
        .build()
}

const MISSING: &str = "not in the warehouse: import it with `tributary import`";

/// The rows of a check in the columns of all, or a row that says what is wrong with it.
async fn found(state: &SessionState, name: &str, rows: &str) -> Result<LogicalPlan> {
    let columns =
        COLUMNS.map(|(name, data_type)| format!("cast(\"{name}\" as {data_type}) as \"{name}\""));
    let sql = format!("select {} from {rows}", columns.join(", "));
    match state.create_logical_plan(&sql).await {
        Ok(plan) => Ok(plan),
        Err(error) => {
            let message = error.strip_backtrace().replace("\ncaused by\n", ": ");
            not_checked(state, name, name, &message).await
        }
    }
}

async fn not_checked(
    state: &SessionState,
    check: &str,
    subject: &str,
    message: &str,
) -> Result<LogicalPlan> {
    let columns = COLUMNS.map(|(name, data_type)| {
        let value = match name {
            "check" => quoted(check),
            "subject" => quoted(subject),
            "status" => quoted("not_checked"),
            "message" => quoted(message),
            _ => "null".to_owned(),
        };
        format!("cast({value} as {data_type}) as \"{name}\"")
    });
    let sql = format!("select {}", columns.join(", "));
    state.create_logical_plan(&sql).await
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
