//! A table of the files that were found when it was opened.
//!
//! DataFusion's listing table lists its folder again whenever it is scanned. Here the listing that
//! opened the table stands in for that, in the cache that such a table asks first: a query lists a
//! folder once, and sees one state of it.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::Result,
    datasource::{TableType, listing::ListingTable},
    execution::{
        cache::{
            Cache, TableScopedPath,
            cache_manager::{CacheManager, CacheManagerConfig, CachedFileList},
            default_cache::DefaultCache,
        },
        runtime_env::RuntimeEnv,
    },
    logical_expr::{Expr, TableProviderFilterPushDown, dml::InsertOp},
    physical_plan::ExecutionPlan,
};
use object_store::{ObjectMeta, path::Path};

use super::within::Within;

/// A listing table with its listing.
#[derive(Debug)]
pub(super) struct Listed {
    table: ListingTable,
    folder: Path,
    files: CachedFileList,
}

impl Listed {
    pub(super) fn new(table: ListingTable, folder: Path, files: Vec<ObjectMeta>) -> Self {
        Self {
            table,
            folder,
            files: CachedFileList::new(files),
        }
    }

    /// The environment of a session, in which the folder has been listed already.
    fn environment(&self, session: &dyn Session) -> Result<Arc<RuntimeEnv>> {
        let environment = session.runtime_env();
        let listing = DefaultCache::<TableScopedPath, CachedFileList>::new(usize::MAX);
        let folder = TableScopedPath {
            table: None,
            path: self.folder.clone(),
        };
        listing.put(&folder, self.files.clone());
        let caches = &environment.cache_manager;
        let footers = caches.get_file_metadata_cache();
        let config = CacheManagerConfig::default()
            .with_list_files_cache(Some(Arc::new(listing)))
            .with_list_files_cache_limit(usize::MAX)
            .with_file_statistics_cache(caches.get_file_statistic_cache())
            .with_file_statistics_cache_limit(caches.get_file_statistic_cache_limit())
            .with_metadata_cache_limit(footers.cache_limit())
            .with_file_metadata_cache(Some(footers));
        Ok(Arc::new(RuntimeEnv {
            cache_manager: CacheManager::try_new(&config)?,
            ..RuntimeEnv::clone(environment)
        }))
    }
}

#[async_trait]
impl TableProvider for Listed {
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
        self.table.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let session = Within::new(session, self.environment(session)?);
        self.table.scan(&session, projection, filters, limit).await
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
