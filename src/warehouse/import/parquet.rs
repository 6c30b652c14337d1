//! Reads Parquet; the types of its columns stay as they are.

use std::path::{Path, PathBuf};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{DataFusionError, Result},
};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::source::{BATCH_ROWS, RawBatch, ReadBatches, in_file, open};

/// A Parquet file under reading.
pub(super) struct ParquetReader {
    path: PathBuf,
    size_bytes: u64,
    row_count: u64,
    schema: SchemaRef,
    reader: ParquetRecordBatchReader,
    row_number: u64,
}

impl ParquetReader {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = open(path)?;
        let size_bytes = in_file(path, file.metadata())?.len();
        let builder = in_file(
            path,
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(external),
        )?;
        let row_count = builder.metadata().file_metadata().num_rows().unsigned_abs();
        let schema = SchemaRef::clone(builder.schema());
        let reader = in_file(
            path,
            builder
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(external),
        )?;
        Ok(Self {
            path: path.to_owned(),
            size_bytes,
            row_count,
            schema,
            reader,
            row_number: 0,
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }
}

impl ReadBatches for ParquetReader {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        let Some(rows) = self.reader.next() else {
            return Ok(None);
        };
        let rows = in_file(&self.path, rows)?;
        let first = self.row_number + 1;
        self.row_number += rows.num_rows() as u64;
        // The reader does not say where in the file it is; its share of the rows comes close.
        let share = self.row_number as f64 / self.row_count.max(1) as f64;
        Ok(Some(RawBatch {
            row_numbers: (first..=self.row_number).collect(),
            rows,
            lines: None,
            malformed: vec![],
            read_bytes: (self.size_bytes as f64 * share) as u64,
        }))
    }
}

fn external(error: parquet::errors::ParquetError) -> DataFusionError {
    DataFusionError::ParquetError(Box::new(error))
}
