//! Tables that the engine makes when they are read, such as `system.reports`.
//!
//! What such a table says is up to whoever implements [`SystemTable`]; here is only how queries
//! find and scan one.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    catalog::{MemTable, Session, TableProvider},
    common::{Result, plan_err},
    datasource::TableType,
    logical_expr::Expr,
    physical_plan::ExecutionPlan,
};

use super::{catalog::Query, data_health, view::View};

/// The schema of these tables. SQL views may live beside them.
pub const SYSTEM_SCHEMA: &str = data_health::SCHEMA;

/// A table of the schema `system` that the engine makes.
#[async_trait]
pub trait SystemTable: fmt::Debug + Send + Sync {
    /// Its name, without the schema.
    fn name(&self) -> &'static str;

    fn schema(&self) -> SchemaRef;

    /// What it is stored as, for a table that may be too large to make in one piece; without it,
    /// the rows are [`Self::rows`].
    async fn stored(
        &self,
        _query: &Query,
        _session: &dyn Session,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        Ok(None)
    }

    /// Its rows, as the query that reads it sees things.
    async fn rows(&self, query: &Query) -> Result<RecordBatch>;
}

/// Refuses a view that would hide one of these tables.
///
/// # Errors
/// A plan error that names the view.
pub fn check_name(tables: &[Arc<dyn SystemTable>], view: &View) -> Result<()> {
    let is_name = |table: &Arc<dyn SystemTable>| table.name() == view.name;
    match view.schema == SYSTEM_SCHEMA && tables.iter().any(is_name) {
        true => plan_err!(
            "view {}: the engine has a table of that name",
            view.full_name()
        ),
        false => Ok(()),
    }
}

/// A system table as one query scans it.
#[derive(Debug)]
pub(super) struct Scanned {
    pub(super) table: Arc<dyn SystemTable>,
    pub(super) query: Arc<Query>,
}

#[async_trait]
impl TableProvider for Scanned {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if let Some(stored) = self.table.stored(&self.query, session).await? {
            return stored.scan(session, projection, filters, limit).await;
        }
        let rows = self.table.rows(&self.query).await?;
        let rows = MemTable::try_new(self.schema(), vec![vec![rows]])?;
        rows.scan(session, projection, filters, limit).await
    }
}
