//! What can go wrong while a sample is written.

use std::io;
use std::path::{Path, PathBuf};

use datafusion::arrow::error::ArrowError;
use parquet::errors::ParquetError;

/// Why no sample was written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    #[error("sample: scale must be above 0 and at most 1000000, got {0}")]
    Scale(f64),

    #[error("sample: {path}: expected a new or empty directory, or a sample of {expected}, got {found}", path = path.display())]
    Occupied {
        path: PathBuf,
        /// The options asked for.
        expected: String,
        /// What is there instead.
        found: String,
    },

    #[error("sample: {path}: expected to {action}", path = path.display())]
    Io {
        path: PathBuf,
        action: &'static str,
        source: io::Error,
    },

    #[error("sample: {path}: expected to write Parquet", path = path.display())]
    Parquet { path: PathBuf, source: ParquetError },

    #[error("sample: table {table}: expected rows that obey the contract")]
    Columns {
        table: &'static str,
        source: ArrowError,
    },
}

impl SampleError {
    /// Names the path and what was tried there.
    pub(super) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            path,
            action,
            source,
        }
    }
}
