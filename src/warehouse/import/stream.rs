//! Rows from a client instead of files: the way of bulk loads and of `INSERT INTO`.

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{Result, plan_err},
    execution::SendableRecordBatchStream,
    prelude::SessionContext,
};
use deltalake_core::DeltaTable;
use futures::StreamExt;

use super::{
    BadRows, ImportSummary, Writing, destination,
    read::{Input, Reading, Step},
    schema_of,
    source::{BATCH_ROWS, Origin, RawBatch},
    upsert::Destination,
    write_read,
};
use crate::warehouse::{contract::Table, location::Location};

/// What becomes of the table that rows are loaded into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The rows are added; in a table of the contract, those with a known key replace the stored
    /// ones.
    Append,
    /// The rows are all that the table then holds.
    Replace,
    /// The table must not be there yet.
    Create,
}

/// Where a stream of rows goes.
#[derive(Debug, Clone)]
pub struct StreamRequest {
    /// A table of the contract, or any other one: that has no key, and takes the rows as they are.
    pub table: String,
    pub mode: Mode,
    /// Whether a table outside the contract is made if it is missing.
    pub creates: bool,
    pub bad_rows: BadRows,
    /// What errors and the quarantine call the stream, in place of a file; the bad rows of a
    /// later stream of this name replace those of the same row numbers.
    pub name: String,
    /// When the import runs: kept with quarantined values.
    pub imported_at: jiff::Timestamp,
}

impl StreamRequest {
    /// # Errors
    /// A plan error when the table is there and must not be.
    pub(super) fn check_stored(&self, stored: Option<&DeltaTable>) -> Result<()> {
        match (self.mode, stored) {
            (Mode::Create, Some(_)) => plan_err!(
                "{}: expected to make the table, and it is there already: append to it, or replace it",
                self.table
            ),
            _ => Ok(()),
        }
    }
}

/// Loads a stream of batches into a table, all or nothing: into one of the contract as
/// [`super::import`] does, in one commit; into any other one as the rows are.
///
/// Of rows with one key the later one wins. The stream is read to its end before anything is
/// written.
///
/// # Arguments
/// `session`: must see every row of the table, so it carries no row policy.
///
/// # Errors
/// As [`super::import`]; a plan error for a table that is there and must not be, or the other way
/// round, and for bad rows unless they are quarantined; and any error of the stream. After each
/// of them nothing is written.
pub async fn import_stream(
    session: &SessionContext,
    warehouse: &Location,
    request: &StreamRequest,
    batches: SendableRecordBatchStream,
) -> Result<ImportSummary> {
    let Some(table) = Table::named(&request.table) else {
        return super::plain::store(session, warehouse, request, batches).await;
    };
    let replaces = request.mode == Mode::Replace;
    let destination = Destination {
        replaces,
        ..destination(session, warehouse, table)?
    };
    let stored = destination.stored().await?;
    request.check_stored(stored.as_ref())?;
    let reading = Reading {
        session,
        table,
        mapping: &[],
        deleted_when: None,
        imported_at: request.imported_at,
        stored: schema_of(stored.as_ref())?,
        completes: replaces,
    };
    let read = reading.read(input(request, batches), &|_| {}).await?;
    let writing = Writing {
        bad_rows: request.bad_rows,
        dry_run: false,
    };
    write_read(&destination, warehouse, read, writing).await
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
        is_numbered: false,
        pieces: pieces.boxed(),
    }
}
