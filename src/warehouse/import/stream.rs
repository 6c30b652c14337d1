//! Rows from a client instead of files: the way of bulk loads and of `INSERT INTO`.

use datafusion::{
    arrow::datatypes::SchemaRef, common::Result, execution::SendableRecordBatchStream,
    prelude::SessionContext,
};
use futures::StreamExt;

use super::{
    ImportSummary, contract_table, destination,
    read::{Input, Reading, Step},
    source::{BATCH_ROWS, Origin, RawBatch},
    write_read,
};
use crate::warehouse::location::Location;

/// What a stream of rows does to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// New rows are added, rows with a known key are replaced: for tables of the contract.
    Upsert,
}

/// Where a stream of rows goes.
#[derive(Debug, Clone)]
pub struct StreamRequest {
    /// A contract table.
    pub table: String,
    pub mode: Mode,
    /// What errors and the quarantine call the stream, in place of a file; the bad rows of a
    /// later stream of this name replace those of the same row numbers.
    pub name: String,
    /// Pairs of target column and source column, for source columns under another name.
    pub mapping: Vec<(String, String)>,
    /// When the import runs: kept with quarantined values.
    pub imported_at: jiff::Timestamp,
}

/// Imports a stream of batches into a contract table, in one commit, as [`super::import`] does.
///
/// Rows later in the stream win. The stream is read to its end before anything is written.
///
/// # Arguments
/// `session`: must see every row of the table, so it carries no row policy.
///
/// # Errors
/// As [`super::import`]; and any error of the stream, after which nothing is written.
pub async fn import_stream(
    session: &SessionContext,
    warehouse: &Location,
    request: &StreamRequest,
    batches: SendableRecordBatchStream,
) -> Result<ImportSummary> {
    let Mode::Upsert = request.mode;
    let table = contract_table(&request.table)?;
    let destination = destination(session, warehouse, table)?;
    let stored = destination.stored().await?;
    let reading = Reading {
        session,
        table,
        mapping: &request.mapping,
        deleted_when: None,
        imported_at: request.imported_at,
        stored: super::schema_of(stored.as_ref())?,
    };
    let read = reading.read(input(request, batches), &|_| {}).await?;
    write_read(&destination, warehouse, read, false).await
}

fn input(request: &StreamRequest, batches: SendableRecordBatchStream) -> Input {
    let schema = SchemaRef::clone(&batches.schema());
    let pieces = batches.flat_map(|batch| {
        // A client's batch may be as large as a message.
        let slices = match batch {
            Err(error) => vec![Err(error)],
            Ok(batch) => (0..batch.num_rows())
                .step_by(BATCH_ROWS)
                .map(|from| Ok(batch.slice(from, BATCH_ROWS.min(batch.num_rows() - from))))
                .collect(),
        };
        futures::stream::iter(slices).map(|rows| {
            let rows = rows?;
            Ok(Step {
                origin: 0,
                piece: Box::new(move || Ok(RawBatch::of(rows))),
                read_bytes: 0,
            })
        })
    });
    Input {
        origins: vec![Origin {
            name: request.name.clone(),
            schema,
        }],
        total_bytes: 0,
        pieces: pieces.boxed(),
    }
}
