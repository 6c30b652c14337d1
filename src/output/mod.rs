//! Results as people and programs read them: a table on a terminal, CSV, JSON or Parquet.

mod machine;
mod nested;
mod table;

use std::{fmt, io::Write};

use clap::ValueEnum;
use datafusion::{common::Result, execution::SendableRecordBatchStream};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns that fit the terminal
    Table,
    /// A header, then one line a row; NULL is an empty field
    Csv,
    /// One array of objects
    Json,
    /// A Parquet file
    Parquet,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Parquet => "parquet",
        })
    }
}

/// What was written, for a message to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    pub rows: usize,
    /// Rows that a table leaves out because nobody reads so many.
    pub is_cut: bool,
}

/// Writes a result.
///
/// # Errors
/// The error of the query, or of the writer: a closed pipe is an I/O error of that kind.
pub async fn write(
    format: Format,
    stream: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    match format {
        Format::Table => table::write(stream, out).await,
        Format::Csv => machine::write_csv(stream, out).await,
        Format::Json => machine::write_json(stream, out).await,
        Format::Parquet => machine::write_parquet(stream, out).await,
    }
}
