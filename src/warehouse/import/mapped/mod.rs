//! Rows that a statement makes of files, into a contract table.
//!
//! The statement is planned and run by whoever calls; here is what surrounds it: which files are
//! known ([`files`]), the table `source` over the others ([`source_table`]), and the import of what
//! comes out ([`result`]). A row of the result names the file and row that it is of, in the columns
//! [`SOURCE_FILE`] and [`SOURCE_ROW`]: they are not stored, but are what the quarantine says of it.

mod files;
mod result;
mod source_table;

use datafusion::{
    arrow::datatypes::SchemaRef, common::Result, execution::SendableRecordBatchStream,
    prelude::SessionContext,
};

use self::result::Mapped;
use super::{
    BadRows, ImportSummary, Writing, columns, contract_table, destination, read::Reading,
    schema_of, source::Origin, write_read,
};
use crate::warehouse::location::Location;

pub use self::{
    files::MappedFiles,
    result::place_columns,
    source_table::{SOURCE_FILE, SOURCE_ROW, SourceTable, Watch},
};

/// Where the rows of a statement go.
#[derive(Debug, Clone, Copy)]
pub struct MappedRequest<'a> {
    /// A contract table.
    pub table: &'a str,
    /// What errors call the statement: the name of its file.
    pub name: &'a str,
    /// Its text, which tells the same file under another mapping apart.
    pub statement: &'a str,
    /// Which of the files its rows are of.
    pub files: &'a [usize],
    /// Reads, checks and counts, but commits nothing.
    pub dry_run: bool,
    /// When the import runs: kept with quarantined values.
    pub imported_at: jiff::Timestamp,
}

/// Imports the rows of a statement into a contract table, in one commit, as [`super::import`] does.
///
/// # Arguments
/// `session`: must see every row of the table, so it carries no row policy.
/// `source`: what the statement reads.
/// `rows`: its result; rows later in it win.
///
/// # Errors
/// As [`super::import`]; any error of the rows, after which nothing is written; a plan error for a
/// result without [`SOURCE_FILE`] or [`SOURCE_ROW`], an execution error if they are of no file.
pub async fn import_mapped(
    session: &SessionContext,
    warehouse: &Location,
    files: &MappedFiles,
    request: MappedRequest<'_>,
    (source, rows): (SourceTable, SendableRecordBatchStream),
) -> Result<ImportSummary> {
    let table = contract_table(request.table)?;
    let mut destination = destination(session, warehouse, table)?;
    let stored = destination.stored().await?;
    let result = Mapped::of(request.name, &rows.schema())?;
    // In the words of the statement, before each file is held against the same columns.
    let told = Origin {
        name: format!("the result of {}", request.name),
        schema: SchemaRef::clone(&result.schema),
    };
    columns::resolve(table, &[], None, &told)?;
    let reading = Reading {
        session,
        table,
        mapping: &[],
        deleted_when: None,
        imported_at: request.imported_at,
        stored: schema_of(stored.as_ref())?,
        completes: false,
    };
    let mut read = reading.read(result.input(source, rows), &|_| {}).await?;
    // All files have the columns of the result, and so the same warnings.
    let warning_count = read.warnings.len() / request.files.len().max(1);
    read.warnings.truncate(warning_count);
    let good = request.files.iter().zip(&read.has_bad);
    let good = good.filter(|(_, has_bad)| !**has_bad);
    let remembered = good.map(|(file, _)| files.id(*file, request.statement));
    destination.remembered = remembered.collect::<Result<_>>()?;
    let writing = Writing {
        bad_rows: BadRows::Quarantine,
        dry_run: request.dry_run,
    };
    let summary = write_read(&destination, warehouse, read, writing).await?;
    Ok(ImportSummary {
        skipped_files: (files.count() - request.files.len()) as u64,
        ..summary
    })
}
