//! A file to import: its columns, and its rows in pieces that can be parsed side by side.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
    time::SystemTime,
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result},
};

use super::{
    Format, compressed, csv, csv::CsvPieces, json_lines, json_lines::JsonLinesPieces, parquet,
    parquet::ParquetPieces,
};

/// Rows per batch: few enough that a batch of wide rows stays small.
pub(super) const BATCH_ROWS: usize = 8192;

/// Where rows come from, and the columns they have there.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// What errors and the quarantine call it: the absolute path of a file.
    pub(super) name: String,
    /// The columns in the order and under the names of the file.
    pub(super) schema: SchemaRef,
}

/// A file and the columns it has.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) origin: Origin,
    pub(super) path: PathBuf,
    pub(super) format: Format,
    pub(super) size_bytes: u64,
}

/// What tells, without reading it, that a file is the one imported before.
#[derive(Debug, Clone)]
pub(super) struct Stamp {
    /// The absolute path.
    pub(super) path: PathBuf,
    pub(super) size_bytes: u64,
    pub(super) modified_at: SystemTime,
}

/// Parses a piece, on any thread.
pub(super) type Piece = Box<dyn FnOnce() -> Result<RawBatch> + Send>;

/// Cuts a source into pieces.
pub(super) trait Pieces: Send {
    /// The next piece, in the order of the rows; `None` at the end.
    fn next_piece(&mut self) -> Result<Option<Piece>>;
}

/// Some rows of a source, next to each other.
pub(super) struct RawBatch {
    /// The well-formed rows, with the schema of the file.
    pub(super) rows: RecordBatch,
    /// Position of each well-formed row in the piece, from 1.
    pub(super) row_numbers: Vec<u64>,
    /// The text of each well-formed row, where it is JSON already.
    pub(super) lines: Option<Vec<String>>,
    /// Rows that do not fit the columns of the file.
    pub(super) malformed: Vec<MalformedRow>,
}

/// A row that is not even a row.
#[derive(Debug)]
pub(super) struct MalformedRow {
    /// Position in the piece, from 1.
    pub(super) row_number: u64,
    pub(super) reason: String,
    /// What there is of it, as JSON.
    pub(super) row: String,
}

impl RawBatch {
    /// A piece that is rows already.
    pub(super) fn of(rows: RecordBatch) -> Self {
        Self {
            row_numbers: (1..=rows.num_rows() as u64).collect(),
            rows,
            lines: None,
            malformed: vec![],
        }
    }
}

impl Origin {
    /// The names of the columns, for an error message.
    pub(super) fn column_names(&self) -> String {
        let fields = self.schema.fields().iter();
        let names = fields.map(|field| field.name().as_str());
        names.collect::<Vec<_>>().join(", ")
    }
}

impl Stamp {
    /// # Errors
    /// An error with the file's name if there is none.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let metadata = in_file(path, std::fs::metadata(path))?;
        Ok(Self {
            path: std::path::absolute(path)?,
            size_bytes: metadata.len(),
            modified_at: in_file(path, metadata.modified())?,
        })
    }
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
            Format::Csv => csv::schema(path, compressed::open(path)?)?,
            Format::JsonLines => json_lines::schema(path, compressed::open(path)?)?,
            Format::Parquet => parquet::schema(path)?,
        };
        Ok(Self {
            origin: Origin {
                name: absolute.display().to_string(),
                schema,
            },
            path: absolute,
            format,
            size_bytes,
        })
    }

    /// Starts reading: the pieces, and how many bytes of the file are read.
    pub(super) fn read(&self) -> Result<(Box<dyn Pieces>, Arc<AtomicU64>)> {
        if self.format == Format::Parquet {
            let pieces = ParquetPieces::open(&self.path)?;
            let read_bytes = pieces.read_bytes();
            return Ok((Box::new(pieces), read_bytes));
        }
        let input = compressed::open(&self.path)?;
        let read_bytes = Arc::clone(&input.read_bytes);
        let schema = SchemaRef::clone(&self.origin.schema);
        let pieces: Box<dyn Pieces> = match self.format {
            Format::JsonLines => Box::new(JsonLinesPieces::new(input, schema)),
            _ => Box::new(CsvPieces::new(input, schema)),
        };
        Ok((pieces, read_bytes))
    }
}

/// Puts the name of the file before the error.
pub(super) fn in_file<T, E: Into<DataFusionError>>(path: &Path, result: Result<T, E>) -> Result<T> {
    result.map_err(|error| {
        error
            .into()
            .context(format!("import: reading {}", path.display()))
    })
}
