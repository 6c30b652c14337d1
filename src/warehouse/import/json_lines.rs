//! Reads JSON lines: one object per line; blank lines do not count as rows.
//!
//! Every value becomes the text that the file has for it, so that numbers stay exact and nested
//! values stay JSON.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, StringBuilder},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{Result, plan_err},
};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::source::{BATCH_ROWS, MalformedRow, RawBatch, ReadBatches, in_file, open};

/// A file of JSON lines under reading.
pub(super) struct JsonLinesReader {
    lines: Lines,
    schema: SchemaRef,
    columns: HashMap<String, usize>,
    row_number: u64,
}

/// The columns of the file: every key of any line, in order of appearance.
pub(super) fn schema(path: &Path) -> Result<SchemaRef> {
    let mut lines = Lines::open(path)?;
    let mut fields = Vec::new();
    let mut seen = HashMap::new();
    while let Some((_, line)) = lines.next_line()? {
        if seen.is_empty() && line.starts_with(b"[") {
            let path = path.display();
            return plan_err!("import: expected one JSON object per line in {path}, got an array");
        }
        let Ok(row) = parse(line) else { continue };
        for (name, _) in row.0 {
            if let Entry::Vacant(entry) = seen.entry(name) {
                fields.push(Field::new(entry.key(), DataType::Utf8, true));
                entry.insert(());
            }
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

impl JsonLinesReader {
    /// Opens the file; the schema is [`schema`] of it.
    pub(super) fn open(path: &Path, schema: SchemaRef) -> Result<Self> {
        let names = schema.fields().iter().map(|field| field.name().clone());
        let columns = names.zip(0..).collect();
        Ok(Self {
            lines: Lines::open(path)?,
            schema,
            columns,
            row_number: 0,
        })
    }
}

impl ReadBatches for JsonLinesReader {
    fn next_batch(&mut self) -> Result<Option<RawBatch>> {
        let mut columns: Vec<StringBuilder> = self
            .schema
            .fields()
            .iter()
            .map(|_| StringBuilder::new())
            .collect();
        let mut row_numbers = Vec::new();
        let mut originals = Vec::new();
        let mut malformed = Vec::new();
        while row_numbers.len() + malformed.len() < BATCH_ROWS {
            let Some((line_number, line)) = self.lines.next_line()? else {
                break;
            };
            self.row_number += 1;
            match parse(line).and_then(|row| row.texts(&self.columns)) {
                Ok(texts) => {
                    for (column, text) in columns.iter_mut().zip(texts) {
                        column.append_option(text);
                    }
                    row_numbers.push(self.row_number);
                    originals.push(String::from_utf8_lossy(line).into_owned());
                }
                Err(reason) => malformed.push(MalformedRow {
                    row_number: self.row_number,
                    reason: format!("{reason} (line {line_number})"),
                    // Not JSON itself, so kept as a JSON string.
                    row: serde_json::Value::from(String::from_utf8_lossy(line)).to_string(),
                }),
            }
        }
        if row_numbers.is_empty() && malformed.is_empty() {
            return Ok(None);
        }
        // A file of only malformed lines has no columns, which a batch allows with a row count.
        let columns = columns
            .iter_mut()
            .map(|column| Arc::new(column.finish()) as ArrayRef);
        let options = datafusion::arrow::array::RecordBatchOptions::new()
            .with_row_count(Some(row_numbers.len()));
        let schema = SchemaRef::clone(&self.schema);
        Ok(Some(RawBatch {
            rows: RecordBatch::try_new_with_options(schema, columns.collect(), &options)?,
            row_numbers,
            lines: Some(originals),
            malformed,
            read_bytes: self.lines.read_bytes,
        }))
    }
}

/// The lines of a file that are not blank.
struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    line: Vec<u8>,
    line_number: u64,
    read_bytes: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self> {
        let reader = BufReader::with_capacity(1 << 16, open(path)?);
        Ok(Self {
            path: path.to_owned(),
            reader,
            line: vec![],
            line_number: 0,
            read_bytes: 0,
        })
    }

    /// The number of the next line and its text.
    fn next_line(&mut self) -> Result<Option<(u64, &[u8])>> {
        loop {
            self.line.clear();
            let read = in_file(&self.path, self.reader.read_until(b'\n', &mut self.line))?;
            if read == 0 {
                return Ok(None);
            }
            self.line_number += 1;
            self.read_bytes += read as u64;
            if self.line_number == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some((self.line_number, self.line.trim_ascii())));
            }
        }
    }
}

/// The members of one object, values as they are written.
struct Row<'a>(Vec<(String, &'a RawValue)>);

fn parse(line: &[u8]) -> Result<Row<'_>, String> {
    let line = std::str::from_utf8(line).map_err(|_| "not UTF-8 text".to_owned())?;
    serde_json::from_str(line).map_err(|error| format!("not a JSON object: {error}"))
}

impl Row<'_> {
    /// The text of each column's value; `None` for null and for an absent member.
    fn texts(&self, columns: &HashMap<String, usize>) -> Result<Vec<Option<String>>, String> {
        let mut texts = vec![None; columns.len()];
        let mut seen = vec![false; columns.len()];
        for (name, value) in &self.0 {
            let Some(&column) = columns.get(name) else {
                continue;
            };
            if std::mem::replace(&mut seen[column], true) {
                return Err(format!("the member {name} occurs twice"));
            }
            texts[column] = match value.get() {
                "null" => None,
                text if text.starts_with('"') => {
                    Some(serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?)
                }
                text => Some(text.to_owned()),
            };
        }
        Ok(texts)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Row<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Row<'de>;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Row(members))
            }
        }

        deserializer.deserialize_map(Members)
    }
}
