//! A stored table whose filters are applied once more above its scan.
//!
//! A Delta scan claims to apply a filter on partition columns exactly, and takes one without any
//! column for such a filter, which it then drops. An absent column is NULL, so `WHERE is_test`
//! is such a filter, and would keep every row. Rows that the scan has left out cost nothing here.
// Until deltalake-core claims no more than it does; 1.1.3 claims it in `process_predicate`.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::Result,
    datasource::TableType,
    logical_expr::{Expr, TableProviderFilterPushDown, dml::InsertOp},
    physical_plan::ExecutionPlan,
};

/// A table that filters, but is not trusted with it.
#[derive(Debug)]
pub(super) struct Rechecked {
    pub(super) table: Arc<dyn TableProvider>,
    /// The columns of which no two rows have the same values; empty if none are known.
    pub(super) unique_key: &'static [&'static str],
}

#[async_trait]
impl TableProvider for Rechecked {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }

    fn table_type(&self) -> TableType {
        self.table.table_type()
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let mut claims = self.table.supports_filters_pushdown(filters)?;
        for claim in &mut claims {
            if *claim == TableProviderFilterPushDown::Exact {
                *claim = TableProviderFilterPushDown::Inexact;
            }
        }
        Ok(claims)
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.table.scan(session, projection, filters, limit).await
    }

    async fn insert_into(
        &self,
        session: &dyn Session,
        rows: Arc<dyn ExecutionPlan>,
        operation: InsertOp,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        self.table.insert_into(session, rows, operation).await
    }
}
