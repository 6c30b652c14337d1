//! The sample: a believable shop as a warehouse of Parquet files, for demos and tests.
//!
//! Look here to learn what [`write_sample`] promises. The rows come from the `episode`s of
//! made-up customers (`person`) in a made-up shop (`shop`); a few customers are planted by
//! hand to stand at the edges of the reports' rules (`planted`). What the tables mean is not
//! here but in the [contract](crate::warehouse::contract), from which the schemas come.
//!
//! The same scale and seed give the same bytes, whatever the number of threads: customers are
//! made in chunks, each with draws of its own, and ids come from the chunk and a count in it.

mod after_sale;
mod basket;
mod chunk;
mod columns;
mod dice;
mod episode;
mod error;
mod files;
mod groups;
mod output;
mod parallel;
mod person;
mod planted;
mod rows;
mod sale;
mod scene;
mod seasons;
mod shop;
mod site;
mod talk;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use error::SampleError;
pub use planted::{PlantedCase, planted_cases};

const CUSTOMERS_AT_SCALE_1: usize = 5_000;

/// What sample to write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleOptions {
    /// Multiplies the customers; 1 is about 5,000 of them. Above 0, at most 1,000,000.
    pub scale: f64,
    /// Other seeds give other customers of the same kind.
    pub seed: u64,
    /// Threads to write with; the files do not depend on it. At least one is used.
    pub threads: usize,
}

impl Default for SampleOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            scale: 1.0,
            seed: 42,
            threads,
        }
    }
}

impl SampleOptions {
    fn customers(&self) -> usize {
        let customers = (self.scale * CUSTOMERS_AT_SCALE_1 as f64).round();
        (customers as usize).max(1)
    }
}

/// How far the writing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Customers made so far.
    pub done: u64,
    /// Customers to make.
    pub total: u64,
}

/// What was written, or was there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleSummary {
    /// By table name.
    pub tables: BTreeMap<String, TableSummary>,
    /// False when a sample of the same options was there and was left as it is.
    pub is_new: bool,
}

/// What was written of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    pub files: u64,
    pub rows: u64,
    pub bytes: u64,
}

impl SampleSummary {
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }

    pub fn bytes(&self) -> u64 {
        self.tables.values().map(|table| table.bytes).sum()
    }
}

/// Writes a sample and returns what was written.
///
/// # Arguments
/// * `out` the directory of the new warehouse: absent, empty, or a sample of the same options,
///   which is left as it is. It appears at once when everything is written.
/// * `options` scale, seed and threads.
/// * `progress` is told of every chunk of customers, from any thread.
///
/// # Errors
/// When the scale is out of range, when something else is in `out`, or when writing fails;
/// then nothing is in `out` that was not there before.
pub fn write_sample(
    out: &Path,
    options: &SampleOptions,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<SampleSummary, SampleError> {
    if !(options.scale > 0.0 && options.scale <= 1e6) {
        return Err(SampleError::Scale(options.scale));
    }
    if let Some(summary) = output::existing(out, options)? {
        return Ok(summary);
    }
    let partial = output::Partial::beside(out)?;
    let written = groups::write_all(partial.path(), options, progress)?;
    partial.publish(options, &written)
}
