//! From Rust values to rows of a table.

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, SchemaRef, TimeUnit},
        json::ReaderBuilder,
    },
    common::Result,
};
use serde::Serialize;

/// One row for each value: its fields go into the columns of the same name.
///
/// # Errors
/// An Arrow error when a field is not of its column's type.
pub(super) fn batch(schema: SchemaRef, values: &[impl Serialize]) -> Result<RecordBatch> {
    let reader = ReaderBuilder::new(SchemaRef::clone(&schema))
        .with_batch_size(values.len().max(1))
        .with_strict_mode(true);
    let mut decoder = reader.build_decoder()?;
    decoder.serialize(values)?;
    let batch = decoder.flush()?;
    Ok(batch.unwrap_or_else(|| RecordBatch::new_empty(schema)))
}

/// A column of instants, which are `jiff::Timestamp`s in Rust.
pub(super) fn instant(name: &str, nullable: bool) -> Field {
    let instants = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    Field::new(name, instants, nullable)
}
