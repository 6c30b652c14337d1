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
    logical_expr::{LogicalPlan, LogicalPlanBuilder, Union, col},
};

use super::definitions::Definitions;

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

/// What is known of the tables of a query.
pub(super) struct Known<'a> {
    pub(super) definitions: &'a Definitions,
    /// Whether a name without a schema is a table or a table function.
    pub(super) is_known: &'a dyn Fn(&str) -> bool,
    /// Whether a table has been stored: an optional one is known and may not be.
    pub(super) is_stored: &'a dyn Fn(&str) -> bool,
}

/// Plans all checks, in the order in which they are best read.
///
/// # Arguments
/// `state`: plans a check as any query of the session. `as_stored`: the same without
/// `tributary.as_of`, for what that hides.
pub(super) async fn plan(
    known: &Known<'_>,
    state: &SessionState,
    as_stored: &SessionState,
) -> Result<LogicalPlan> {
    let mut checks = Vec::new();
    for view in known.definitions.views(CHECKS) {
        let missing = known.definitions.missing_tables(view, known.is_known)?;
        let missing: Vec<_> = missing.iter().map(String::as_str).collect();
        let rows = format!("{CHECKS}.\"{}\"", view.name);
        checks.push(match missing.is_empty() {
            true => check(state, &view.name, &rows).await?,
            false => not_checked(state, &view.name, &missing.join(", "), MISSING).await?,
        });
    }
    for (table, rows) in tables::checks(known.is_stored) {
        checks.push(match rows {
            Some(rows) => check(as_stored, table, &format!("({rows})")).await?,
            None => not_checked(state, tables::STORED_ROWS, table, MISSING).await?,
        });
    }
    let checks = checks.into_iter().map(Arc::new).collect();
    let rows = LogicalPlan::Union(Union::try_new(checks)?);
    let order = [
        col("step_number").sort(true, false),
        col("\"check\"").sort(true, false),
        col("subject").sort(true, false),
        col("currency").sort(true, false),
    ];
    LogicalPlanBuilder::from(rows).sort(order)?.build()
}

const MISSING: &str = "not in the warehouse: import it with `tributary import`";

/// The rows of a check in the columns of all; what is wrong with it is a row of its own.
async fn check(state: &SessionState, name: &str, rows: &str) -> Result<LogicalPlan> {
    let columns =
        COLUMNS.map(|(name, data_type)| format!("cast(\"{name}\" as {data_type}) as \"{name}\""));
    let sql = format!("select {} from {rows}", columns.join(", "));
    match state.create_logical_plan(&sql).await {
        Ok(plan) => Ok(plan),
        Err(error) => not_checked(state, name, name, &error.strip_backtrace()).await,
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
