//! `tributary import`: files into the tables of the contract, by key and in one commit.
//!
//! Look here to learn what happens to a row between a file and its table. Every row read is
//! counted once: imported (new or changed), unchanged, quarantined, or superseded by a later row
//! with its key. A run is all or nothing, over all of its files, and running it again changes
//! nothing.
//!
//! Files are read and coerced in batches, but this version holds the good rows of a run, and the
//! bad values, in memory until the commit. A load that does not fit is split into several runs.
//!
//! Only contract tables can be imported: without a declared key there is nothing to upsert by,
//! and appending would add the rows again with every run.

mod changed;
mod check;
mod coerce;
mod columns;
mod csv;
mod json_lines;
mod latest;
mod parquet;
pub mod quarantine;
mod read;
mod request;
mod source;
mod upsert;

use datafusion::{
    common::{Result, internal_err, plan_err, utils::datafusion_strsim::levenshtein},
    prelude::SessionContext,
};

pub use self::request::{Format, ImportRequest, ImportSummary, Progress};
use self::{latest::latest, upsert::Destination};
use super::{contract::Table, delta, location::Location};

/// Imports files into a contract table.
///
/// # Arguments
/// `session`: must see every row of the table, so it carries no row policy.
/// `progress`: called after every batch.
///
/// # Errors
/// A plan error, before anything is written, for an unknown table, an unreadable file, a mapping
/// or column that does not fit, and a folder of Parquet files without a Delta log. An execution
/// error if the table cannot be committed to.
pub async fn import(
    session: &SessionContext,
    warehouse: &Location,
    request: &ImportRequest,
    progress: &(dyn Fn(Progress<'_>) + Send + Sync),
) -> Result<ImportSummary> {
    let table = contract_table(&request.table)?;
    let destination = Destination {
        session,
        folder: warehouse.folder(table.name)?,
        name: table.name,
        key: table.key,
        incidental: None,
        change_feed: true,
    };
    let stored = match destination.stored().await? {
        Some(stored) => Some(
            stored
                .snapshot()
                .map_err(delta::external)?
                .snapshot()
                .arrow_schema(),
        ),
        None => None,
    };
    let read = read::read(table, request, stored.as_deref(), progress).await?;
    let rows = latest(table.key, &read.columns, &read.good)?;
    // Before anything is written, because it finds what does not fit the stored table.
    let comparison = destination.compare(&rows).await?;
    let outcome = if request.dry_run {
        comparison.outcome()
    } else {
        // The quarantine first: if the run ends between the commits, the next run writes the same
        // quarantine and then the data. The other way round the data would be in place, nobody
        // would run the import again, and the bad rows would be nowhere.
        let quarantine = quarantine_destination(session, warehouse)?;
        let bad = read.quarantine()?;
        quarantine
            .commit(&bad, quarantine.compare(&bad).await?)
            .await?;
        destination.commit(&rows, comparison).await?
    };
    let summary = ImportSummary {
        imported: outcome.changed,
        unchanged: outcome.unchanged,
        quarantined: read.bad_row_count,
        superseded: rows.superseded,
        warnings: read.warnings,
    };
    if summary.rows_read() != read.row_count {
        return internal_err!("{}: {summary:?} of {} rows", table.name, read.row_count);
    }
    Ok(summary)
}

fn quarantine_destination<'a>(
    session: &'a SessionContext,
    warehouse: &Location,
) -> Result<Destination<'a>> {
    Ok(Destination {
        session,
        folder: warehouse.folder(quarantine::FOLDER)?,
        name: "quarantine",
        key: quarantine::KEY,
        incidental: Some(quarantine::IMPORTED_AT),
        change_feed: false,
    })
}

fn contract_table(name: &str) -> Result<&'static Table> {
    if let Some(table) = Table::named(name) {
        return Ok(table);
    }
    let names: Vec<&str> = Table::all().map(|table| table.name).collect();
    let nearest = names
        .iter()
        .map(|known| (levenshtein(known, &name.to_lowercase()), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len() / 3)
        .map_or(String::new(), |(_, known)| {
            format!(" (did you mean {known}?)")
        });
    plan_err!(
        "import: expected one of {}, got {name}{nearest}",
        names.join(", ")
    )
}
