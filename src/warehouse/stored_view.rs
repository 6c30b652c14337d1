//! The stored rows of materialized views: one Delta table each, and what its commits say of them.
//!
//! A commit is one run of a refresh. What the rows were made from is part of the commit itself, so
//! that rows and what is said of them can never be of two runs.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use datafusion::{
    catalog::{Session, TableProvider},
    common::Result,
};
use deltalake_core::{
    DeltaTable,
    kernel::{Action, CommitInfo},
};
use futures::TryStreamExt;
use jiff::civil::Date;
use object_store::{ObjectStoreExt, path::Path};
use serde::{Deserialize, Serialize};

use super::{
    SYSTEM_FOLDER, delta,
    location::Location,
    pins::{Pin, Pins},
    snapshots::Snapshots,
};

const FOLDER: &str = "materialized";
/// The key of a commit's metadata that holds its run.
pub const RUN: &str = "tributary";
/// What Delta counts of a commit.
const METRICS: &str = "operationMetrics";

/// What one refresh made, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: String,
    /// A hash of the definition.
    pub definition: String,
    /// The settings that the rows depend on.
    pub settings: BTreeMap<String, String>,
    /// Microseconds since 1970 at which the run began.
    pub ran_at: i64,
    /// No row is older than this, in microseconds since 1970: when the run began, or the earlier
    /// one whose other days it kept.
    pub read_at: i64,
    /// The versions of the tables that rows were read from at `read_at`.
    #[serde(default)]
    pub pins: serde_json::Value,
    /// The stored rows of other views that are made from the same tables, of those that the view
    /// reads, by the views' full names.
    #[serde(default)]
    pub views: Pins,
    /// What it replaced.
    pub replaced: Replaced,
    /// The columns of the view, which may have other types than the table stores.
    pub columns: Vec<StoredColumn>,
    /// How many rows it wrote, as Delta counted them.
    #[serde(skip)]
    pub rows: u64,
}

/// The days that a run replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replaced {
    All,
    /// Ranges of days, both ends included, in order, and rows without a day.
    Days(Vec<(Date, Date)>),
    /// Ranges of days alone.
    Dated(Vec<(Date, Date)>),
}

/// A column of a view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredColumn {
    pub name: String,
    /// The type, as Arrow writes it.
    #[serde(rename = "type")]
    pub data_type: String,
}

impl Run {
    /// The versions of the tables that rows were read from; `None` if they are not known.
    pub fn pins(&self) -> Option<Pins> {
        serde_json::from_value(self.pins.clone()).ok()
    }

    /// The run of a commit; `None` for a commit of something else, such as an optimization.
    fn of(mut info: CommitInfo) -> Option<Self> {
        let run = info.info.remove(RUN)?;
        let mut run: Self = serde_json::from_value(run).ok()?;
        let metrics = info.info.get(METRICS);
        let rows = metrics.and_then(|it| it.get("num_added_rows")?.as_u64());
        run.rows = rows.unwrap_or_default();
        Some(run)
    }
}

/// One version of the stored rows of a view.
#[derive(Debug)]
pub struct StoredView {
    pub table: DeltaTable,
    pub run: Arc<Run>,
}

impl StoredView {
    pub fn version(&self) -> u64 {
        self.table.version().unwrap_or_default()
    }

    /// Which version this is.
    ///
    /// # Errors
    /// An error for a table that is not loaded.
    pub fn pin(&self) -> Result<Pin> {
        Ok(Pin::Delta {
            id: id(&self.table)?.to_owned(),
            version: self.version(),
        })
    }

    /// What was replaced after a version, by each run that wrote or removed rows.
    ///
    /// # Returns
    /// `None` if that is no longer known.
    ///
    /// # Errors
    /// An error of the object store.
    pub async fn replaced_since(&self, version: u64) -> Result<Option<Vec<Replaced>>> {
        let mut replaced = Vec::new();
        for version in version + 1..=self.version() {
            let Some(actions) = delta::actions(&self.table, version)
                .await
                .map_err(delta::external)?
            else {
                return Ok(None);
            };
            let changes_rows = actions.iter().any(|action| match action {
                Action::Add(file) => file.data_change,
                Action::Remove(file) => file.data_change,
                _ => false,
            });
            if !changes_rows {
                continue;
            }
            let run = actions.into_iter().find_map(|action| match action {
                Action::CommitInfo(info) => Run::of(info),
                _ => None,
            });
            match run {
                Some(run) => replaced.push(run.replaced),
                None => return Ok(None),
            }
        }
        Ok(Some(replaced))
    }

