//! A result as aligned text that fits the terminal.
//!
//! A result with too many columns for the terminal is shown one row below the other.

use std::io::Write;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::SchemaRef,
        util::display::{ArrayFormatter, FormatOptions},
    },
    common::Result,
    execution::SendableRecordBatchStream,
};
use futures::TryStreamExt;

use super::{Written, nested};

/// More rows than this nobody reads in a table.
const MAX_ROWS: usize = 1_000;
/// Below this many characters a column is not legible.
const MIN_COLUMN_WIDTH: usize = 9;

pub(super) async fn write(
    mut stream: SendableRecordBatchStream,
    out: &mut (dyn Write + Send),
) -> Result<Written> {
    let schema = stream.schema();
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut is_cut = false;
    while !is_cut && let Some(batch) = stream.try_next().await? {
        append(&batch, &mut lines)?;
        is_cut = lines.len() > MAX_ROWS;
    }
    lines.truncate(MAX_ROWS);
    let rows = lines.len();
    if !schema.fields().is_empty() {
        let width = terminal_width();
        let columns = schema.fields().len();
        if width.is_some_and(|width| columns * MIN_COLUMN_WIDTH > width) {
            write_records(&schema, &lines, out)?;
        } else {
            writeln!(out, "{}", table(&schema, lines, width.is_some()))?;
        }
    }
    out.flush()?;
    Ok(Written { rows, is_cut })
}

fn append(batch: &RecordBatch, lines: &mut Vec<Vec<String>>) -> Result<()> {
    let options = FormatOptions::new().with_null("NULL");
    let schema = batch.schema();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        columns.push(if field.data_type().is_nested() {
            nested::as_json(field, column)?
        } else {
            std::sync::Arc::clone(column)
        });
    }
    let formatters = columns
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options));
    let formatters = formatters.collect::<std::result::Result<Vec<_>, _>>()?;
    for row in 0..batch.num_rows() {
        lines.push(
            formatters
                .iter()
                .map(|column| column.value(row).to_string())
                .collect(),
        );
    }
    Ok(())
}

fn table(schema: &SchemaRef, lines: Vec<Vec<String>>, is_terminal: bool) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    if is_terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(schema.fields().iter().map(|field| field.name()));
    table.add_rows(
        lines
            .into_iter()
            .map(|line| line.into_iter().map(Cell::new)),
    );
    for (field, column) in schema.fields().iter().zip(table.column_iter_mut()) {
        if field.data_type().is_numeric() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn write_records(schema: &SchemaRef, lines: &[Vec<String>], out: &mut dyn Write) -> Result<()> {
    let names = schema
        .fields()
        .iter()
        .map(|field| field.name().chars().count());
    let width = names.max().unwrap_or(0);
    for (row, line) in lines.iter().enumerate() {
        writeln!(out, "── row {} ──", row + 1)?;
        for (field, value) in schema.fields().iter().zip(line) {
            writeln!(out, "{:width$}  {value}", field.name())?;
        }
    }
    Ok(())
}

/// The columns of the terminal that the output goes to, if it is one.
fn terminal_width() -> Option<usize> {
    Table::new().width().map(usize::from)
}
