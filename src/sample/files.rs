//! Writing rows as Parquet files that scans can prune.

use std::fs::{self, File};
use std::path::Path;

use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use super::SampleError;
use super::columns::{Columns, Row, contract_table};
use crate::warehouse::contract::{Kind, Table};

/// Rows turned into columns at a time: few enough to stay in a core's cache.
const BATCH_ROWS: usize = 4_096;

/// Small enough that a month of a large file is a few row groups.
const ROW_GROUP_ROWS: usize = 262_144;

/// A file that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) table: &'static str,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// Writes the rows as `<directory>/<table>/part-<part>.parquet`; a file without rows too.
pub(super) fn write_table<R: Row>(
    directory: &Path,
    part: usize,
    rows: &[&R],
) -> Result<Written, SampleError> {
    let table = contract_table::<R>();
    let directory = directory.join(table.name);
    fs::create_dir_all(&directory).map_err(SampleError::io(&directory, "create a directory"))?;
    let path = directory.join(format!("part-{part:05}.parquet"));
    let parquet_error = |source| SampleError::Parquet {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(SampleError::io(&path, "create a file"))?;
    let properties = properties(table).map_err(parquet_error)?;
    let mut writer =
        ArrowWriter::try_new(file, table.schema(), Some(properties)).map_err(parquet_error)?;
    let mut gathered = Vec::with_capacity(BATCH_ROWS.min(rows.len()));
    for rows in rows.chunks(BATCH_ROWS) {
        gathered.clear();
        gathered.extend(rows.iter().map(|row| **row));
        let batch = Columns::batch(&gathered).map_err(|source| SampleError::Columns {
            table: table.name,
            source,
        })?;
        writer.write(&batch).map_err(parquet_error)?;
    }
    writer.close().map_err(parquet_error)?;
    let metadata = fs::metadata(&path).map_err(SampleError::io(&path, "read the size"))?;
    Ok(Written {
        table: table.name,
        rows: rows.len() as u64,
        bytes: metadata.len(),
    })
}

/// Instants are nearly in order, so their differences are small; a table's own id never repeats,
/// so a dictionary of it would be thrown away.
fn properties(table: &Table) -> parquet::errors::Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        if column.kind == Kind::Instant {
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        } else if table.key == [column.name] {
            builder = builder.set_column_dictionary_enabled(path, false);
        }
    }
    Ok(builder.build())
}
