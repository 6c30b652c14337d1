//! A file to import: its columns, and its rows in batches as they are in the file.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result},
};

use super::{
    Format, csv::CsvReader, json_lines, json_lines::JsonLinesReader, parquet::ParquetReader,
};

/// Rows per batch: few enough that a batch of wide rows stays small.
pub(super) const BATCH_ROWS: usize = 8192;

/// A file and the columns it has.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// The absolute path.
    pub(super) path: PathBuf,
    pub(super) format: Format,
    /// The columns in the order and under the names of the file.
    pub(super) schema: SchemaRef,
    pub(super) size_bytes: u64,
}

/// Some rows of a file.
pub(super) struct RawBatch {
    /// The well-formed rows, with the schema of the file.
    pub(super) rows: RecordBatch,
    /// Position of each well-formed row in the file, from 1.
    pub(super) row_numbers: Vec<u64>,
    /// The text of each well-formed row, where it is JSON already.
    pub(super) lines: Option<Vec<String>>,
    /// Rows that do not fit the columns of the file.
    pub(super) malformed: Vec<MalformedRow>,
    /// How far the file is read.
    pub(super) read_bytes: u64,
}

/// A row that is not even a row.
#[derive(Debug)]
pub(super) struct MalformedRow {
    pub(super) row_number: u64,
    pub(super) reason: String,
    /// What there is of it, as JSON.
    pub(super) row: String,
}

/// Reads the batches of one file.
pub(super) trait ReadBatches: Send {
    /// The next rows; `None` at the end of the file.
    fn next_batch(&mut self) -> Result<Option<RawBatch>>;
}

impl Source {
    /// Finds the columns of a file; JSON lines are read through once for that.
    ///
    /// # Errors
    /// An error with the file's name if it cannot be read or has no columns where it must.
    pub(super) fn open(path: &Path, format: Option<Format>) -> Result<Self> {
        let format = format.map_or_else(|| Format::of(path), Ok)?;
        let absolute = std::path::absolute(path)?;
        let size_bytes = in_file(path, std::fs::metadata(path))?.len();
        let schema = match format {
            Format::Csv => CsvReader::open(path)?.schema(),
            Format::JsonLines => json_lines::schema(path)?,
            Format::Parquet => ParquetReader::open(path)?.schema(),
        };
        Ok(Self {
            path: absolute,
            format,
            schema,
            size_bytes,
        })
    }

    /// Starts reading the rows.
    pub(super) fn read(&self) -> Result<Box<dyn ReadBatches>> {
        Ok(match self.format {
            Format::Csv => Box::new(CsvReader::open(&self.path)?),
            Format::JsonLines => Box::new(JsonLinesReader::open(
                &self.path,
                SchemaRef::clone(&self.schema),
            )?),
            Format::Parquet => Box::new(ParquetReader::open(&self.path)?),
        })
    }

    /// The names of the columns, for an error message.
    pub(super) fn column_names(&self) -> String {
        let names = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

pub(super) fn open(path: &Path) -> Result<File> {
    in_file(path, File::open(path))
}

/// Puts the name of the file before the error.
pub(super) fn in_file<T, E: Into<DataFusionError>>(path: &Path, result: Result<T, E>) -> Result<T> {
    result.map_err(|error| {
        error
            .into()
            .context(format!("import: reading {}", path.display()))
    })
}
