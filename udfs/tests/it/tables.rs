//! Random conversions and touchpoints, and the tables they make.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option};

use crate::naive::{Conversion, Touchpoint};

pub(crate) const HOUR: i64 = 3600;

/// The type of the key on both sides.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyType {
    Text,
    TextView,
    Int,
    /// Int64 on one side, Int32 on the other.
    Mixed,
}

pub(crate) fn key_types() -> impl Strategy<Value = KeyType> {
    use KeyType::{Int, Mixed, Text, TextView};
    prop_oneof![Just(Text), Just(TextView), Just(Int), Just(Mixed)]
}

pub(crate) fn conversions() -> impl Strategy<Value = Vec<Conversion>> {
    let one = (
        sometimes(0..4_u8),
        sometimes(hours()),
        sometimes(-100_000..1_000_000_i64),
    );
    collection::vec(one, 0..12).prop_map(|rows| {
        let number = rows.into_iter().enumerate();
        let row = |(idx, (key, time, cents)): (usize, _)| Conversion {
            id: idx as i64 * 7919 % 10_007,
            key,
            time,
            cents,
        };
        number.map(row).collect()
    })
}

pub(crate) fn touchpoints() -> impl Strategy<Value = Vec<Touchpoint>> {
    let one = (
        sometimes(0..4_u8),
        sometimes(hours()),
        option::of(hours()),
        option::of(any::<bool>()),
    );
    collection::vec(one, 0..60).prop_map(|rows| {
        let number = rows.into_iter().enumerate();
        let row = |(idx, (key, time, end, direct)): (usize, _)| Touchpoint {
            id: idx as i64 * 7919 % 10_007,
            key,
            time,
            end,
            direct,
        };
        number.map(row).collect()
    })
}

fn hours() -> impl Strategy<Value = i64> {
    (0..40_i64).prop_map(|hour| hour * HOUR)
}

/// Nearly always a value.
fn sometimes<T: std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.9, value)
}

pub(crate) fn conversion_batch(rows: &[Conversion], key_type: KeyType) -> RecordBatch {
    let cents = rows.iter().map(|row| row.cents.map(i128::from));
    let cents = cents
        .collect::<Decimal128Array>()
        .with_precision_and_scale(18, 2)
        .unwrap();
    let columns: [(&str, ArrayRef); 4] = [
        (
            "order_id",
            Arc::new(rows.iter().map(|row| Some(row.id)).collect::<Int64Array>()),
        ),
        (
            "customer_id",
            keys(rows.iter().map(|row| row.key), key_type, false),
        ),
        ("ordered_at", instants(rows.iter().map(|row| row.time))),
        ("total", Arc::new(cents)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

pub(crate) fn touchpoint_batch(rows: &[Touchpoint], key_type: KeyType) -> RecordBatch {
    let columns: [(&str, ArrayRef); 5] = [
        (
            "activity_id",
            Arc::new(rows.iter().map(|row| Some(row.id)).collect::<Int64Array>()),
        ),
        (
            "client_id",
            keys(rows.iter().map(|row| row.key), key_type, true),
        ),
        ("occurred_at", instants(rows.iter().map(|row| row.time))),
        ("reopened_at", instants(rows.iter().map(|row| row.end))),
        (
            "is_direct",
            Arc::new(rows.iter().map(|row| row.direct).collect::<BooleanArray>()),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .unwrap()
}

fn keys(keys: impl Iterator<Item = Option<u8>>, key_type: KeyType, other_side: bool) -> ArrayRef {
    let text = |key: Option<u8>| key.map(|key| format!("customer number {key}"));
    match key_type {
        KeyType::Text => Arc::new(keys.map(text).collect::<StringArray>()),
        KeyType::TextView => Arc::new(keys.map(text).collect::<StringViewArray>()),
        KeyType::Int | KeyType::Mixed => {
            let numbers: Int64Array = keys.map(|key| key.map(i64::from)).collect();
            match (key_type, other_side) {
                (KeyType::Mixed, true) => cast(&numbers, &DataType::Int32).unwrap(),
                _ => Arc::new(numbers),
            }
        }
    }
}

fn instants(seconds: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    let micros = seconds.map(|seconds| seconds.map(|seconds| seconds * 1_000_000));
    Arc::new(
        micros
            .collect::<TimestampMicrosecondArray>()
            .with_timezone("UTC"),
    )
}

/// Registers `batch` as a table of several partitions with batches of `rows` rows.
pub(crate) fn register(ctx: &SessionContext, name: &str, batch: &RecordBatch, rows: usize) {
    let mut partitions = vec![vec![]; 3];
    for (idx, start) in (0..batch.num_rows()).step_by(rows).enumerate() {
        let length = rows.min(batch.num_rows() - start);
        partitions[idx % 3].push(batch.slice(start, length));
    }
    let table = MemTable::try_new(batch.schema(), partitions).unwrap();
    ctx.deregister_table(name).unwrap();
    ctx.register_table(name, Arc::new(table)).unwrap();
}
