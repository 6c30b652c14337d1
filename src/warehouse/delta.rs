//! Delta tables on the warehouse's own object store client.

use std::sync::{Arc, Once};

use datafusion::{
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result, plan_err},
};
use deltalake_core::{
    DeltaResult, DeltaTable, DeltaTableBuilder, DeltaTableError,
    delta_datafusion::{DeltaScanConfig, DeltaScanNext},
    kernel::{
        Action,
        transaction::{CommitProperties, TransactionError},
    },
    logstore::{
        LogStore, LogStoreFactory, ObjectStoreRef, StorageConfig, default_logstore, get_actions,
        logstore_factories,
    },
};
use futures::TryStreamExt;
use object_store::{Error as StoreError, ObjectStoreExt};
use url::Url;

use super::{
    commit_log::CommitLog,
    location::{Location, SCHEMES},
    recheck::Rechecked,
};

/// A commit is one conditional PUT of the next log file, which every store here implements.
#[derive(Debug)]
struct CommitLogs;

impl LogStoreFactory for CommitLogs {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<Arc<dyn LogStore>> {
        let log = default_logstore(prefixed_store, root_store, location, options);
        Ok(Arc::new(CommitLog(log)))
    }
}

fn register_log_stores() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let factories = logstore_factories();
        for scheme in SCHEMES {
            let scheme = Url::parse(&format!("{scheme}://")).expect("a scheme is a URL");
            factories.insert(scheme, Arc::new(CommitLogs));
        }
    });
}

/// The Delta table in a folder, not yet loaded: the folder may hold none.
///
/// # Errors
/// An error of the log store for a location it cannot serve.
pub fn unloaded(folder: &Location) -> Result<DeltaTable> {
    register_log_stores();
    DeltaTableBuilder::from_url(folder.url().clone())
        .map(|builder| {
            builder.with_storage_backend(Arc::clone(folder.store()), folder.url().clone())
        })
        .and_then(DeltaTableBuilder::build)
        .map_err(external)
}

/// The newest version of the Delta table in a folder; `None` if the folder holds none.
pub async fn load(folder: &Location) -> Result<Option<DeltaTable>> {
    // Loading a folder that does not exist is an error of its own on a local disk.
    if !is_present(folder).await? {
        return Ok(None);
    }
    let mut table = unloaded(folder)?;
    table.load().await.map_err(external)?;
    Ok(Some(table))
}

/// An old version of the Delta table in a folder.
///
/// # Errors
/// A plan error that names table and version when its part of the log is gone; an error of the
/// object store.
pub async fn as_of(folder: &Location, name: &str, version: u64) -> Result<DeltaTable> {
    let mut table = unloaded(folder)?;
    match table.load_version(version).await {
        Ok(()) if table.version() == Some(version) => Ok(table),
        Err(error @ DeltaTableError::ObjectStore { .. }) => {
            Err(external(error).context(format!("version {version} of table {name}")))
        }
        loaded => plan_err!(
            "version {version} of table {name} is gone: its log no longer reaches back that far{}",
            loaded.map_or_else(|error| format!(" ({error})"), |()| String::new())
        ),
    }
}

/// Whether the folder holds a Delta table that this program made: two small requests tell, and no
/// listing. A log begins with version 0, until a checkpoint stands for it.
pub async fn has_log(folder: &Location) -> Result<bool> {
    let has = async |file: &str| match folder.store().head(&folder.path(file)).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound { .. }) => Ok(false),
        Err(error) => Err(DataFusionError::from(error)),
    };
    let (begins, continues) = futures::join!(
        has("_delta_log/00000000000000000000.json"),
        has("_delta_log/_last_checkpoint")
    );
    Ok(begins? || continues?)
}

/// Whether the folder holds a Delta table.
pub async fn is_present(folder: &Location) -> Result<bool> {
    let mut log = folder.store().list(Some(&folder.path("_delta_log")));
    Ok(log.try_next().await?.is_some())
}

/// The rows of one version of a table.
///
/// # Errors
/// A plan error when its store cannot be registered with the session.
pub fn provider(table: &DeltaTable, session: &dyn Session) -> Result<Arc<dyn TableProvider>> {
    provider_with_key(table, session, &[])
}

/// The rows of one version of a table.
///
/// # Arguments
/// `unique_key`: the columns of which no two rows have the same values; empty if none are known.
///
/// # Errors
/// A plan error when its store cannot be registered with the session.
pub fn provider_with_key(
    table: &DeltaTable,
    session: &dyn Session,
    unique_key: &'static [&'static str],
) -> Result<Arc<dyn TableProvider>> {
    let registered = table.update_datafusion_session(session);
    registered.map_err(external)?;
    let snapshot = table.snapshot().map_err(external)?.snapshot();
    // In the session's type of text, which Delta takes for another one by default.
    let config = DeltaScanConfig::new_from_session(session).with_parquet_pushdown(true);
    let table = Arc::new(DeltaScanNext::new(snapshot.clone(), config)?);
    Ok(Arc::new(Rechecked { table, unique_key }))
}

/// Whether a table is one version of a Delta table.
pub fn is_stored(table: &dyn TableProvider) -> bool {
    table.is::<Rechecked>()
}

/// The columns of which no two rows of a table have the same values; empty if none are known.
pub fn unique_key(table: &dyn TableProvider) -> &'static [&'static str] {
    let stored = table.downcast_ref::<Rechecked>();
    stored.map_or(&[], |stored| stored.unique_key)
}

/// What a commit of a table did; `None` if the log no longer has it.
///
/// # Errors
/// An error of the object store, or of a broken log.
pub async fn actions(table: &DeltaTable, version: u64) -> DeltaResult<Option<Vec<Action>>> {
    let entry = table.log_store().read_commit_entry(version).await?;
    entry.map(|entry| get_actions(version, &entry)).transpose()
}

/// Commits on the version that the rows were worked out from, or not at all.
///
/// Left to itself, Delta also commits on a newer version in which it sees no conflict, judging by
/// the statistics of files. Working the rows out again costs one more read, is always right, and
/// keeps the counts true.
pub fn only_here() -> CommitProperties {
    CommitProperties::default().with_max_retries(0)
}

/// Whether a commit failed because another writer was faster.
pub fn is_conflict(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::MaxCommitAttempts(_)
                    | TransactionError::CommitConflict(_)
                    | TransactionError::VersionAlreadyExists(_),
            }
    )
}

/// Keeps the Delta error as the source of a DataFusion error.
pub fn external(error: DeltaTableError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
