//! Results as people and programs read them: a table on a terminal, CSV, JSON or Parquet.

mod labels;
mod machine;
mod nested;
mod table;

use std::{fmt, io::Write};

use clap::ValueEnum;
use datafusion::{
    arrow::csv::writer::Terminator, common::Result, execution::SendableRecordBatchStream,
};

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

/// Which columns a CSV has, and what its first line calls them. Other formats have all, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// All, by the names that SQL knows.
    Named,
    /// Where columns have a label, only those, by it: a file for others than programs of ours, so
    /// that its lines end with CRLF, as RFC 4180 says. Else as `Named`.
    Labelled,
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
    columns: Columns,
    stream: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    match format {
        Format::Table => table::write(stream, out).await,
        Format::Csv => {
            let stream = match columns {
                Columns::Named => Err(stream),
                Columns::Labelled => labels::labelled(stream),
            };
            match stream {
                Ok(file) => machine::write_csv(file, Terminator::CRLF, out).await,
                Err(rows) => machine::write_csv(rows, Terminator::Any(b'\n'), out).await,
            }
        }
        Format::Json => machine::write_json(stream, out).await,
        Format::Parquet => machine::write_parquet(stream, out).await,
    }
}
