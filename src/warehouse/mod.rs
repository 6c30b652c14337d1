//! Where the data is: object stores, the tables found in them, and the contract they obey.

pub mod changes;
mod commit_log;
pub mod conform;
pub mod contract;
pub mod delta;
pub mod import;
pub mod journal;
pub mod ledger;
mod listed;
mod listing;
pub mod location;
pub mod optimize;
mod parquet;
mod partitions;
pub mod pins;
mod recheck;
mod snapshots;
pub mod store;
pub mod stored_view;
mod unique;
mod within;

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use datafusion::{
    catalog::{Session, TableProvider},
    common::{Result, plan_err},
};
use deltalake_core::DeltaTable;
use futures::{FutureExt, StreamExt, TryStreamExt};

use listing::Listing;
use location::Location;
use snapshots::Snapshots;
use unique::UniqueKeys;

/// The folder of everything that is not a table: definitions, quarantine, defaults.
pub const SYSTEM_FOLDER: &str = "_tributary";

/// Folders looked at at the same time.
const CONCURRENT_LOOKS: usize = 16;

/// The tables under a warehouse URL.
///
/// A table is a folder with a Delta log, or a folder of Parquet files. Each query asks whether
/// there is something new, so that it is seen without a restart; what has not changed is kept.
#[derive(Debug)]
pub struct Warehouse {
    location: Location,
    tables: RwLock<BTreeMap<String, Form>>,
    snapshots: Snapshots,
    unique_keys: UniqueKeys,
}

/// What a table was when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Delta,
    Parquet,
}

impl Warehouse {
    /// Lists the tables under `location`; a location that does not exist is an empty warehouse.
    pub async fn open(location: Location) -> Result<Self> {
        let warehouse = Self {
            location,
            tables: RwLock::default(),
            snapshots: Snapshots::default(),
            unique_keys: UniqueKeys::default(),
        };
        warehouse.refresh().await?;
        Ok(warehouse)
    }

    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The names of the tables found by the last [`Self::refresh`], in order.
    pub fn table_names(&self) -> Vec<String> {
        let tables = self.tables.read().expect("no writer panics");
        tables.keys().cloned().collect()
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.form(name).is_some()
    }

    /// Lists the tables again.
    pub async fn refresh(&self) -> Result<()> {
        let listing = self
            .location
            .store()
            .list_with_delimiter(Some(&self.location.path("")))
            .await?;
        let folders = listing.common_prefixes.iter();
        let looks: Vec<_> = folders
            .filter_map(|folder| folder.filename())
            .filter(|name| is_table_name(name))
            .map(|name| self.look(name.to_owned()).boxed())
            .collect();
        let looks = futures::stream::iter(looks).buffered(CONCURRENT_LOOKS);
        let tables: Vec<_> = looks.try_collect().await?;
        *self.tables.write().expect("no writer panics") = tables.into_iter().flatten().collect();
        Ok(())
    }

    /// Opens the newest version of a table, as it is stored.
    ///
    /// # Returns
    /// `None` when there is no such table, even if it is younger than the last listing.
    pub async fn table(
        &self,
        session: &dyn Session,
        name: &str,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        if !is_table_name(name) {
            return Ok(None);
        }
        let folder = self.location.folder(name)?;
        let was_delta = self.form(name) == Some(Form::Delta) || self.snapshots.has(name);
        if was_delta && let Some(table) = self.delta(name).await? {
            return self.provider(&table, session, name).await.map(Some);
        }
        let listing = Listing::of(&folder).await?;
        if listing.has_log
            && let Some(table) = self.delta(name).await?
        {
            return self.provider(&table, session, name).await.map(Some);
        }
        if listing.is_empty() {
            return Ok(None);
        }
        parquet::open(session, &folder, name, listing)
            .await
            .map(Some)
    }

    /// Opens a Delta table as of an old version, as it was stored.
    ///
    /// # Returns
    /// `None` when there is no such Delta table.
    ///
    /// # Errors
    /// A plan error that names table and version when that version cannot be read any more, or
    /// not yet.
    pub async fn table_at(
        &self,
        session: &dyn Session,
        name: &str,
        version: u64,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(newest) = self.delta(name).await? else {
            return Ok(None);
        };
        let table = match newest.version() {
            Some(current) if current == version => newest,
            Some(current) if current > version => {
                delta::as_of(&self.location.folder(name)?, name, version).await?
            }
            current => {
                return plan_err!(
                    "table {name} has no version {version}: its newest is {}",
                    current.unwrap_or_default()
                );
            }
        };
        self.provider(&table, session, name).await.map(Some)
    }

    /// The newest version of a Delta table.
    ///
    /// # Returns
    /// `None` when there is no such Delta table.
    pub async fn delta(&self, name: &str) -> Result<Option<DeltaTable>> {
        if !is_table_name(name) {
            return Ok(None);
        }
        let folder = self.location.folder(name)?;
        self.snapshots.newest(&folder, name).await
    }

    /// The rows of one version of a table, and whether their keys are known to be unique.
    async fn provider(
        &self,
        table: &DeltaTable,
        session: &dyn Session,
        name: &str,
    ) -> Result<Arc<dyn TableProvider>> {
        let key = self.unique_keys.of(table, name).await?;
        delta::provider_with_key(table, session, key)
    }

    fn form(&self, name: &str) -> Option<Form> {
        let tables = self.tables.read().expect("no writer panics");
        tables.get(name).copied()
    }

    /// A folder with what is in it; `None` if it is no table.
    async fn look(&self, name: String) -> Result<Option<(String, Form)>> {
        let folder = self.location.folder(&name)?;
        Ok(if delta::is_present(&folder).await? {
            Some((name, Form::Delta))
        } else if listing::is_present(&folder).await? {
            Some((name, Form::Parquet))
        } else {
            None
        })
    }
}

/// Folders that start with an underscore or a dot belong to programs, not to users.
fn is_table_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(['_', '.']) && !name.contains(['/', '\\'])
}
