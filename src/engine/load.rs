//! Rows that statements and clients write into tables of the warehouse.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{Result, plan_err},
    execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder},
    prelude::SessionContext,
};

use super::{
    session::Session,
    work::{Work, runtime_within},
};
use crate::{
    clock::Clock,
    query::{
        catalog::CATALOG,
        insert::Insert,
        metric_view::rewrite_measures,
        settings::Settings,
        view::{DEFAULT_SCHEMA, ViewName, statement},
    },
    security::Refusal,
    warehouse::{
        contract::Table,
        import::{Mode, StreamRequest, import_stream},
    },
};

/// What becomes of a table that rows are written into.
#[derive(Debug, Clone)]
pub struct Load {
    /// As the client would say it: `INSERT INTO`.
    pub action: &'static str,
    pub table: ViewName,
    pub mode: Mode,
    /// Whether a table outside the contract is made if it is missing.
    pub creates: bool,
}

impl Session {
    /// Whether the caller may write rows into a table.
    ///
    /// # Errors
    /// A [`Refusal`], or a plan error for what is no table of the warehouse.
    pub fn check_load(&self, load: &Load) -> Result<()> {
        let Load { action, table, .. } = load;
        let ViewName { schema, name } = table;
        self.check_write(action, table)?;
        if schema != DEFAULT_SCHEMA {
            return plan_err!(
                "{action} {table}: expected a table of the schema {DEFAULT_SCHEMA}: the others have \
                 views, whose rows follow from their query"
            );
        }
        let is_view = self.definitions().get(schema, name).is_some();
        if is_view || self.catalog(None).query().is_function(name) {
            return plan_err!("{action} {table}: expected a table, got a view or function");
        }
        if !self.keeps() {
            return plan_err!("{action} {table}: name the warehouse to write to (--warehouse URL)");
        }
        let readers = self.access().readers(schema, name);
        let is_governed =
            !readers.is_empty() && readers.iter().all(|role| role.hides_some_of(schema, name));
        match is_governed {
            false => Ok(()),
            // A row would replace one that the caller does not see.
            true => Err(Refusal::new(
                format!("{action} {table}"),
                "some of its rows or values are hidden from you",
            )
            .into()),
        }
    }

    /// Plans an INSERT; `None` if its table is the session's own.
    pub(super) async fn plan_insert(
        &self,
        insert: &Insert,
        state: &SessionState,
    ) -> Result<Option<(LogicalPlan, Load)>> {
        let schema = &state.config_options().catalog.default_schema;
        let Some(table) = ViewName::within(schema, &insert.table) else {
            return plan_err!("INSERT INTO {}: expected [schema.]table", insert.table);
        };
        let is_own = self.sources.session_tables.table_exist(&table.name);
        if table.schema == DEFAULT_SCHEMA && is_own {
            return Ok(None);
        }
        let load = Load {
            action: "INSERT INTO",
            table,
            mode: Mode::Append,
            creates: false,
        };
        self.check_load(&load)?;
        let rows = state.statement_to_plan(statement(insert.rows.clone()));
        let rows = rewrite_measures(rows.await?)?;
        let columns = match insert.columns.as_slice() {
            [] => columns_in_order(&load.table, &rows, state).await?,
            columns => columns.to_vec(),
        };
        let found = rows.schema().fields().len();
        if found != columns.len() {
            return plan_err!(
                "INSERT INTO {}: expected {} columns ({}), got {found}",
                load.table,
                columns.len(),
                columns.join(", ")
            );
        }
        let named = rows.schema().columns().into_iter().zip(&columns);
        let named: Vec<_> = named
            .map(|(column, name)| Expr::Column(column).alias(name))
            .collect();
        let rows = LogicalPlanBuilder::from(rows).project(named)?.build()?;
        Ok(Some((rows, load)))
    }

    /// Writes rows into a table.
    ///
    /// # Arguments
    /// `work`: what the statement runs within, on a server.
    ///
    /// # Returns
    /// How many of the rows the table now has.
    ///
    /// # Errors
    /// See [`Session::check_load`] and [`import_stream`].
    pub async fn load(
        &self,
        load: &Load,
        rows: SendableRecordBatchStream,
        work: Option<&Arc<Work>>,
    ) -> Result<u64> {
        self.check_load(load)?;
        let bad_rows = {
            let state = self.context().state_ref();
            let state = state.read();
            Settings::of(state.config_options())?.bad_rows
        };
        let name = &load.table.name;
        let request = StreamRequest {
            table: name.clone(),
            mode: load.mode,
            creates: load.creates,
            bad_rows,
            name: format!("{} {name} by {}", load.action, self.sources.caller.user),
            imported_at: Clock::System.now(),
        };
        let warehouse = self.warehouse();
        let context = self.writing_context(work);
        let summary = import_stream(&context, warehouse.location(), &request, rows).await?;
        for warning in &summary.warnings {
            tracing::warn!(table = %name, "{warning}");
        }
        if summary.quarantined > 0 {
            tracing::warn!(table = %name, rows = summary.quarantined, "quarantined");
        }
        if !warehouse.has_table(name) {
            warehouse.refresh().await?;
        }
        Ok(summary.imported + summary.unchanged)
    }

    /// Writing sees every row of the table, and takes its memory from the statement's part.
    fn writing_context(&self, work: Option<&Arc<Work>>) -> SessionContext {
        let state = self.engine.own_session().context().state();
        let Some(work) = work else {
            return SessionContext::new_with_state(state);
        };
        let runtime = runtime_within(state.runtime_env(), work);
        let state = SessionStateBuilder::new_from_existing(state).with_runtime_env(runtime);
        SessionContext::new_with_state(state.build())
    }
}

/// The columns of a table in the order in which `SELECT *` shows them.
///
/// # Errors
/// A plan error for a column of the query that has the name of another column of the table than
/// the one in its place: whoever wrote it did not mean the order.
async fn columns_in_order(
    table: &ViewName,
    rows: &LogicalPlan,
    state: &SessionState,
) -> Result<Vec<String>> {
    let columns = column_names(table, state).await?;
    for (given, meant) in rows.schema().fields().iter().zip(&columns) {
        let given = given.name();
        if given != meant && columns.contains(given) {
            return plan_err!(
                "INSERT INTO {table}: expected the columns in the order of the table ({}), got {given} \
                 in place of {meant}: name them, INSERT INTO {table} ({given}, …)",
                columns.join(", ")
            );
        }
    }
    Ok(columns)
}

async fn column_names(table: &ViewName, state: &SessionState) -> Result<Vec<String>> {
    let names = |schema: SchemaRef| schema.fields().iter().map(|it| it.name().clone()).collect();
    let catalog = state.catalog_list().catalog(CATALOG);
    if let Some(schema) = catalog.and_then(|catalog| catalog.schema(&table.schema))
        && schema.table_exist(&table.name)
        && let Some(provider) = schema.table(&table.name).await?
    {
        return Ok(names(provider.schema()));
    }
    match Table::named(&table.name) {
        Some(contract) => Ok(names(contract.schema())),
        None => {
            plan_err!("INSERT INTO {table}: there is no table {table}: bulk loads can make one")
        }
    }
}
