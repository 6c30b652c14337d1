//! Lists and structs as JSON text, for formats that know only flat values.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringArray},
        datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
        json::writer::{EncoderOptions, make_encoder},
    },
    common::{Result, exec_datafusion_err},
};

pub(super) fn flat_schema(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        if field.data_type().is_nested() {
            Arc::new(Field::new(field.name(), DataType::Utf8, true))
        } else {
            Arc::clone(field)
        }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

pub(super) fn flatten(batch: &RecordBatch) -> Result<RecordBatch> {
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, column)| {
        if field.data_type().is_nested() {
            as_json(field, column)
        } else {
            Ok(Arc::clone(column))
        }
    });
    Ok(RecordBatch::try_new(
        flat_schema(&schema),
        columns.collect::<Result<_>>()?,
    )?)
}

/// Each value of a column as JSON text; NULL stays NULL.
pub(super) fn as_json(field: &FieldRef, column: &ArrayRef) -> Result<ArrayRef> {
    let options = EncoderOptions::default();
    let mut encoder = make_encoder(field, column, &options)?;
    let texts = (0..column.len()).map(|row| {
        if encoder.is_null(row) {
            return Ok(None);
        }
        let mut text = Vec::new();
        encoder.encode(row, &mut text);
        String::from_utf8(text)
            .map(Some)
            .map_err(|error| exec_datafusion_err!("column {}: {error}", field.name()))
    });
    Ok(Arc::new(texts.collect::<Result<StringArray>>()?))
}
