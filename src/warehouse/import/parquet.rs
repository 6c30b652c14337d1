//! Reads Parquet; the types of its columns stay as they are.

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{DataFusionError, Result},
};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::source::{BATCH_ROWS, Piece, Pieces, RawBatch, in_file};

/// A Parquet file under reading.
pub(super) struct ParquetPieces {
    size_bytes: u64,
    row_count: u64,
    reader: ParquetRecordBatchReader,
    read_rows: u64,
    read_bytes: Arc<AtomicU64>,
}

/// The columns of the file.
pub(super) fn schema(path: &Path) -> Result<SchemaRef> {
    let file = in_file(path, File::open(path))?;
    let metadata = ArrowReaderMetadata::load(&file, Default::default()).map_err(external);
    Ok(SchemaRef::clone(in_file(path, metadata)?.schema()))
}

impl ParquetPieces {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = in_file(path, File::open(path))?;
        let size_bytes = in_file(path, file.metadata())?.len();
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(external);
        let builder = in_file(path, builder)?.with_batch_size(BATCH_ROWS);
        let row_count = builder.metadata().file_metadata().num_rows().unsigned_abs();
        Ok(Self {
            size_bytes,
            row_count,
            reader: in_file(path, builder.build().map_err(external))?,
            read_rows: 0,
            read_bytes: Arc::default(),
        })
    }

    /// Bytes read so far.
    pub(super) fn read_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read_bytes)
    }
}

impl Pieces for ParquetPieces {
    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let Some(rows) = self.reader.next().transpose()? else {
            return Ok(None);
        };
        self.read_rows += rows.num_rows() as u64;
        // The reader does not say where in the file it is; its share of the rows comes close.
        let share = self.read_rows as f64 / self.row_count.max(1) as f64;
        let read_bytes = (self.size_bytes as f64 * share) as u64;
        self.read_bytes.store(read_bytes, Ordering::Relaxed);
        Ok(Some(Box::new(move || Ok(RawBatch::of(rows)))))
    }
}

fn external(error: parquet::errors::ParquetError) -> DataFusionError {
    DataFusionError::ParquetError(Box::new(error))
}
