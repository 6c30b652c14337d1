//! Every `.slt` file below `tests/slt/` is a test: SQL, and what the engine must answer.
//!
//! A file has an engine and a session of its own, over an empty warehouse at a fixed time, and
//! creates the fact tables that it reads. A name starting with `_` is for `include`, not a test.
//! Every query of a file that fails is shown; nothing runs after a statement that fails.

use std::{error::Error, path::Path, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        datatypes::{DataType, FieldRef},
        json::writer::{EncoderOptions, make_encoder},
        util::display::{ArrayFormatter, FormatOptions},
    },
    common::DataFusionError,
};
use futures::TryStreamExt;
use libtest_mimic::{Arguments, Failed, Trial};
use sqllogictest::{AsyncDB, ColumnType, DBOutput, Record, Runner, strict_column_validator};
use tempfile::TempDir;
use tributary::{clock::Clock, config::Config, engine::Session, materialize};

/// A Friday afternoon, in UTC.
const NOW: &str = "2026-11-20T15:30:00Z";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt");
    let mut files = Vec::new();
    find(&root, &mut files)?;
    if files.is_empty() {
        return Err(format!("no .slt file in {}", root.display()).into());
    }
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.strip_prefix(&root).unwrap_or(&file).with_extension("");
        Trial::test(name.display().to_string(), move || run(&file))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit()
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_test = path.extension().is_some_and(|extension| extension == "slt")
            && !entry.file_name().to_string_lossy().starts_with('_');
        if path.is_dir() {
            find(&path, files)?;
        } else if is_test {
            files.push(path);
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "each test has its own runtime")]
fn run(file: &Path) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run_records(file))
}

async fn run_records(file: &Path) -> Result<(), Failed> {
    let mut runner = Runner::new(Connection::open);
    runner.with_column_validator(strict_column_validator);
    let mut failures = Vec::new();
    for record in sqllogictest::parse_file(file)? {
        if let Record::Halt { .. } = record {
            break;
        }
        let is_setup = matches!(record, Record::Statement { .. });
        if let Err(error) = runner.run_async(record).await {
            failures.push(error.display(false).to_string());
            if is_setup {
                break;
            }
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(failures.join("\n\n").into())
}

/// A session, and the empty warehouse it is over.
struct Connection {
    session: Session,
    _warehouse: TempDir,
}

impl Connection {
    async fn open() -> Result<Self, DataFusionError> {
        let warehouse = TempDir::new()?;
        let config = Config {
            warehouse: Some(warehouse.path().display().to_string()),
            // As the files are now: a changed report needs no new build to be tested.
            queries: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries")),
            threads: std::num::NonZeroUsize::new(2),
            ..Config::default()
        };
        let now = NOW.parse().map_err(external)?;
        let engine = materialize::open(&config, Clock::Fixed(now)).await?;
        Ok(Self {
            session: engine.session(),
            _warehouse: warehouse,
        })
    }
}

#[async_trait]
impl AsyncDB for Connection {
    type Error = DataFusionError;
    type ColumnType = Letter;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, DataFusionError> {
        let stream = self.session.sql(sql).await?;
        let schema = stream.schema();
        let batches: Vec<RecordBatch> = stream.try_collect().await?;
        if schema.fields().is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        let letters = schema.fields().iter();
        let types = letters.map(|field| Letter::of(field.data_type())).collect();
        let mut rows = Vec::new();
        for batch in &batches {
            append(batch, &mut rows)?;
        }
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "tributary"
    }
}

/// The letter of a column's type in `query TIR`.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Letter {
    Text,
    Integer,
    /// DECIMAL, FLOAT or DOUBLE.
    Real,
    Boolean,
    Date,
    /// A point in time.
    Timestamp,
    Other,
}

impl Letter {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Boolean => Self::Boolean,
            DataType::Date32 | DataType::Date64 => Self::Date,
            DataType::Timestamp(..) => Self::Timestamp,
            number if number.is_integer() => Self::Integer,
            number if number.is_numeric() => Self::Real,
            _ => Self::Other,
        }
    }
}

impl ColumnType for Letter {
    fn from_char(letter: char) -> Option<Self> {
        match letter {
            'T' => Some(Self::Text),
            'I' => Some(Self::Integer),
            'R' => Some(Self::Real),
            'B' => Some(Self::Boolean),
            'D' => Some(Self::Date),
            'P' => Some(Self::Timestamp),
            '?' => Some(Self::Other),
            _ => None,
        }
    }

    fn to_char(&self) -> char {
        match self {
            Self::Text => 'T',
            Self::Integer => 'I',
            Self::Real => 'R',
            Self::Boolean => 'B',
            Self::Date => 'D',
            Self::Timestamp => 'P',
            Self::Other => '?',
        }
    }
}

/// NULL is `NULL`, empty text is `(empty)`, lists and structs are JSON.
fn append(batch: &RecordBatch, rows: &mut Vec<Vec<String>>) -> Result<(), DataFusionError> {
    let schema = batch.schema();
    let fields = schema.fields().iter();
    let columns: Vec<ArrayRef> = fields
        .zip(batch.columns())
        .map(|(field, column)| as_flat(field, column))
        .collect::<Result<_, _>>()?;
    let options = FormatOptions::new().with_null("NULL");
    let formatters: Vec<ArrayFormatter> = columns
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<_, _>>()?;
    for row in 0..batch.num_rows() {
        let values = formatters
            .iter()
            .map(|column| column.value(row).to_string());
        let shown = values.map(|value| match value.as_str() {
            "" => "(empty)".to_owned(),
            _ => value,
        });
        rows.push(shown.collect());
    }
    Ok(())
}

fn as_flat(field: &FieldRef, column: &ArrayRef) -> Result<ArrayRef, DataFusionError> {
    if !field.data_type().is_nested() {
        return Ok(Arc::clone(column));
    }
    let options = EncoderOptions::default();
    let mut encoder = make_encoder(field, column, &options)?;
    let texts = (0..column.len()).map(|row| {
        if encoder.is_null(row) {
            return Ok(None);
        }
        let mut text = Vec::new();
        encoder.encode(row, &mut text);
        String::from_utf8(text).map(Some).map_err(external)
    });
    let texts: Vec<Option<String>> = texts.collect::<Result<_, _>>()?;
    Ok(Arc::new(datafusion::arrow::array::StringArray::from(texts)))
}

fn external(error: impl Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
