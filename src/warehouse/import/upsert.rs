//! Writes rows into a Delta table by key, in one commit, and only the rows that change something.

use datafusion::{
    common::{Result, exec_err, plan_err},
    prelude::SessionContext,
};
use deltalake_core::DeltaTable;

use super::{changed::Changed, latest::Rows};
use crate::warehouse::{delta, listing, location::Location};

/// How often a commit is worked out again after another writer was faster.
pub(super) const ATTEMPTS: usize = 10;

/// A Delta table to write to.
pub(super) struct Destination<'a> {
    pub(super) session: &'a SessionContext,
    pub(super) folder: Location,
    /// What errors call it.
    pub(super) name: &'a str,
    pub(super) key: &'static [&'static str],
    /// The columns that new rows are sorted by.
    pub(super) order: Vec<&'static str>,
    /// A column that alone does not make a row another one.
    pub(super) incidental: Option<&'a str>,
    /// Whether the table, when created, keeps a change data feed.
    pub(super) change_feed: bool,
    /// Whether stored rows are removed whose key the run has not.
    pub(super) replaces: bool,
    /// What the commit remembers beside the rows.
    pub(super) remembered: Vec<String>,
}

/// The rows of a run against one version of the table.
pub(super) struct Comparison {
    stored: Option<DeltaTable>,
    changed: Changed,
    unchanged: u64,
}

/// What a commit does.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Rows inserted or updated.
    pub(super) changed: u64,
    /// Rows that are stored already.
    pub(super) unchanged: u64,
    pub(super) deleted: u64,
}

impl Comparison {
    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            changed: self.changed.inserted + self.changed.updated,
            unchanged: self.unchanged,
            deleted: self.changed.deleted,
        }
    }
}

impl Destination<'_> {
    /// The stored table; `None` if there is none yet.
    ///
    /// # Errors
    /// A plan error if the folder holds Parquet files without a Delta log.
    pub(super) async fn stored(&self) -> Result<Option<DeltaTable>> {
        if let Some(stored) = delta::load(&self.folder).await? {
            return Ok(Some(stored));
        }
        if !listing::is_present(&self.folder).await? {
            return Ok(None);
        }
        // Another import may have created the table between the two questions.
        match delta::load(&self.folder).await? {
            Some(stored) => Ok(Some(stored)),
            None => plan_err!(
                "{}: expected a Delta table in {}, got Parquet files without a _delta_log: \
                 move them away and import them",
                self.name,
                self.folder.url()
            ),
        }
    }

    /// Works out which rows have a new key or differ from the stored row.
    ///
    /// A stored column that a row does not have keeps its value.
    ///
    /// # Errors
    /// A plan error if a column does not fit its stored type.
    pub(super) async fn compare(&self, rows: &Rows) -> Result<Comparison> {
        let stored = self.stored().await?;
        let changed = match &stored {
            Some(stored) if !is_empty(stored)? => self.changed(stored, rows).await?,
            // Every row is new: nothing is compared, and the rows stay where they are.
            _ => {
                let deleted = rows.deleted(self.session).await?;
                Changed {
                    rows: rows.clone(),
                    inserted: rows.row_count - deleted,
                    updated: 0,
                    deleted: 0,
                }
            }
        };
        // What a replacement removes is no row of the run.
        let deleted = if self.replaces { 0 } else { changed.deleted };
        Ok(Comparison {
            stored,
            unchanged: rows.row_count - changed.inserted - changed.updated - deleted,
            changed,
        })
    }

    /// Commits the rows that differ, all at once; nothing if none does.
    ///
    /// A table that does not exist yet is created first, by a commit of its own.
    ///
    /// # Errors
    /// An execution error if other writers are faster again and again.
    pub(super) async fn commit(&self, rows: &Rows, comparison: Comparison) -> Result<Outcome> {
        let mut comparison = comparison;
        for _ in 0..ATTEMPTS {
            let outcome = comparison.outcome();
            if outcome.changed + outcome.deleted == 0 {
                return Ok(outcome);
            }
            let Comparison {
                stored, changed, ..
            } = comparison;
            let appends = changed.updated + changed.deleted == 0;
            let (written, is_done) = match stored {
                Some(stored) if appends => (self.append(stored, &changed).await, true),
                Some(stored) => (self.merge(stored, &changed).await, true),
                None => (self.create(&changed.rows.columns).await, false),
            };
            match written {
                Ok(()) if is_done => return Ok(outcome),
                Err(error) if !delta::is_conflict(&error) => {
                    return Err(delta::external(error).context(format!("{}: writing", self.name)));
                }
                Ok(()) | Err(_) => comparison = self.compare(rows).await?,
            }
        }
        exec_err!(
            "{}: expected to commit within {ATTEMPTS} attempts, got a newer version each time",
            self.name
        )
    }
}

/// Whether the table holds no file.
fn is_empty(stored: &DeltaTable) -> Result<bool> {
    let snapshot = stored.snapshot().map_err(delta::external)?;
    Ok(snapshot.log_data().num_files() == 0)
}
