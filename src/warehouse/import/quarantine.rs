//! The table of values that kept their row out of its table.

use std::{path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{DataType, Field, FieldRef},
    },
    common::Result,
};

use super::{check::BadValue, source::BATCH_ROWS};
use crate::warehouse::contract::Kind;

/// Where the table is, below the warehouse.
pub const FOLDER: &str = "_tributary/quarantine";

/// What identifies a row: a whole malformed row has the NULL column.
pub(super) const KEY: &[&str] = &["table_name", "file", "row_number", "column_name"];

/// The column that differs when a file is imported again.
pub(super) const IMPORTED_AT: &str = "imported_at";

/// The columns, in order: one row per bad value.
pub fn columns() -> Vec<FieldRef> {
    let texts = [
        "table_name",
        "file",
        "row_number",
        "column_name",
        "value",
        "reason",
        "row",
    ];
    texts
        .into_iter()
        .map(|name| match name {
            "row_number" => (name, DataType::Int64),
            _ => (name, DataType::Utf8),
        })
        .chain([(IMPORTED_AT, Kind::Instant.data_type())])
        .map(|(name, data_type)| Arc::new(Field::new(name, data_type, true)))
        .collect()
}

/// The bad values of one file as rows of the table.
pub(super) fn batches(
    table: &str,
    file: &Path,
    bad: &[BadValue],
    imported_at: jiff::Timestamp,
) -> Result<Vec<RecordBatch>> {
    bad.chunks(BATCH_ROWS)
        .map(|bad| {
            let text = |of: &dyn Fn(&BadValue) -> Option<String>| -> ArrayRef {
                Arc::new(bad.iter().map(of).collect::<StringArray>())
            };
            let row_numbers = bad.iter().map(|bad| bad.row_number as i64);
            let at = vec![imported_at.as_microsecond(); bad.len()];
            let columns = vec![
                text(&|_| Some(table.to_owned())),
                text(&|_| Some(file.display().to_string())),
                Arc::new(Int64Array::from_iter_values(row_numbers)),
                text(&|bad| bad.column.clone()),
                text(&|bad| bad.value.clone()),
                text(&|bad| Some(bad.reason.clone())),
                text(&|bad| Some(bad.row.clone())),
                Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC")),
            ];
            let schema = datafusion::arrow::datatypes::Schema::new(self::columns());
            Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
        })
        .collect()
}
