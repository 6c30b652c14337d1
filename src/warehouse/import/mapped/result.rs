//! The result of a statement as the rows of an import: each file's by themselves, with their numbers.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, Int64Array, RecordBatch, StringArray},
        compute::cast,
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::{
        Result,
        cast::{as_int64_array, as_string_array},
        exec_datafusion_err, exec_err, plan_err,
    },
    execution::SendableRecordBatchStream,
};
use futures::{Stream, StreamExt};
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    super::{
        read::{Input, Step},
        source::{BATCH_ROWS, MalformedRow, Origin, RawBatch},
    },
    source_table::{Malformed, SOURCE_FILE, SOURCE_ROW, SourceTable},
};

/// The result of a statement: where it says of which file and row a row is, and its other columns.
#[derive(Debug, Clone)]
pub(super) struct Mapped {
    /// What errors call the statement.
    name: String,
    file: usize,
    row: usize,
    others: Vec<usize>,
    /// Of the other columns.
    pub(super) schema: SchemaRef,
}

/// Where the result of a statement has [`SOURCE_FILE`] and [`SOURCE_ROW`].
///
/// # Errors
/// A plan error if it has not.
pub fn place_columns(result: &Schema) -> Result<[usize; 2]> {
    match [SOURCE_FILE, SOURCE_ROW].map(|name| result.index_of(name)) {
        [Ok(file), Ok(row)] => Ok([file, row]),
        _ => plan_err!(
            "expected the columns {SOURCE_FILE} and {SOURCE_ROW} of source in the result, which say \
             what a quarantined row is of and which row is the later one, got {}",
            result
                .fields()
                .iter()
                .map(|field| field.name().as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

impl Mapped {
    pub(super) fn of(name: &str, result: &Schema) -> Result<Self> {
        let [file, row] = place_columns(result)?;
        let others = (0..result.fields().len()).filter(|column| ![file, row].contains(column));
        let others: Vec<usize> = others.collect();
        Ok(Self {
            name: name.to_owned(),
            file,
            row,
            schema: Arc::new(result.project(&others)?),
            others,
        })
    }

    pub(super) fn input(self, source: SourceTable, rows: SendableRecordBatchStream) -> Input {
        let SourceTable {
            origins, malformed, ..
        } = source;
        let names: Vec<String> = origins.iter().map(|origin| origin.name.clone()).collect();
        let origins = names.iter().map(|name| Origin {
            name: name.clone(),
            schema: SchemaRef::clone(&self.schema),
        });
        Input {
            origins: origins.collect(),
            total_bytes: 0,
            is_numbered: true,
            pieces: merged(rows, malformed)
                .map(move |taken| match taken {
                    Taken::Malformed(row) => Ok(vec![self.malformed(row)]),
                    Taken::Rows(rows) => self.steps(&names, &rows?),
                })
                .flat_map(|steps: Result<Vec<Step>>| {
                    let steps = match steps {
                        Ok(steps) => steps.into_iter().map(Ok).collect(),
                        Err(error) => vec![Err(error)],
                    };
                    futures::stream::iter(steps)
                })
                .boxed(),
        }
    }

    fn malformed(&self, (origin, row): Malformed) -> Step {
        let rows = RecordBatch::new_empty(SchemaRef::clone(&self.schema));
        step(origin, rows, vec![], vec![row])
    }

    /// The rows of each file by themselves.
    fn steps(&self, names: &[String], rows: &RecordBatch) -> Result<Vec<Step>> {
        let files = cast(rows.column(self.file), &DataType::Utf8)?;
        let numbers = cast(rows.column(self.row), &DataType::Int64)?;
        let (files, numbers) = (as_string_array(&files)?, as_int64_array(&numbers)?);
        let others = rows.project(&self.others)?;
        let mut steps = Vec::new();
        let mut from = 0;
        while from < rows.num_rows() {
            let mut same = from..rows.num_rows().min(from + BATCH_ROWS);
            let is_other = |row: &usize| !same_file(files, from, *row);
            same.end = same.clone().find(is_other).unwrap_or(same.end);
            let origin = names
                .iter()
                .position(|name| files.is_valid(from) && name == files.value(from));
            let numbers = numbers.slice(from, same.len());
            let (Some(origin), 0) = (origin, numbers.null_count()) else {
                return exec_err!(
                    "import: expected {SOURCE_FILE} and {SOURCE_ROW} as source has them in the result \
                     of {}, got NULL or another text",
                    self.name
                );
            };
            let numbers = row_numbers(&numbers)?;
            steps.push(step(
                origin,
                others.slice(from, same.len()),
                numbers,
                vec![],
            ));
            from = same.end;
        }
        Ok(steps)
    }
}

fn same_file(files: &StringArray, one: usize, other: usize) -> bool {
    files.is_valid(one) == files.is_valid(other) && files.value(one) == files.value(other)
}

fn row_numbers(numbers: &Int64Array) -> Result<Vec<u64>> {
    let numbers = numbers.values().iter().map(|number| u64::try_from(*number));
    let numbers: Result<_, _> = numbers.collect();
    numbers.map_err(|_| exec_datafusion_err!("import: expected {SOURCE_ROW} from 1, got less"))
}

fn step(
    origin: usize,
    rows: RecordBatch,
    row_numbers: Vec<u64>,
    malformed: Vec<MalformedRow>,
) -> Step {
    let batch = RawBatch {
        rows,
        row_numbers,
        lines: None,
        malformed,
    };
    Step {
        origin,
        piece: Box::new(move || Ok(batch)),
        read_bytes: 0,
    }
}

/// What an import takes next.
enum Taken {
    Rows(Result<RecordBatch>),
    Malformed(Malformed),
}

/// The rows of a statement, and the malformed rows as the statement comes upon them, so that neither
/// wait in memory for the others.
fn merged(
    rows: SendableRecordBatchStream,
    malformed: UnboundedReceiver<Malformed>,
) -> impl Stream<Item = Taken> + Send {
    futures::stream::unfold(
        (rows.fuse(), malformed),
        |(mut rows, mut malformed)| async move {
            let taken = tokio::select! {
                biased;
                Some(row) = malformed.recv() => Taken::Malformed(row),
                batch = rows.next() => match batch {
                    Some(batch) => Taken::Rows(batch),
                    // What was sent before the end is still there.
                    None => Taken::Malformed(malformed.try_recv().ok()?),
                },
            };
            Some((taken, (rows, malformed)))
        },
    )
}
