//! Sessions to test with, and SQL on them.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::common::Result;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use datafusion_attribution::{ATTRIBUTE_TABLES, register_all, resolve_table_arguments};

/// A session with everything registered.
pub(crate) fn session(config: SessionConfig) -> SessionContext {
    let builder = SessionStateBuilder::new_with_default_features().with_config(config);
    SessionContext::new_with_state(register_all(builder).build())
}

/// A session with orders and activities of the documentation.
pub(crate) async fn shop(config: SessionConfig) -> SessionContext {
    let ctx = session(config);
    for sql in [
        "CREATE TABLE orders (order_id VARCHAR, customer_id VARCHAR, ordered_at TIMESTAMP,
           total DECIMAL(18, 2)) AS VALUES
           ('o1', 'ada', TIMESTAMP '2026-08-10T12:00:00', 100.00),
           ('o2', 'ada', TIMESTAMP '2026-08-12T12:00:00', 0.05),
           ('o3', 'bob', TIMESTAMP '2026-08-10T12:00:00', 20.00),
           ('o4', NULL,  TIMESTAMP '2026-08-10T12:00:00', 30.00),
           ('o5', 'cyd', NULL, 40.00)",
        "CREATE TABLE activities (activity_id INT, customer_id VARCHAR, occurred_at TIMESTAMP,
           channel VARCHAR) AS VALUES
           (1, 'ada', TIMESTAMP '2026-08-01T12:00:00', 'mail'),
           (2, 'ada', TIMESTAMP '2026-08-09T12:00:00', 'chat'),
           (3, 'ada', TIMESTAMP '2026-08-10T12:00:00', 'direct'),
           (4, 'ada', TIMESTAMP '2026-08-12T12:00:01', 'mail'),
           (5, 'bob', TIMESTAMP '2026-07-27T11:59:59', 'mail'),
           (6, NULL,  TIMESTAMP '2026-08-09T12:00:00', 'mail'),
           (7, 'cyd', TIMESTAMP '2026-08-09T12:00:00', 'mail'),
           (8, 'ada', NULL, 'mail')",
    ] {
        sql_rows(&ctx, sql).await.unwrap();
    }
    ctx
}

/// The call of the documentation, with these arguments added.
pub(crate) fn call(more: &str) -> String {
    format!(
        "attribute(conversions => orders, touchpoints => activities, key => 'customer_id',
           conversion_id => 'order_id', conversion_time => 'ordered_at', value => 'total',
           touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at', {more})"
    )
}

/// Plans one statement the way an application does.
pub(crate) async fn plan(ctx: &SessionContext, sql: &str) -> Result<DataFrame> {
    let state = ctx.state();
    let mut statement = state.sql_to_statement(sql, &state.config_options().sql_parser.dialect)?;
    resolve_table_arguments(&mut statement, &[ATTRIBUTE_TABLES]);
    let plan = state.statement_to_plan(statement).await?;
    ctx.execute_logical_plan(plan).await
}

/// Runs one statement.
pub(crate) async fn sql_rows(ctx: &SessionContext, sql: &str) -> Result<Vec<RecordBatch>> {
    plan(ctx, sql).await?.collect().await
}

/// Runs one statement and prints its result as a table.
pub(crate) async fn printed(ctx: &SessionContext, sql: &str) -> String {
    let batches = sql_rows(ctx, sql).await.unwrap();
    pretty_format_batches(&batches).unwrap().to_string()
}

/// The message of the error that this statement must end with, without its kind.
pub(crate) async fn error(ctx: &SessionContext, sql: &str) -> String {
    let error = sql_rows(ctx, sql)
        .await
        .expect_err("the statement must fail");
    error.strip_backtrace()
}
