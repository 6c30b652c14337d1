//! One commit to a Delta table: an append where no stored row changes, else a merge.

use std::{num::NonZeroU64, sync::Arc};

use datafusion::{
    arrow::{
        datatypes::{FieldRef, Schema},
        error::ArrowError,
    },
    common::{Column, Result},
    dataframe::DataFrame,
    execution::{SessionState, SessionStateBuilder},
    logical_expr::{Expr, ident, lit},
};
use deltalake_core::{
    DeltaTable, DeltaTableError,
    delta_datafusion::planner::DeltaPlanner,
    kernel::{
        StructField, Transaction, engine::arrow_conversion::TryIntoKernel,
        transaction::CommitProperties,
    },
    operations::write::{SchemaMode, WriteBuilder},
    protocol::SaveMode,
};
use parquet::{
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{
    changed::{Changed, NEW, STORED, as_stored, column},
    latest::DELETED,
    upsert::Destination,
};
use crate::warehouse::{delta, unique};

/// Size of a data file: large enough to read in one go, small enough to rewrite.
pub(in crate::warehouse) const FILE_BYTES: NonZeroU64 =
    NonZeroU64::new(128 << 20).expect("not zero");
/// Rows whose statistics a query can skip together, and a writer holds.
const ROW_GROUP_ROWS: usize = 1 << 19;

/// How data files are encoded.
pub(in crate::warehouse) fn encoding() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build()
}

impl Destination<'_> {
    /// Adds rows whose keys are not stored; in order, so that statistics tell files apart.
    pub(super) async fn append(
        &self,
        stored: DeltaTable,
        changed: &Changed,
    ) -> Result<(), DeltaTableError> {
        let schema = schema_of(&stored)?;
        let fields: Vec<FieldRef> = schema.fields().iter().cloned().collect();
        let is_in_order = changed.rows.is_in_order(&self.order);
        let rows = match is_in_order {
            true => changed.rows.frame_as_they_came(self.session)?,
            false => changed.rows.frame(self.session)?,
        };
        let rows = match changed.rows.has_deleted() {
            true => rows.filter(ident(DELETED).is_not_true())?,
            false => rows,
        };
        let rows = rows.select(as_stored(&changed.rows, &fields)?)?;
        let order = self.order.iter().filter(|name| changed.rows.has(name));
        let order: Vec<_> = order.map(|name| ident(*name).sort(true, true)).collect();
        let rows = match is_in_order || order.is_empty() {
            true => rows,
            false => rows.sort(order)?,
        };
        let write = self.writing(stored, rows).await?;
        let write = write.with_save_mode(SaveMode::Append);
        let write = match self.widens(&schema, changed) {
            true => write.with_schema_mode(SchemaMode::Merge),
            false => write,
        };
        write.await?;
        Ok(())
    }

    /// The commit of new files with these rows.
    pub(super) async fn writing(
        &self,
        stored: DeltaTable,
        rows: DataFrame,
    ) -> Result<WriteBuilder, DeltaTableError> {
        let properties = self.properties(&stored).await?;
        let write = stored
            .write([])
            .with_input_plan(rows.into_parts().1)
            .with_session_state(Arc::new(self.writing_state()))
            .with_target_file_size(Some(FILE_BYTES))
            .with_writer_properties(encoding())
            .with_commit_properties(properties);
        Ok(write)
    }

    /// Updates, removes and adds rows by key.
    pub(super) async fn merge(
        &self,
        stored: DeltaTable,
        changed: &Changed,
    ) -> Result<(), DeltaTableError> {
        let widens = self.widens(&*schema_of(&stored)?, changed);
        let same_key = self.same_key(&changed.rows);
        let same_key = same_key.into_iter().reduce(Expr::and).unwrap_or(lit(true));
        let columns = &changed.rows.columns;
        let names = || columns.iter().map(|field| field.name().as_str());
        let is_deleted = || column(NEW, DELETED);
        let properties = self.properties(&stored).await?;
        let merge = stored
            .merge(changed.rows.frame(self.session)?, same_key)
            .with_source_alias(NEW)
            .with_target_alias(STORED)
            .with_session_state(Arc::new(self.state(&changed.rows)))
            .with_merge_schema(widens)
            .with_writer_properties(encoding())
            .with_commit_properties(properties);
        let merge = match changed.deleted {
            0 => merge,
            _ => merge.when_matched_delete(|delete| delete.predicate(is_deleted()))?,
        };
        merge
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
    pub(super) async fn create(&self, columns: &[FieldRef]) -> Result<(), DeltaTableError> {
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
            .with_commit_properties(delta::only_here())
            .await?;
        Ok(())
    }

    /// The state of the session, able to plan what Delta adds to the plan of the rows.
    fn writing_state(&self) -> SessionState {
        SessionStateBuilder::new_from_existing(self.session.state())
            .with_query_planner(DeltaPlanner::new())
            .build()
    }

    /// Whether the rows have a column that the table has not.
    fn widens(&self, stored: &Schema, changed: &Changed) -> bool {
        let columns = changed.rows.columns.iter();
        let mut names = columns.map(|field| field.name());
        names.any(|name| stored.field_with_name(name).is_err())
    }

    /// Commits what the run remembers with its rows, or neither.
    ///
    /// Rows are written by key: if there was one row for each, there still is.
    async fn properties(&self, stored: &DeltaTable) -> Result<CommitProperties, DeltaTableError> {
        let remembered = self.remembered.iter();
        let remembered = remembered.map(|id| Transaction::new(id, 1)).collect();
        let properties = delta::only_here().with_application_transactions(remembered);
        if !unique::is_unique(stored, self.key).await? {
            return Ok(properties);
        }
        let version = stored.snapshot()?.version() + 1;
        unique::claiming(properties, version, self.key)
    }
}

fn schema_of(stored: &DeltaTable) -> Result<Arc<Schema>, DeltaTableError> {
    Ok(stored.snapshot()?.snapshot().arrow_schema())
}
