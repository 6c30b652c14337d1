//! Files as a table that a statement reads: their rows as they are in the files, and where each was.
//!
//! The rows come as a stream, in the order of the files, and are never in memory all at once. A
//! statement that names the table twice reads the files twice.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex},
};

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array},
        compute::{can_cast_types, cast},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    catalog::{TableProvider, streaming::StreamingTable},
    common::{Result, plan_err, runtime::SpawnedTask},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_plan::{stream::RecordBatchStreamAdapter, streaming::PartitionStream},
};
use futures::StreamExt;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::{
    Progress,
    read::{joined, rows_of},
    source::{MalformedRow, Origin, RawBatch, Source},
};

/// The column with the absolute path of the file that a row is of.
pub const SOURCE_FILE: &str = "source_file";
/// The column that says which row of its file a row is, from 1, without the header.
pub const SOURCE_ROW: &str = "source_row";

/// Whom to tell how far the reading is.
pub type Watch = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// Files as a table, and the rows of them that are none.
pub struct SourceTable {
    pub(super) origins: Vec<Origin>,
    /// The rows that do not fit their file, from whatever reads the table first.
    pub(super) malformed: UnboundedReceiver<Malformed>,
    provider: Arc<dyn TableProvider>,
}

/// A malformed row of one of the files; its number counts from the beginning of the file.
pub(super) type Malformed = (usize, MalformedRow);

impl SourceTable {
    /// # Arguments
    /// `schema`: that of [`schema_of`] these and perhaps more files.
    pub(super) fn new(files: Vec<Source>, schema: SchemaRef, watch: Watch) -> Result<Self> {
        let (sender, malformed) = unbounded_channel();
        let origins = files.iter().map(|file| file.origin.clone()).collect();
        let rows = Rows {
            files,
            schema: SchemaRef::clone(&schema),
            malformed: Mutex::new(Some(sender)),
            watch,
        };
        let provider = StreamingTable::try_new(schema, vec![Arc::new(rows)])?;
        Ok(Self {
            origins,
            malformed,
            provider: Arc::new(provider),
        })
    }

    pub fn provider(&self) -> Arc<dyn TableProvider> {
        Arc::clone(&self.provider)
    }

    /// The absolute paths of the files, in the order in which their rows count.
    pub fn file_names(&self) -> impl Iterator<Item = &str> {
        self.origins.iter().map(|origin| origin.name.as_str())
    }
}

/// The columns of files together: each under the name that it has there, as text if it has several
/// types, and [`SOURCE_FILE`] and [`SOURCE_ROW`].
///
/// # Arguments
/// `optional`: columns that read as NULL if no file has them.
///
/// # Errors
/// A plan error, with the name of the file, for two columns of a name, and for types that have no
/// text in common.
pub(super) fn schema_of(files: &[Source], optional: &[String]) -> Result<SchemaRef> {
    let mut fields: Vec<Field> = Vec::new();
    for origin in files.iter().map(|file| &file.origin) {
        let mut seen = HashSet::from([SOURCE_FILE, SOURCE_ROW]);
        for field in origin.schema.fields() {
            let (name, found) = (field.name(), field.data_type());
            if !seen.insert(name) {
                return plan_err!(
                    "import: expected one column {name} in the table source, got another in {}",
                    origin.name
                );
            }
            match fields.iter_mut().find(|known| known.name() == name) {
                None => fields.push(Field::new(name, found.clone(), true)),
                Some(known) if known.data_type() == found => {}
                Some(known) => {
                    let types = [known.data_type(), found];
                    if !types.iter().all(|it| can_cast_types(it, &DataType::Utf8)) {
                        return plan_err!(
                            "import: expected {name} in {} as {}, as in the files before, got {found}",
                            origin.name,
                            known.data_type()
                        );
                    }
                    known.set_data_type(DataType::Utf8);
                }
            }
        }
    }
    for name in optional {
        if !fields.iter().any(|known| known.name() == name) {
            fields.push(Field::new(name, DataType::Utf8, true));
        }
    }
    fields.push(Field::new(SOURCE_FILE, DataType::Utf8, false));
    fields.push(Field::new(SOURCE_ROW, DataType::Int64, false));
    Ok(Arc::new(Schema::new(fields)))
}

/// The rows of the files, one file after the other.
struct Rows {
    files: Vec<Source>,
    schema: SchemaRef,
    /// Taken by the first reading, so that no malformed row is told twice.
    malformed: Mutex<Option<UnboundedSender<Malformed>>>,
    watch: Watch,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({} files)", self.files.len())
    }
}

impl PartitionStream for Rows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = SchemaRef::clone(&self.schema);
        let malformed = self.malformed.lock().expect("no holder panics").take();
        let watch = Arc::clone(&self.watch);
        let input = rows_of(self.files.clone());
        let (origins, total_bytes) = (input.origins, input.total_bytes);
        let mut row_counts = vec![0; origins.len()];
        let parsed = input.pieces.map(|step| {
            let parsing = step.map(|step| {
                let (origin, read_bytes) = (step.origin, step.read_bytes);
                let parsing = SpawnedTask::spawn_blocking(step.piece);
                (origin, read_bytes, parsing)
            });
            async move {
                let (origin, read_bytes, parsing) = parsing?;
                Ok((origin, read_bytes, joined(parsing.join().await)??))
            }
        });
        // Pieces are parsed side by side, and taken in the order of the rows.
        let parsed = parsed.buffered(context.session_config().target_partitions());
        let rows = parsed.map(move |piece: Result<(usize, u64, RawBatch)>| {
            let (origin, read_bytes, mut piece) = piece?;
            let first = row_counts[origin];
            row_counts[origin] += (piece.rows.num_rows() + piece.malformed.len()) as u64;
            for mut row in piece.malformed.drain(..) {
                row.row_number += first;
                if let Some(told) = &malformed {
                    // Who does not listen wants only the rows.
                    told.send((origin, row)).ok();
                }
            }
            watch(Progress {
                file: &origins[origin].name,
                row_count: row_counts.iter().sum(),
                read_bytes,
                total_bytes,
            });
            located(&schema, &origins[origin], first, &piece)
        });
        let schema = SchemaRef::clone(&self.schema);
        Box::pin(RecordBatchStreamAdapter::new(schema, rows))
    }
}

/// The rows of a piece in the columns of the table.
fn located(
    schema: &SchemaRef,
    origin: &Origin,
    first: u64,
    piece: &RawBatch,
) -> Result<RecordBatch> {
    let rows = &piece.rows;
    let columns = schema.fields().iter().map(|field| -> Result<ArrayRef> {
        match field.name().as_str() {
            SOURCE_FILE => Ok(Arc::new(StringArray::from_iter_values(
                std::iter::repeat_n(&origin.name, rows.num_rows()),
            ))),
            SOURCE_ROW => Ok(Arc::new(Int64Array::from_iter_values(
                piece.row_numbers.iter().map(|row| (first + row) as i64),
            ))),
            name => match rows.column_by_name(name) {
                Some(values) if values.data_type() == field.data_type() => Ok(Arc::clone(values)),
                Some(values) => Ok(cast(values, field.data_type())?),
                None => Ok(new_null_array(field.data_type(), rows.num_rows())),
            },
        }
    });
    let columns = columns.collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(SchemaRef::clone(schema), columns)?)
}
