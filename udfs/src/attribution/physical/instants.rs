//! Reading instants as plain numbers.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::buffer::{NullBuffer, ScalarBuffer};
use datafusion::arrow::datatypes::{
    DataType, TimeUnit, TimestampMicrosecondType, TimestampNanosecondType,
};
use datafusion::common::{Result, internal_err};

/// The instants of one array, in its unit since 1970 UTC.
pub(crate) struct Instants {
    values: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
}

impl Instants {
    /// Reads the column `name`, which planning has brought to `unit`.
    pub(crate) fn of(batch: &RecordBatch, name: &str, unit: TimeUnit) -> Result<Self> {
        let array = column(batch, name)?;
        let values = match (array.data_type(), unit) {
            (DataType::Timestamp(TimeUnit::Microsecond, _), TimeUnit::Microsecond) => array
                .as_primitive::<TimestampMicrosecondType>()
                .values()
                .clone(),
            (DataType::Timestamp(TimeUnit::Nanosecond, _), TimeUnit::Nanosecond) => array
                .as_primitive::<TimestampNanosecondType>()
                .values()
                .clone(),
            (other, _) => {
                return internal_err!("attribute: column {name} must be in {unit:?}s, got {other}");
            }
        };
        Ok(Self {
            values,
            nulls: array.nulls().cloned(),
        })
    }

    /// The instants; that of a NULL means nothing.
    pub(crate) fn values(&self) -> &[i64] {
        &self.values
    }

    /// Returns the instant of this row, unless it is NULL.
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        match &self.nulls {
            Some(nulls) if nulls.is_null(row) => None,
            _ => Some(self.values[row]),
        }
    }
}

/// The column of this name, which planning has put there.
pub(crate) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    match batch.column_by_name(name) {
        Some(column) => Ok(column),
        None => internal_err!("attribute: column {name} must be in the input, got none"),
    }
}
