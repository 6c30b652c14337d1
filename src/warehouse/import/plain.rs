//! Tables outside the contract: they have no key, and hold rows as they came.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
        compute::{CastOptions, cast_with_options},
        datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit},
    },
    common::{DataFusionError, Result, exec_err, plan_err},
    execution::SendableRecordBatchStream,
    prelude::SessionContext,
};
use deltalake_core::{
    DeltaTable, DeltaTableError, operations::write::SchemaMode, protocol::SaveMode,
};
use futures::TryStreamExt;

use super::{
    ImportSummary, columns, schema_of,
    spool::{Spool, SpoolWriter},
    stream::{Mode, StreamRequest},
    upsert::{ATTEMPTS, Destination},
};
use crate::warehouse::{delta, location::Location};

/// Delta's precision for whole numbers of 64 bits without a sign.
const UNSIGNED_DIGITS: u8 = 20;

/// Stores a stream of rows.
///
/// # Errors
/// See [`super::import_stream`].
pub(super) async fn store(
    session: &SessionContext,
    warehouse: &Location,
    request: &StreamRequest,
    mut batches: SendableRecordBatchStream,
) -> Result<ImportSummary> {
    let name = request.table.as_str();
    if !columns::is_name(name) || name.starts_with('_') {
        return plan_err!("expected the name of a table of a-z, 0-9 and _, got {name}");
    }
    let table = Destination {
        session,
        folder: warehouse.folder(name)?,
        name,
        key: &[],
        order: vec![],
        incidental: None,
        change_feed: true,
        replaces: false,
        remembered: vec![],
    };
    let stored = table.stored().await?;
    request.check_stored(stored.as_ref())?;
    if stored.is_none() && !request.creates {
        return plan_err!(
            "{name}: expected a table of the warehouse {}, found none of this name: make it by a \
             bulk load that creates tables",
            warehouse.url()
        );
    }
    let stored_schema = match request.mode {
        Mode::Append => schema_of(stored.as_ref())?,
        Mode::Create | Mode::Replace => None,
    };
    let schema = schema_to_store(name, &batches.schema(), stored_schema.as_deref())?;
    let mut writer = SpoolWriter::new(session, Arc::clone(&schema));
    while let Some(batch) = batches.try_next().await? {
        writer.write(&fit(&batch, &schema)?)?;
    }
    let rows = writer.finish()?;
    table.commit_all(request, stored, &rows).await?;
    Ok(ImportSummary {
        imported: rows.row_count() as u64,
        ..ImportSummary::default()
    })
}

impl Destination<'_> {
    /// Commits the rows, and makes the table first if there is none.
    async fn commit_all(
        &self,
        request: &StreamRequest,
        stored: Option<DeltaTable>,
        rows: &Spool,
    ) -> Result<()> {
        let mut stored = stored;
        for _ in 0..ATTEMPTS {
            let (written, is_done) = match stored {
                Some(stored) => (self.write_all(request.mode, stored, rows).await, true),
                None => (self.create(rows.schema().fields()).await, false),
            };
            match written {
                Ok(()) if is_done => return Ok(()),
                Err(error) if !delta::is_conflict(&error) => {
                    return Err(delta::external(error).context(format!("{}: writing", self.name)));
                }
                Ok(()) | Err(_) => stored = self.stored().await?,
            }
        }
        exec_err!(
            "{}: expected to commit within {ATTEMPTS} attempts, got a newer version each time",
            self.name
        )
    }

    async fn write_all(
        &self,
        mode: Mode,
        stored: DeltaTable,
        rows: &Spool,
    ) -> Result<(), DeltaTableError> {
        let (save, schema) = match mode {
            Mode::Replace => (SaveMode::Overwrite, SchemaMode::Overwrite),
            Mode::Append | Mode::Create if rows.row_count() == 0 => return Ok(()),
            Mode::Append | Mode::Create => (SaveMode::Append, SchemaMode::Merge),
        };
        let rows = rows.frame(self.session, None)?;
        self.writing(stored, rows)
            .await?
            .with_save_mode(save)
            .with_schema_mode(schema)
            .await?;
        Ok(())
    }
}

/// The columns of a client's rows as they are stored: in the type of the stored column, or else in
/// one of Delta's that has all their values.
fn schema_to_store(table: &str, rows: &Schema, stored: Option<&Schema>) -> Result<SchemaRef> {
    let mut fields: Vec<FieldRef> = Vec::new();
    for field in rows.fields() {
        let same = |other: &FieldRef| other.name().eq_ignore_ascii_case(field.name());
        if fields.iter().any(same) {
            return plan_err!(
                "{table}: expected columns of different names, got {} twice: Delta tells no case apart",
                field.name()
            );
        }
        let stored = stored.and_then(|schema| schema.fields().iter().find(|it| same(it)));
        let (name, data_type) = match stored {
            Some(stored) => (stored.name(), stored.data_type().clone()),
            None => (field.name(), type_to_store(table, field)?),
        };
        fields.push(Arc::new(Field::new(name, data_type, true)));
    }
    if fields.is_empty() {
        return plan_err!("{table}: expected rows with columns, got none");
    }
    Ok(Arc::new(Schema::new(fields)))
}

fn type_to_store(table: &str, field: &Field) -> Result<DataType> {
    let item = |item: &FieldRef| -> Result<FieldRef> {
        let data_type = type_to_store(table, item)?;
        Ok(Arc::new(Field::new(item.name(), data_type, true)))
    };
    Ok(match field.data_type() {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            DataType::Utf8
        }
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::Boolean => DataType::Boolean,
        same @ (DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64) => {
            same.clone()
        }
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(UNSIGNED_DIGITS, 0),
        DataType::Float16 | DataType::Float32 => DataType::Float32,
        DataType::Float64 => DataType::Float64,
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => DataType::Decimal128(*precision, *scale),
        DataType::Date32 | DataType::Date64 => DataType::Date32,
        DataType::Timestamp(_, zone) => {
            let zone = zone.as_ref().map(|_| Arc::from("UTC"));
            DataType::Timestamp(TimeUnit::Microsecond, zone)
        }
        DataType::Dictionary(_, values) => {
            type_to_store(table, &Field::new(field.name(), *values.clone(), true))?
        }
        DataType::List(of) | DataType::LargeList(of) | DataType::FixedSizeList(of, _) => {
            DataType::List(item(of)?)
        }
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(item).collect::<Result<_>>()?)
        }
        other => {
            return plan_err!(
                "{table}: expected {} of a type that Delta has, got {other}: send it as text or as a number",
                field.name()
            );
        }
    })
}

/// A batch in the types of its table.
fn fit(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    // A value that does not fit is an error, and not NULL.
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(values, field)| {
        cast_with_options(values, field.data_type(), &strict).map_err(|error| {
            DataFusionError::from(error).context(format!(
                "{} as {}, as it is stored",
                field.name(),
                field.data_type()
            ))
        })
    });
    let columns = columns.collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
}
