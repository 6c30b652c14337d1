//! The rows that changed between two versions of a table, as they were before and after.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result},
    datasource::MemTable,
    execution::SendableRecordBatchStream,
    physical_plan::{ExecutionPlan, execute_stream},
};
use deltalake_core::delta_datafusion::cdf::scan::DeltaCdfTableProvider;
use futures::TryStreamExt;

use super::{
    Warehouse, delta,
    listing::Tags,
    pins::{Pin, Pins},
};

/// More changed rows of one table than this are not followed one by one.
const MOST_ROWS: usize = 2_000_000;

/// The changed rows of some tables, and of what is stored of some views.
#[derive(Debug, Default)]
pub struct Changes {
    tables: BTreeMap<String, Images>,
    untraced: Option<String>,
}

/// The changed rows of one table: as they were, and as they are.
#[derive(Debug, Default)]
pub struct Images(Vec<RecordBatch>);

impl Changes {
    /// What changed between two versions of the same tables.
    ///
    /// # Errors
    /// An error of the object store or of a Delta log.
    pub async fn between(
        warehouse: &Warehouse,
        session: &dyn Session,
        before: &Pins,
        after: &Pins,
    ) -> Result<Self> {
        let mut changes = Self::default();
        for table in after.tables() {
            let (old, new) = (before.get(table), after.get(table));
            if old == new {
                continue;
            }
            match images(warehouse, session, table, old, new).await? {
                Ok(images) => changes.insert(table.to_owned(), images),
                Err(reason) => changes.untraced = Some(format!("table {table}: {reason}")),
            }
        }
        Ok(changes)
    }

    /// Adds the changed rows of another source.
    pub fn insert(&mut self, name: String, images: Images) {
        if !images.0.is_empty() {
            self.tables.insert(name, images);
        }
    }

    /// Why the changed rows are not known; `None` if they are.
    pub fn untraced(&self) -> Option<&str> {
        self.untraced.as_deref()
    }

    /// Whether no row changed.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.untraced.is_none()
    }

    /// Whether a row of this table changed.
    pub fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// The changed rows of a table, as they were and as they are.
    ///
    /// # Errors
    /// An error for rows whose columns differ.
    pub fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(Images(rows)) = self.tables.get(name) else {
            return Ok(None);
        };
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let table = MemTable::try_new(first.schema(), vec![rows.clone()])?;
        Ok(Some(Arc::new(table)))
    }
}

/// What there is, or why it is not known.
type Traced<T> = Result<T, String>;

impl Images {
    /// Reads changed rows.
    ///
    /// # Errors
    /// Why they cannot be read, or that they are too many to be followed.
    pub async fn read(mut rows: SendableRecordBatchStream) -> Traced<Self> {
        let readable = |error: DataFusionError| error.strip_backtrace();
        let mut images = Self::default();
        let mut count = 0;
        while let Some(rows) = rows.try_next().await.map_err(readable)? {
            count += rows.num_rows();
            if count > MOST_ROWS {
                return Err(format!("more than {MOST_ROWS} rows changed"));
            }
            images.0.push(rows);
        }
        Ok(images)
    }
}

/// The changed rows of a table.
async fn images(
    warehouse: &Warehouse,
    session: &dyn Session,
    name: &str,
    old: &Pin,
    new: &Pin,
) -> Result<Traced<Images>> {
    let unknown = |why: &str| Err(why.to_owned());
    let plan = match (old, new) {
        (
            Pin::Delta { id, version: from },
            Pin::Delta {
                id: new_id,
                version: to,
            },
        ) if id == new_id && from < to => feed(warehouse, session, name, *from, *to).await?,
        (Pin::Files { files: old, .. }, Pin::Files { files: new, .. }) => match added(old, new) {
            Ok(files) => {
                let files = warehouse.files(session, name, &files).await?;
                Ok(files.scan(session, None, &[], None).await?)
            }
            Err(reason) => Err(reason),
        },
        (Pin::Absent, _) => unknown("it is new"),
        (_, Pin::Absent) => unknown("it is gone"),
        _ => unknown("it was made anew"),
    };
    match plan {
        Ok(plan) => Ok(Images::read(execute_stream(plan, session.task_ctx())?).await),
        Err(reason) => Ok(Err(reason)),
    }
}

/// The change data feed between two versions.
async fn feed(
    warehouse: &Warehouse,
    session: &dyn Session,
    name: &str,
    from: u64,
    to: u64,
) -> Result<Traced<Arc<dyn ExecutionPlan>>> {
    let Some(table) = warehouse.delta(name).await? else {
        return Ok(Err("it is gone".to_owned()));
    };
    table
        .update_datafusion_session(session)
        .map_err(delta::external)?;
    let changes = table
        .scan_cdf()
        .with_starting_version(from + 1)
        .with_ending_version(to);
    let changes = DeltaCdfTableProvider::try_new(changes).map_err(delta::external)?;
    // Files or commits that are no longer there: what changed cannot be told.
    let plan = changes.scan(session, None, &[], None).await;
    Ok(plan.map_err(|error| error.strip_backtrace()))
}

/// The files that came since, if nothing else changed.
fn added(old: &Tags, new: &Tags) -> Traced<Tags> {
    if old.is_empty() || new.is_empty() {
        return Err("its Parquet files are too many to remember each".to_owned());
    }
    if old.iter().any(|(name, tag)| new.get(name) != Some(tag)) {
        return Err("some of its Parquet files were replaced or removed".to_owned());
    }
    let mut added = new.clone();
    added.retain(|name, _| !old.contains_key(name));
    Ok(added)
}
