//! Writes rows into a Delta table by key, in one commit, and only the rows that change something.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, datatypes::FieldRef, error::ArrowError},
    common::{Column, Result, exec_err, plan_err},
    logical_expr::{Expr, lit},
    prelude::SessionContext,
};
use deltalake_core::{
    DeltaTable, DeltaTableError,
    kernel::{
        StructField,
        engine::arrow_conversion::TryIntoKernel,
        transaction::{CommitProperties, TransactionError},
    },
    protocol::SaveMode,
};

use super::{
    changed::{NEW, STORED, column, columns_of},
    latest::{Latest, latest},
};
use crate::warehouse::{delta, location::Location, parquet};

/// How often a commit is worked out again after another writer was faster.
const ATTEMPTS: usize = 10;

/// A Delta table to write to.
pub(super) struct Destination<'a> {
    pub(super) session: &'a SessionContext,
    pub(super) folder: Location,
    /// What errors call it.
    pub(super) name: &'a str,
    pub(super) key: &'a [&'static str],
    /// A column that alone does not make a row another one.
    pub(super) incidental: Option<&'a str>,
    /// Whether the table, when created, keeps a change data feed.
    pub(super) change_feed: bool,
}

/// The rows of a run against one version of the table.
pub(super) struct Comparison {
    stored: Option<DeltaTable>,
    changed: Latest,
    unchanged: u64,
}

impl Comparison {
    pub(super) fn outcome(&self) -> Outcome {
        Outcome {
            changed: self.changed.row_count,
            unchanged: self.unchanged,
        }
    }
}

/// What a commit does.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Rows inserted or updated.
    pub(super) changed: u64,
    /// Rows that are stored already.
    pub(super) unchanged: u64,
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
        if !parquet::is_present(&self.folder).await? {
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
    pub(super) async fn compare(&self, rows: &Latest) -> Result<Comparison> {
        let stored = self.stored().await?;
        let changed = match &stored {
            Some(stored) => self.changed(stored, rows).await?,
            None => latest(self.key, &columns_of(&rows.batches), &rows.batches)?,
        };
        let unchanged = rows.row_count - changed.row_count;
        Ok(Comparison {
            stored,
            changed,
            unchanged,
        })
    }

    /// Commits the rows that differ, all at once; nothing if none does.
    ///
    /// A table that does not exist yet is created first, by a commit of its own.
    ///
    /// # Errors
    /// An execution error if other writers are faster again and again.
    pub(super) async fn commit(&self, rows: &Latest, comparison: Comparison) -> Result<Outcome> {
        let mut comparison = comparison;
        for _ in 0..ATTEMPTS {
            let outcome = comparison.outcome();
            if outcome.changed == 0 {
                return Ok(outcome);
            }
            let Comparison {
                stored, changed, ..
            } = comparison;
            let (written, is_done) = match stored {
                Some(stored) => (self.merge(stored, changed.batches).await, true),
                None => (self.create(&columns_of(&changed.batches)).await, false),
            };
            match written {
                Ok(()) if is_done => return Ok(outcome),
                Err(error) if !is_conflict(&error) => {
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

    async fn merge(
        &self,
        stored: DeltaTable,
        rows: Vec<RecordBatch>,
    ) -> Result<(), DeltaTableError> {
        let columns = columns_of(&rows);
        let widens = {
            let schema = stored.snapshot()?.snapshot().arrow_schema();
            columns
                .iter()
                .any(|field| schema.field_with_name(field.name()).is_err())
        };
        let same_key = self
            .same_key(&rows)
            .into_iter()
            .reduce(Expr::and)
            .unwrap_or(lit(true));
        let source = self.session.read_batches(rows)?;
        let names = || columns.iter().map(|field| field.name().as_str());
        stored
            .merge(source, same_key)
            .with_source_alias(NEW)
            .with_target_alias(STORED)
            .with_session_state(Arc::new(self.session.state()))
            .with_merge_schema(widens)
            .with_commit_properties(only_here())
            .when_matched_update(|update| {
                names().fold(update, |update, name| {
                    update.update(Column::new_unqualified(name), column(NEW, name))
                })
            })?
            .when_not_matched_insert(|insert| {
                names().fold(insert, |insert, name| {
                    insert.set(Column::new_unqualified(name), column(NEW, name))
                })
            })?
            .await?;
        Ok(())
    }

    /// Creates an empty table.
    ///
    /// The log comes before any data file. So an import that is cut off leaves a table, not the
    /// Parquet files without a log that [`Self::stored`] refuses, and neither does an import that
    /// runs at the same time see such files.
    async fn create(&self, columns: &[FieldRef]) -> Result<(), DeltaTableError> {
        let columns = columns.iter().map(|field| field.as_ref().try_into_kernel());
        let columns: Vec<StructField> = columns.collect::<Result<_, ArrowError>>()?;
        let change_feed = self
            .change_feed
            .then_some(("delta.enableChangeDataFeed", Some("true")));
        delta::unloaded(&self.folder)
            .map_err(|error| DeltaTableError::GenericError {
                source: Box::new(error),
            })?
            .create()
            .with_save_mode(SaveMode::Ignore)
            .with_table_name(self.name)
            .with_columns(columns)
            .with_configuration(change_feed)
            .with_commit_properties(only_here())
            .await?;
        Ok(())
    }
}

/// Commits on the version that the rows were compared with, or not at all.
///
/// Left to itself, Delta also commits on a newer version in which it sees no conflict, judging by
/// the statistics of files. Working the rows out again costs one more read of the table, is
/// always right, and keeps the counts true.
fn only_here() -> CommitProperties {
    CommitProperties::default().with_max_retries(0)
}

fn is_conflict(error: &DeltaTableError) -> bool {
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
