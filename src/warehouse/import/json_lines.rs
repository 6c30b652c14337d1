//! Reads JSON lines: one object per line; blank lines do not count as rows.
//!
//! Every value becomes the text that the file has for it, so that numbers stay exact and nested
//! values stay JSON.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions, StringBuilder},
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::{Result, plan_err},
};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    compressed::Input,
    cut::{Cut, Cutter, Lines},
    source::{MalformedRow, Piece, Pieces, RawBatch, in_file},
};

/// A file of JSON lines under reading.
pub(super) struct JsonLinesPieces {
    cutter: Cutter<Lines>,
    schema: SchemaRef,
    columns: Arc<HashMap<String, usize>>,
}

/// The columns of the file: every key of any line, in order of appearance.
pub(super) fn schema(path: &Path, input: Input) -> Result<SchemaRef> {
    let mut lines = NumberedLines::new(BufReader::with_capacity(1 << 16, input.reader));
    let mut fields = Vec::new();
    let mut seen = HashMap::new();
    while let Some((_, line)) = in_file(path, lines.next_line())? {
        if seen.is_empty() && line.starts_with(b"[") {
            let path = path.display();
            return plan_err!("import: expected one JSON object per line in {path}, got an array");
        }
        let Ok(row) = read_row(line) else { continue };
        for (name, _) in row.0 {
            if let Entry::Vacant(entry) = seen.entry(name) {
                fields.push(Field::new(entry.key(), DataType::Utf8, true));
                entry.insert(());
            }
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

impl JsonLinesPieces {
    /// # Arguments
    /// `schema`: that of [`schema`].
    pub(super) fn new(input: Input, schema: SchemaRef) -> Self {
        let names = schema.fields().iter().map(|field| field.name().clone());
        Self {
            columns: Arc::new(names.zip(0..).collect()),
            cutter: Cutter::new(input.reader, Lines),
            schema,
        }
    }
}

impl Pieces for JsonLinesPieces {
    fn next_piece(&mut self) -> Result<Option<Piece>> {
        let (schema, columns) = (SchemaRef::clone(&self.schema), Arc::clone(&self.columns));
        let cut = self.cutter.next()?;
        Ok(cut.map(|cut| Box::new(move || parse(&cut, schema, &columns)) as Piece))
    }
}

fn parse(cut: &Cut, schema: SchemaRef, places: &HashMap<String, usize>) -> Result<RawBatch> {
    let mut columns: Vec<StringBuilder> = schema
        .fields()
        .iter()
        .map(|_| StringBuilder::new())
        .collect();
    let mut row_numbers = Vec::new();
    let mut originals = Vec::new();
    let mut malformed = Vec::new();
    let mut row_number = 0;
    let mut lines = NumberedLines::new(&*cut.bytes);
    while let Some((line_number, line)) = lines.next_line()? {
        row_number += 1;
        match read_row(line).and_then(|row| row.texts(places)) {
            Ok(texts) => {
                for (column, text) in columns.iter_mut().zip(texts) {
                    column.append_option(text);
                }
                row_numbers.push(row_number);
                originals.push(String::from_utf8_lossy(line).into_owned());
            }
            Err(reason) => malformed.push(MalformedRow {
                row_number,
                reason: format!("{reason} (line {})", cut.lines_before + line_number),
                // Not JSON itself, so kept as a JSON string.
                row: serde_json::Value::from(String::from_utf8_lossy(line)).to_string(),
            }),
        }
    }
    // A file of only malformed lines has no columns, which a batch allows with a row count.
    let columns = columns
        .iter_mut()
        .map(|column| Arc::new(column.finish()) as ArrayRef);
    let options = RecordBatchOptions::new().with_row_count(Some(row_numbers.len()));
    Ok(RawBatch {
        rows: RecordBatch::try_new_with_options(schema, columns.collect(), &options)?,
        row_numbers,
        lines: Some(originals),
        malformed,
    })
}

/// The lines of a text that are not blank.
struct NumberedLines<R> {
    reader: R,
    line: Vec<u8>,
    line_number: u64,
}

impl<R: BufRead> NumberedLines<R> {
    fn new(reader: R) -> Self {
        Self {
            reader,
            line: vec![],
            line_number: 0,
        }
    }

    /// The number of the next line, from 1, and its text.
    fn next_line(&mut self) -> std::io::Result<Option<(u64, &[u8])>> {
        loop {
            self.line.clear();
            if self.reader.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.line_number += 1;
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

fn read_row(line: &[u8]) -> Result<Row<'_>, String> {
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
