//! Where the data is: object stores, the tables found in them, and the contract they obey.

pub mod changes;
pub mod conform;
pub mod contract;
pub mod delta;
pub mod import;
pub mod location;
pub mod parquet;
mod partitions;
pub mod pins;
mod recheck;
pub mod stored_view;

use std::sync::Arc;
use std::{collections::BTreeSet, sync::RwLock};

use datafusion::{
    catalog::{Session, TableProvider},
    common::{Result, plan_err},
};
use deltalake_core::DeltaTable;

use location::Location;
use recheck::Rechecked;

/// The folder of everything that is not a table: definitions, quarantine, defaults.
pub const SYSTEM_FOLDER: &str = "_tributary";

/// The tables under a warehouse URL.
///
/// A table is a folder with a Delta log, or a folder of Parquet files. Tables are opened anew for
/// each query, so that new data is seen without a restart; only their names are remembered.
#[derive(Debug)]
pub struct Warehouse {
    location: Location,
    names: RwLock<BTreeSet<String>>,
}

impl Warehouse {
    /// Lists the tables under `location`; a location that does not exist is an empty warehouse.
    pub async fn open(location: Location) -> Result<Self> {
        let warehouse = Self {
            location,
            names: RwLock::default(),
        };
        warehouse.refresh().await?;
        Ok(warehouse)
    }

    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The names of the tables found by the last [`Self::refresh`], in order.
    pub fn table_names(&self) -> Vec<String> {
        self.names
            .read()
            .expect("no writer panics")
            .iter()
            .cloned()
            .collect()
    }

    pub fn has_table(&self, name: &str) -> bool {
        self.names.read().expect("no writer panics").contains(name)
    }

    /// Lists the tables again.
    pub async fn refresh(&self) -> Result<()> {
        let listing = self
            .location
            .store()
            .list_with_delimiter(Some(&self.location.path("")))
            .await?;
        let mut names = BTreeSet::new();
        for folder in listing.common_prefixes {
            if let Some(name) = folder.filename()
                && is_table_name(name)
                && self.is_table(name).await?
            {
                names.insert(name.to_owned());
            }
        }
        *self.names.write().expect("no writer panics") = names;
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
        if let Some(table) = self.delta(name).await? {
            return provider(session, &table).await.map(Some);
        }
        let folder = self.location.folder(name)?;
        if !parquet::is_present(&folder).await? {
            return Ok(None);
        }
        parquet::open(session, &folder, name).await.map(Some)
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
        provider(session, &table).await.map(Some)
    }

    /// The newest version of a Delta table.
    ///
    /// # Returns
    /// `None` when there is no such Delta table.
    pub async fn delta(&self, name: &str) -> Result<Option<DeltaTable>> {
        if !is_table_name(name) {
            return Ok(None);
        }
        delta::load(&self.location.folder(name)?).await
    }

    async fn is_table(&self, name: &str) -> Result<bool> {
        let folder = self.location.folder(name)?;
        Ok(delta::is_present(&folder).await? || parquet::is_present(&folder).await?)
    }
}

/// A version of a Delta table, for queries of a session.
async fn provider(session: &dyn Session, table: &DeltaTable) -> Result<Arc<dyn TableProvider>> {
    table
        .update_datafusion_session(session)
        .map_err(delta::external)?;
    let table = table.table_provider().build().await?;
    Ok(Arc::new(Rechecked(Arc::new(table))))
}

/// Folders that start with an underscore or a dot belong to programs, not to users.
fn is_table_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with(['_', '.']) && !name.contains(['/', '\\'])
}
