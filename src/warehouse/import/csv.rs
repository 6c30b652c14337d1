//! Reads CSV: a header line, then one record per row; quoted fields may hold line breaks.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use csv::{ByteRecord, Reader, ReaderBuilder};
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringBuilder},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{DataFusionError, Result, plan_err},
};

use super::source::{BATCH_ROWS, MalformedRow, RawBatch, ReadBatches, in_file, open};

/// A CSV file under reading.
pub(super) struct CsvReader {
    path: PathBuf,
    size_bytes: u64,
    reader: Reader<File>,
    schema: SchemaRef,
    record: ByteRecord,
    row_number: u64,
}

impl CsvReader {
    /// Opens the file and reads its header.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = open(path)?;
        let size_bytes = in_file(path, file.metadata())?.len();
        // Flexible, so that a row with a wrong number of fields costs that row and not the file.
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
        let header = in_file(path, reader.headers().map_err(external))?;
        if header.is_empty() {
            return plan_err!(
                "import: expected a header line in {}, got none",
                path.display()
            );
        }
        let fields: Vec<Field> = header
            .iter()
            .map(|name| Field::new(name.trim(), DataType::Utf8, true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let path = path.to_owned();
        let record = ByteRecord::new();
        Ok(Self {
            path,
            size_bytes,
            reader,
            schema,
            record,
            row_number: 0,
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Why the current record cannot be a row.
    fn complaint(&self) -> Result<Option<String>> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let columns = self.schema.fields().len();
        if self.is_cut_off()? {
            return Ok(Some(format!("a quoted field is not closed (line {line})")));
        }
        if self.record.len() != columns {
            let found = self.record.len();
            return Ok(Some(format!(
                "expected {columns} fields, got {found} (line {line})"
            )));
        }
        match self
            .record
            .iter()
            .all(|field| std::str::from_utf8(field).is_ok())
        {
            true => Ok(None),
            false => Ok(Some(format!("not UTF-8 text (line {line})"))),
        }
    }

    /// Whether the file ends inside a quoted field of the current record.
    ///
    /// The parser closes such a field silently, and with it all rows that it swallowed. So the
    /// last record is parsed again with one more line: an open quote swallows that line, too.
    fn is_cut_off(&self) -> Result<bool> {
        if self.reader.position().byte() < self.size_bytes {
            return Ok(false);
        }
        let start = self.record.position().map_or(0, csv::Position::byte);
        let mut file = open(&self.path)?;
        let mut last = Vec::new();
        in_file(&self.path, file.seek(SeekFrom::Start(start)))?;
        in_file(&self.path, file.read_to_end(&mut last))?;
        last.extend_from_slice(b"\nprobe\n");
        let mut probe = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(&*last);
        Ok(probe.byte_records().count() < 2)
    }

    fn row_as_json(&self) -> String {
        let fields = self.record.iter().map(String::from_utf8_lossy);
        serde_json::Value::from_iter(fields).to_string()
    }
}

impl ReadBatches for CsvReader {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        let mut columns: Vec<StringBuilder> = self
            .schema
            .fields()
            .iter()
            .map(|_| StringBuilder::new())
            .collect();
        let mut row_numbers = Vec::new();
        let mut malformed = Vec::new();
        while row_numbers.len() + malformed.len() < BATCH_ROWS {
            let read = self
                .reader
                .read_byte_record(&mut self.record)
                .map_err(external);
            if !in_file(&self.path, read)? {
                break;
            }
            self.row_number += 1;
            if let Some(reason) = self.complaint()? {
                let row = self.row_as_json();
                malformed.push(MalformedRow {
                    row_number: self.row_number,
                    reason,
                    row,
                });
                continue;
            }
            row_numbers.push(self.row_number);
            for (column, field) in columns.iter_mut().zip(&self.record) {
                // The complaint above leaves only UTF-8.
                match std::str::from_utf8(field).unwrap_or_default() {
                    "" => column.append_null(),
                    text => column.append_value(text),
                }
            }
        }
        if row_numbers.is_empty() && malformed.is_empty() {
            return Ok(None);
        }
        let columns = columns
            .iter_mut()
            .map(|column| Arc::new(column.finish()) as ArrayRef);
        Ok(Some(RawBatch {
            rows: RecordBatch::try_new(self.schema(), columns.collect())?,
            row_numbers,
            lines: None,
            malformed,
            read_bytes: self.reader.position().byte(),
        }))
    }
}

fn external(error: csv::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
