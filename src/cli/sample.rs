//! `tributary sample`

use std::{
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use clap::Args;
use datafusion::common::{DataFusionError, Result};

use super::{progress, stdout};
use crate::{
    config::Config,
    sample::{SampleOptions, write_sample},
};

const SEED: u64 = 1;

/// Write sample data: a believable shop, the same at every run
#[derive(Debug, Args)]
pub(super) struct Sample {
    /// Folder to write to; it must be empty or absent
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// How many times 5,000 customers
    #[arg(long, value_name = "N", default_value_t = 1.0)]
    scale: f64,

    /// Another seed gives another shop of the same kind
    #[arg(long, value_name = "N", default_value_t = SEED)]
    seed: u64,
}

impl Sample {
    pub(super) fn run(self, config: &Config) -> Result<u8> {
        write_with_bar(&self.out, self.scale, self.seed, config)?;
        Ok(0)
    }
}

/// Writes the standard sample of a scale.
pub(super) fn write(out: &Path, scale: f64, config: &Config) -> Result<()> {
    write_with_bar(out, scale, SEED, config)
}

fn write_with_bar(out: &Path, scale: f64, seed: u64, config: &Config) -> Result<()> {
    let threads = config
        .threads
        .or_else(|| std::thread::available_parallelism().ok());
    let options = SampleOptions {
        scale,
        seed,
        threads: threads.map_or(1, NonZeroUsize::get),
    };
    let bar = progress::bar(0, "writing sample data, customers");
    let summary = write_sample(out, &options, &|progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    })
    .map_err(|error| DataFusionError::External(Box::new(error)))?;
    bar.finish_and_clear();
    let made = if summary.is_new { "wrote" } else { "kept" };
    stdout::note(&format!(
        "{made} {} rows in {} tables, {} MiB, in {}",
        summary.rows(),
        summary.tables.len(),
        summary.bytes() >> 20,
        out.display()
    ));
    Ok(())
}
