//! Reads CSV: a header line, then one record per row; quoted fields may hold line breaks.

use std::{path::Path, sync::Arc};

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions, StringBuilder},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{DataFusionError, Result, plan_err},
};

use super::{
    compressed::Input,
    cut::{CsvRecords, Cut, Cutter},
    source::{MalformedRow, Piece, Pieces, RawBatch, in_file},
};

/// The columns that the header names.
pub(super) fn schema(path: &Path, input: Input) -> Result<SchemaRef> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .from_reader(input.reader);
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
    Ok(Arc::new(Schema::new(fields)))
}

/// A CSV file under reading.
pub(super) struct CsvPieces {
    cutter: Cutter<CsvRecords>,
    schema: SchemaRef,
}

impl CsvPieces {
    /// # Arguments
    /// `schema`: that of [`schema`].
    pub(super) fn new(input: Input, schema: SchemaRef) -> Self {
        Self {
            cutter: Cutter::new(input.reader, CsvRecords::default()),
            schema,
        }
    }
}

impl Pieces for CsvPieces {
    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let schema = SchemaRef::clone(&self.schema);
        let cut = self.cutter.next()?;
        Ok(cut.map(|cut| Box::new(move || parse(cut, schema)) as Piece))
    }
}

fn parse(cut: Cut, schema: SchemaRef) -> Result<RawBatch> {
    // The parser takes the byte order mark of a file, but must leave one that is in a later field.
    let text = match !cut.is_first && cut.bytes.starts_with(b"\xef\xbb\xbf") {
        true => [b"\n", &*cut.bytes].concat(),
        false => cut.bytes,
    };
    // Flexible, so that a row with a wrong number of fields costs that row and not the file.
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(cut.is_first)
        .from_reader(&*text);
    let column_count = schema.fields().len();
    let bytes_per_column = text.len() / column_count.max(1);
    let mut columns: Vec<StringBuilder> = (0..column_count)
        .map(|_| StringBuilder::with_capacity(1024, bytes_per_column))
        .collect();
    let mut row_numbers = Vec::new();
    let mut malformed = Vec::new();
    let mut record = ByteRecord::new();
    let mut row_number = 0;
    while reader.read_byte_record(&mut record).map_err(external)? {
        row_number += 1;
        let line = cut.lines_before + record.position().map_or(0, csv::Position::line);
        let is_cut_off = cut.is_cut_off && reader.position().byte() >= text.len() as u64;
        let found = record.len();
        let complaint = if is_cut_off {
            Some(format!("a quoted field is not closed (line {line})"))
        } else if found != column_count {
            Some(format!(
                "expected {column_count} fields, got {found} (line {line})"
            ))
        } else {
            None
        };
        // What is not UTF-8 stays a record of bytes.
        let complaint = match StringRecord::from_byte_record(std::mem::take(&mut record)) {
            Ok(texts) => {
                if complaint.is_none() {
                    row_numbers.push(row_number);
                    for (column, text) in columns.iter_mut().zip(&texts) {
                        match text {
                            "" => column.append_null(),
                            text => column.append_value(text),
                        }
                    }
                }
                record = texts.into_byte_record();
                complaint
            }
            Err(error) => {
                record = error.into_byte_record();
                complaint.or_else(|| Some(format!("not UTF-8 text (line {line})")))
            }
        };
        if let Some(reason) = complaint {
            let fields = record.iter().map(String::from_utf8_lossy);
            let row = serde_json::Value::from_iter(fields).to_string();
            malformed.push(MalformedRow {
                row_number,
                reason,
                row,
            });
        }
    }
    let columns = columns
        .iter_mut()
        .map(|column| Arc::new(column.finish()) as ArrayRef);
    let options = RecordBatchOptions::new().with_row_count(Some(row_numbers.len()));
    Ok(RawBatch {
        rows: RecordBatch::try_new_with_options(schema, columns.collect(), &options)?,
        row_numbers,
        lines: None,
        malformed,
    })
}

fn external(error: csv::Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
