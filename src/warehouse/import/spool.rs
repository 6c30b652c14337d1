//! The rows of a run on disk, between reading them and writing them to the table.
//!
//! A run is all or nothing, and a commit that loses a race is worked out again: so rows are kept
//! until the commit, in the temporary files of the session, and every plan over them can run as
//! often as it must. Memory holds one batch.

use std::{
    fmt,
    fs::File,
    io::{BufWriter, Write},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{BooleanArray, RecordBatch},
        buffer::BooleanBuffer,
        compute::filter_record_batch,
        datatypes::SchemaRef,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    catalog::streaming::StreamingTable,
    common::{Result, exec_datafusion_err},
    dataframe::DataFrame,
    execution::{
        SendableRecordBatchStream, SpillFile, SpillWriter, TaskContext, runtime_env::RuntimeEnv,
    },
    physical_plan::{stream::RecordBatchReceiverStreamBuilder, streaming::PartitionStream},
    prelude::SessionContext,
};
use tokio::sync::mpsc::Sender;

/// A file of this size is full; the partitions of a scan share the files.
const SEGMENT_BYTES: usize = 16 << 20;
/// Batches that a partition of a scan reads ahead.
const READ_AHEAD: usize = 2;

/// Rows being written.
pub(super) struct SpoolWriter {
    runtime: Arc<RuntimeEnv>,
    spool: Spool,
    open: Option<StreamWriter<BufWriter<Output>>>,
    open_bytes: usize,
}

/// Rows on disk; the files go with the last copy.
#[derive(Clone)]
pub(super) struct Spool {
    schema: SchemaRef,
    segments: Vec<Segment>,
    row_count: usize,
    size_bytes: usize,
    /// Which columns hold a NULL.
    has_nulls: Vec<bool>,
}

#[derive(Clone)]
struct Segment {
    file: Arc<dyn SpillFile>,
    first_row: usize,
}

/// `Box<dyn SpillWriter>` as a writer of its own.
struct Output(Box<dyn SpillWriter>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl SpoolWriter {
    pub(super) fn new(session: &SessionContext, schema: SchemaRef) -> Self {
        let has_nulls = vec![false; schema.fields().len()];
        Self {
            runtime: session.runtime_env(),
            spool: Spool {
                schema,
                segments: vec![],
                row_count: 0,
                size_bytes: 0,
                has_nulls,
            },
            open: None,
            open_bytes: 0,
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.spool.schema
    }

    /// Adds rows of the spool's schema.
    ///
    /// # Errors
    /// An execution error when the session may not use the disk, or the disk is full.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let mut writer = match self.open.take() {
            Some(writer) => writer,
            None => {
                let disk = &self.runtime.disk_manager;
                let file = disk.create_tmp_file("the rows of an import")?;
                let output = BufWriter::new(Output(file.open_writer()?));
                self.spool.segments.push(Segment {
                    file,
                    first_row: self.spool.row_count,
                });
                StreamWriter::try_new(output, &self.spool.schema)?
            }
        };
        writer.write(rows)?;
        let bytes = rows.get_array_memory_size();
        self.open_bytes += bytes;
        self.spool.size_bytes += bytes;
        self.spool.row_count += rows.num_rows();
        for (has_nulls, values) in self.spool.has_nulls.iter_mut().zip(rows.columns()) {
            *has_nulls |= values.null_count() > 0;
        }
        match self.open_bytes < SEGMENT_BYTES {
            true => self.open = Some(writer),
            false => self.close(writer)?,
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Spool> {
        if let Some(writer) = self.open.take() {
            self.close(writer)?;
        }
        Ok(self.spool)
    }

    fn close(&mut self, mut writer: StreamWriter<BufWriter<Output>>) -> Result<()> {
        writer.finish()?;
        let mut output = writer
            .into_inner()?
            .into_inner()
            .map_err(|error| exec_datafusion_err!("import: writing a temporary file: {error}"))?;
        output.0.finish()?;
        self.open_bytes = 0;
        Ok(())
    }
}

impl Spool {
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub(super) fn row_count(&self) -> usize {
        self.row_count
    }

    /// About what the rows would take in memory.
    pub(super) fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    /// Whether a row has NULL in the column.
    pub(super) fn has_nulls(&self, column: &str) -> bool {
        self.schema
            .index_of(column)
            .is_ok_and(|column| self.has_nulls[column])
    }

    /// The rows in a plan.
    ///
    /// # Arguments
    /// `kept`: one bit for each row, in the order of writing; `None` keeps all.
    pub(super) fn frame(
        &self,
        session: &SessionContext,
        kept: Option<&BooleanBuffer>,
    ) -> Result<DataFrame> {
        let partitions = session.state().config().target_partitions();
        let partitions = partitions.min(self.segments.len()).max(1);
        let partitions = (0..partitions).map(|partition| {
            let segments = self.segments.iter().skip(partition).step_by(partitions);
            Arc::new(Partition {
                schema: SchemaRef::clone(&self.schema),
                segments: segments.cloned().collect(),
                kept: kept.cloned(),
            }) as Arc<dyn PartitionStream>
        });
        let schema = SchemaRef::clone(&self.schema);
        let table = StreamingTable::try_new(schema, partitions.collect())?;
        session.read_table(Arc::new(table))
    }
}

/// Some files of a spool, read one after another.
struct Partition {
    schema: SchemaRef,
    segments: Vec<Segment>,
    kept: Option<BooleanBuffer>,
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({} files)", self.segments.len())
    }
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = SchemaRef::clone(&self.schema);
        let mut builder = RecordBatchReceiverStreamBuilder::new(schema, READ_AHEAD);
        let (rows, segments, kept) = (builder.tx(), self.segments.clone(), self.kept.clone());
        builder.spawn_blocking(move || {
            for segment in &segments {
                if !segment.send(kept.as_ref(), &rows)? {
                    break;
                }
            }
            Ok(())
        });
        builder.build()
    }
}

impl Segment {
    /// Whether anybody still listens.
    fn send(
        &self,
        kept: Option<&BooleanBuffer>,
        rows: &Sender<Result<RecordBatch>>,
    ) -> Result<bool> {
        let path = self.file.path().ok_or_else(|| {
            exec_datafusion_err!("import: expected temporary files on a local disk, got others")
        })?;
        let mut first = self.first_row;
        for batch in StreamReader::try_new_buffered(File::open(path)?, None)? {
            let batch = batch?;
            let row_count = batch.num_rows();
            let batch = match kept {
                None => batch,
                Some(kept) => {
                    let kept = BooleanArray::new(kept.slice(first, row_count), None);
                    filter_record_batch(&batch, &kept)?
                }
            };
            first += row_count;
            if batch.num_rows() > 0 && rows.blocking_send(Ok(batch)).is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