    /// The rows of this version.
    ///
    /// # Errors
    /// A plan error when a store cannot be registered with the session.
    pub fn provider(&self, session: &dyn Session) -> Result<Arc<dyn TableProvider>> {
        delta::provider(&self.table, session)
    }
}

/// What is known of stored views: reading the run of a version once is enough.
#[derive(Debug, Default)]
pub struct StoredViews {
    snapshots: Snapshots,
    runs: Mutex<HashMap<String, (u64, Arc<Run>)>>,
}

impl StoredViews {
    /// The newest version of the stored rows of a view; `None` if it has none, or nobody knows what
    /// they were made from.
    ///
    /// # Errors
    /// An error of the object store, or of a broken table.
    pub async fn open(
        &self,
        warehouse: &Location,
        schema: &str,
        name: &str,
    ) -> Result<Option<StoredView>> {
        let folder = folder(warehouse, schema, name)?;
        let key = folder.url().as_str();
        if !self.snapshots.has(key) && !delta::has_log(&folder).await? {
            return Ok(None);
        }
        let Some(table) = self.snapshots.newest(&folder, key).await? else {
            return Ok(None);
        };
        let run = self.run(&folder, &table).await?;
        Ok(run.map(|run| StoredView { table, run }))
    }

    /// The stored rows of a view at a version; `None` if that is no longer there.
    ///
    /// # Errors
    /// An error of the object store, or of a broken table.
    pub async fn open_at(
        &self,
        warehouse: &Location,
        (schema, name): (&str, &str),
        pin: &Pin,
    ) -> Result<Option<StoredView>> {
        let Pin::Delta { id: of, version } = pin else {
            return Ok(None);
        };
        let Some(newest) = self.open(warehouse, schema, name).await? else {
            return Ok(None);
        };
        if id(&newest.table)? != of || newest.version() < *version {
            return Ok(None);
        }
        if newest.version() == *version {
            return Ok(Some(newest));
        }
        let folder = folder(warehouse, schema, name)?;
        let table = delta::as_of(&folder, name, *version).await?;
        let run = newest_run(&table).await?;
        let run = run.map(Arc::new);
        Ok(run.map(|run| StoredView { table, run }))
    }

    /// The newest run of a table.
    async fn run(&self, folder: &Location, table: &DeltaTable) -> Result<Option<Arc<Run>>> {
        let (key, version) = (folder.url().as_str(), table.version().unwrap_or_default());
        if let Some((known, run)) = self.runs.lock().expect("no holder panics").get(key)
            && *known == version
        {
            return Ok(Some(Arc::clone(run)));
        }
        let Some(run) = newest_run(table).await? else {
            return Ok(None);
        };
        let run = Arc::new(run);
        let mut runs = self.runs.lock().expect("no holder panics");
        runs.insert(key.to_owned(), (version, Arc::clone(&run)));
        Ok(Some(run))
    }
}

async fn newest_run(table: &DeltaTable) -> Result<Option<Run>> {
    let mut commits = table.history(None);
    while let Some(info) = commits.try_next().await.map_err(delta::external)? {
        if let Some(run) = Run::of(info) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

fn id(table: &DeltaTable) -> Result<&str> {
    let snapshot = table.snapshot().map_err(delta::external)?;
    Ok(snapshot.metadata().id())
}

/// Where the rows of a view are stored.
///
/// # Errors
/// A plan error for a name that is none of a folder.
pub fn folder(warehouse: &Location, schema: &str, name: &str) -> Result<Location> {
    warehouse
        .folder(SYSTEM_FOLDER)?
        .folder(FOLDER)?
        .folder(schema)?
        .folder(name)
}

/// Deletes the stored rows of a view, if there are any.
///
/// The log goes first, newest file first, so that whoever is cut off leaves an older version or no
/// table, and no broken one.
///
/// # Errors
/// An error of the object store.
pub async fn delete(warehouse: &Location, schema: &str, name: &str) -> Result<()> {
    let folder = folder(warehouse, schema, name)?;
    let store = folder.store();
    let files = store.list(Some(&folder.path("")));
    let files = files.map_ok(|file| file.location);
    let mut files: Vec<Path> = files.try_collect().await?;
    let log = folder.path("_delta_log");
    files.sort_by(|one, other| {
        let of_log = |path: &Path| path.prefix_matches(&log);
        (of_log(other), other).cmp(&(of_log(one), one))
    });
    for file in files {
        match store.delete(&file).await {
            Err(object_store::Error::NotFound { .. }) => {}
            deleted => deleted?,
        }
    }
    Ok(())
}
