//! The data: touchpoints and purchases of a year, the same on every machine.
//!
//! Touchpoints come in order of time, no two at the same instant, twenty times as many as customers
//! and ten times as many as purchases. Few customers have most of both: the number of a customer is
//! a uniform number squared. `busy_id` is the customer too, but that one customer has a twentieth of
//! all touchpoints.

use std::{fs::File, path::Path, sync::Arc, thread};

use arrow::{
    array::{
        ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    },
    datatypes::DataType,
};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

pub(crate) const TOUCHPOINTS: &str = "touchpoints";
pub(crate) const PURCHASES: &str = "purchases";

const YEAR_MICROS: i64 = 365 * 86_400_000_000;
/// 2025-01-01, in microseconds since 1970.
const START: i64 = 1_735_689_600_000_000;
const FILES: i64 = 8;
const ROWS_AT_ONCE: i64 = 1 << 17;
const AGENTS: u64 = 500;
/// How many of a hundred touchpoints are of each kind.
const KINDS: [(&str, u64); 4] = [("view", 60), ("click", 25), ("chat", 10), ("call", 5)];

/// Writes both tables as folders of Parquet files, with `millions` of touchpoints.
pub(crate) fn write(folder: &Path, millions: i64) {
    let rows = millions * 1_000_000;
    thread::scope(|scope| {
        scope.spawn(|| {
            write_table(&folder.join(TOUCHPOINTS), rows, |numbers| {
                touchpoints(numbers, rows)
            })
        });
        write_table(&folder.join(PURCHASES), rows / 10, |numbers| {
            purchases(numbers, rows / 10)
        });
    });
}

fn write_table(folder: &Path, rows: i64, batch: impl Fn(std::ops::Range<i64>) -> RecordBatch) {
    std::fs::create_dir_all(folder).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    for file in 0..FILES {
        let (mut row, end) = (rows * file / FILES, rows * (file + 1) / FILES);
        let path = folder.join(format!("part-{file}.parquet"));
        let schema = batch(0..0).schema();
        let properties = Some(properties.clone());
        let mut writer =
            ArrowWriter::try_new(File::create(path).unwrap(), schema, properties).unwrap();
        while row < end {
            let next = end.min(row + ROWS_AT_ONCE);
            writer.write(&batch(row..next)).unwrap();
            row = next;
        }
        writer.close().unwrap();
    }
}

fn touchpoints(numbers: std::ops::Range<i64>, rows: i64) -> RecordBatch {
    let customers = rows / 20;
    let of = |what| numbers.clone().map(move |row| dice(what, row));
    let ids: Vec<i64> = of(1).map(|dice| customer(dice, customers)).collect();
    let busy = ids
        .iter()
        .zip(of(2))
        .map(|(&id, dice)| if dice % 20 == 0 { 0 } else { id });
    columns([
        ("touch_id", ints(numbers.clone())),
        ("customer_id", ints(ids.iter().copied())),
        ("customer", names(&ids)),
        ("busy_id", ints(busy)),
        ("agent_id", ints(of(3).map(|dice| (dice % AGENTS) as i64))),
        (
            "kind",
            Arc::new(StringArray::from_iter_values(of(4).map(kind))),
        ),
        ("touched_at", instants(numbers.clone(), of(5), rows)),
    ])
}

fn purchases(numbers: std::ops::Range<i64>, rows: i64) -> RecordBatch {
    let of = |what| numbers.clone().map(move |row| dice(what, row));
    let ids: Vec<i64> = of(6).map(|dice| customer(dice, rows / 2)).collect();
    let busy = ids
        .iter()
        .zip(of(7))
        .map(|(&id, dice)| if dice % 2000 == 0 { 0 } else { id });
    let cents = Decimal128Array::from_iter_values(of(8).map(|dice| i128::from(dice % 50_000) + 1));
    columns([
        ("purchase_id", ints(numbers.clone())),
        ("customer_id", ints(ids.iter().copied())),
        ("customer", names(&ids)),
        ("busy_id", ints(busy)),
        (
            "total",
            Arc::new(cents.with_data_type(DataType::Decimal128(18, 2))),
        ),
        ("purchased_at", instants(numbers.clone(), of(9), rows)),
    ])
}

fn columns<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter(columns).unwrap()
}

fn ints(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn names(ids: &[i64]) -> ArrayRef {
    let names = ids.iter().map(|id| format!("customer-{id:07}"));
    Arc::new(StringArray::from_iter_values(names))
}

/// An instant for each row, somewhere in that row's part of the year.
fn instants(numbers: std::ops::Range<i64>, dice: impl Iterator<Item = u64>, rows: i64) -> ArrayRef {
    let step = YEAR_MICROS / rows;
    let at = |(row, dice): (i64, u64)| START + row * step + (dice % step as u64) as i64;
    let instants = TimestampMicrosecondArray::from_iter_values(numbers.zip(dice).map(at));
    Arc::new(instants.with_timezone("UTC"))
}

fn customer(dice: u64, customers: i64) -> i64 {
    let uniform = (dice >> 11) as f64 / (1_u64 << 53) as f64;
    (uniform * uniform * customers as f64) as i64
}

fn kind(dice: u64) -> &'static str {
    let mut left = dice % 100;
    for (kind, share) in KINDS {
        if left < share {
            return kind;
        }
        left -= share;
    }
    unreachable!("the shares sum to a hundred")
}

/// The number that a row has for one purpose (the mixing of splitmix64).
fn dice(purpose: u64, row: i64) -> u64 {
    let mut mixed = (row as u64 ^ purpose << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}
