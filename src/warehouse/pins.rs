//! Which version of each table a query read, so that another one can read the same again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    catalog::{Session, TableProvider},
    common::{Result, plan_err},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Warehouse, delta,
    listing::{Listing, Tags},
    parquet,
};

/// The files of a larger folder are not remembered one by one.
const MOST_FILES: usize = 1000;

/// The version of every table that somebody is interested in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins(BTreeMap<String, Pin>);

/// The version of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// There is no such table.
    Absent,
    Delta {
        /// The id that a table gets when it is made: versions of two tables say nothing of each
        /// other.
        id: String,
        version: u64,
    },
    /// What a folder of Parquet files held.
    Files {
        digest: String,
        /// Empty if there were too many; of these nothing older can be read.
        #[serde(default)]
        files: Tags,
    },
}

impl Pins {
    /// The newest version of these tables.
    ///
    /// # Errors
    /// An error of the object store or of a Delta log.
    pub async fn newest(
        warehouse: &Warehouse,
        tables: impl IntoIterator<Item = &str>,
    ) -> Result<Self> {
        let mut pins = BTreeMap::new();
        for table in tables {
            pins.insert(table.to_owned(), newest(warehouse, table).await?);
        }
        Ok(Self(pins))
    }

    /// The versions of these tables alone.
    #[must_use]
    pub fn only(&self, tables: &BTreeSet<String>) -> Self {
        let pins = self.0.iter().filter(|(table, _)| tables.contains(*table));
        Self(
            pins.map(|(table, pin)| (table.clone(), pin.clone()))
                .collect(),
        )
    }

    /// Whether a table is at an older version than it is elsewhere.
    pub fn is_behind(&self, other: &Self) -> bool {
        self.0
            .iter()
            .any(|(table, pin)| match (pin, other.get(table)) {
                (
                    Pin::Delta { id, version },
                    Pin::Delta {
                        id: same,
                        version: newer,
                    },
                ) => id == same && version < newer,
                _ => false,
            })
    }

    pub fn insert(&mut self, table: String, pin: Pin) {
        self.0.insert(table, pin);
    }

    /// The version of a table; one that is not pinned is absent.
    pub fn get(&self, table: &str) -> &Pin {
        self.0.get(table).unwrap_or(&Pin::Absent)
    }

    /// The tables, in order.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

async fn newest(warehouse: &Warehouse, table: &str) -> Result<Pin> {
    if let Some(table) = warehouse.delta(table).await? {
        let snapshot = table.snapshot().map_err(delta::external)?;
        return Ok(Pin::Delta {
            id: snapshot.metadata().id().to_owned(),
            version: snapshot.version(),
        });
    }
    let folder = warehouse.location().folder(table)?;
    let files = Listing::of(&folder).await?.tags();
    if files.is_empty() {
        return Ok(Pin::Absent);
    }
    let mut digest = Sha256::new();
    for part in files.iter().flat_map(|(name, tag)| [name, tag]) {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let files = match files.len() > MOST_FILES {
        true => Tags::new(),
        false => files,
    };
    Ok(Pin::Files { digest, files })
}

impl Warehouse {
    /// Opens a table at a version.
    ///
    /// # Errors
    /// A plan error if the version is gone, or the table was made anew since, or Parquet files were
    /// replaced.
    pub async fn pinned_table(
        &self,
        session: &dyn Session,
        name: &str,
        pin: &Pin,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        match pin {
            Pin::Absent => Ok(None),
            Pin::Files { files, .. } if files.is_empty() => self.table(session, name).await,
            Pin::Files { files, .. } => self.files(session, name, files).await.map(Some),
            Pin::Delta { id, version } => {
                let newest = self.delta(name).await?;
                let current = match &newest {
                    Some(table) => Some(table.snapshot().map_err(delta::external)?.metadata().id()),
                    None => None,
                };
                if current != Some(id) {
                    return plan_err!("table {name} was made anew: the table {id} is gone");
                }
                self.table_at(session, name, *version).await
            }
        }
    }
    /// Opens Parquet files of the folder of a table.
    ///
    /// # Errors
    /// A plan error if one of them is gone or was replaced.
    pub(super) async fn files(
        &self,
        session: &dyn Session,
        name: &str,
        files: &Tags,
    ) -> Result<Arc<dyn TableProvider>> {
        let folder = self.location.folder(name)?;
        match Listing::of(&folder).await?.only(files) {
            Some(listing) => parquet::open(session, &folder, name, listing).await,
            None => {
                plan_err!("table {name}: its Parquet files were replaced since they were listed")
            }
        }
    }
}
