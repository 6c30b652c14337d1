//! Instants as functions take them: a TIMESTAMP of any unit and zone, or a DATE.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use datafusion::common::Result;

/// Returns the type in which a function takes these instants; `None` for a type without time.
///
/// A TIMESTAMP stays as it is, so that nothing is rounded. A DATE is its midnight in UTC, in a unit
/// that reaches every date.
pub(crate) fn instant_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Timestamp(..) => Some(data_type.clone()),
        DataType::Date32 => Some(DataType::Timestamp(TimeUnit::Second, None)),
        DataType::Date64 => Some(DataType::Timestamp(TimeUnit::Millisecond, None)),
        DataType::Null => Some(DataType::Timestamp(TimeUnit::Microsecond, None)),
        _ => None,
    }
}

/// Returns these instants as counts of their unit since 1970.
pub(crate) fn counts(instants: &ArrayRef) -> Result<Int64Array> {
    let counts = cast(instants.as_ref(), &DataType::Int64)?;
    Ok(counts.as_primitive::<Int64Type>().clone())
}

/// Returns one of these instants as nanoseconds since 1970; `None` for NULL.
pub(crate) fn instant(instants: &ArrayRef, row: usize) -> Option<i128> {
    let DataType::Timestamp(unit, _) = instants.data_type() else {
        return None;
    };
    let count = match unit {
        TimeUnit::Second => instants.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => instants
            .as_primitive::<TimestampMillisecondType>()
            .value(row),
        TimeUnit::Microsecond => instants
            .as_primitive::<TimestampMicrosecondType>()
            .value(row),
        TimeUnit::Nanosecond => instants
            .as_primitive::<TimestampNanosecondType>()
            .value(row),
    };
    instants
        .is_valid(row)
        .then(|| i128::from(count) * unit_nanos(instants.data_type()))
}

/// The length of one count.
pub(crate) fn unit_nanos(instants: &DataType) -> i128 {
    match instants {
        DataType::Timestamp(TimeUnit::Second, _) => 1_000_000_000,
        DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000_000,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 1_000,
        _ => 1,
    }
}
