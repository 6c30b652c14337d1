//! `tributary import`: files into the tables of the contract, by key and in one commit.
//!
//! Look here to learn what happens to a row between a file and its table. Every row read is
//! counted once: imported (new or changed), unchanged, quarantined, or superseded by a later row
//! with its key. A run is all or nothing, over all of its files, and running it again changes
//! nothing.
//!
//! On the way rows are on disk, not in memory: `read` checks them on all threads and keeps them in
//! a `spool`; `latest`, `changed` and `write` are plans over it, which spill.
//!
//! Files go into contract tables only: without a declared key there is nothing to upsert by, and
//! appending would add the rows again with every run. A client that sends rows may say what else
//! it wants (`stream`, `plain`).

mod changed;
mod check;
mod coerce;
mod columns;
mod compressed;
mod csv;
mod cut;
mod inputs;
mod json_lines;
mod latest;
mod mapped;
mod parquet;
mod plain;
pub mod quarantine;
mod read;
mod remembered;
mod repeated;
mod request;
mod source;
mod spool;
mod stream;
mod upsert;
pub(super) mod write;

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{
        Result, exec_datafusion_err, internal_err, plan_err, runtime::SpawnedTask,
        utils::datafusion_strsim::levenshtein,
    },
    prelude::SessionContext,
};
use deltalake_core::DeltaTable;

pub use self::{
    mapped::{
        MappedFiles, MappedRequest, SOURCE_FILE, SOURCE_ROW, SourceTable, Watch, import_mapped,
        place_columns,
    },
    request::{BadRows, Format, ImportRequest, ImportSummary, Progress},
    stream::{Mode, StreamRequest, import_stream},
};
use self::{
    read::{Read, Reading},
    source::Stamp,
    upsert::Destination,
};
use super::{contract::Table, delta, location::Location};

/// Imports files into a contract table.
///
/// Files that were imported before, and have not changed since, are not read.
///
/// # Arguments
/// `session`: must see every row of the table, so it carries no row policy.
/// `progress`: called after every batch.
///
/// # Errors
/// A plan error, before anything is written, for an unknown table, an unreadable file, a mapping
/// or column that does not fit, and a folder of Parquet files without a Delta log. An execution
/// error if the table cannot be committed to, or the disk cannot hold the rows of the run.
pub async fn import(
    session: &SessionContext,
    warehouse: &Location,
    request: &ImportRequest,
    progress: &(dyn Fn(Progress<'_>) + Send + Sync),
) -> Result<ImportSummary> {
    let table = contract_table(&request.table)?;
    let mut destination = destination(session, warehouse, table)?;
    let stored = destination.stored().await?;
    let (files, skipped) = unknown_files(request, stored.as_ref()).await?;
    if files.is_empty() {
        return Ok(ImportSummary {
            skipped_files: skipped,
            ..ImportSummary::default()
        });
    }
    let reading = Reading {
        session,
        table,
        mapping: &request.mapping,
        deleted_when: request.deleted_when.as_deref(),
        imported_at: request.imported_at,
        stored: schema_of(stored.as_ref())?,
        completes: false,
    };
    let paths = files.iter().map(|(file, _)| file.path.clone()).collect();
    let input = read::open(paths, request.format).await?;
    let read = reading.read(input, progress).await?;
    let remembered = files.into_iter().zip(&read.has_bad);
    let remembered = remembered.filter(|(_, has_bad)| !**has_bad);
    destination.remembered = remembered.map(|((_, id), _)| id).collect();
    let writing = Writing {
        bad_rows: BadRows::Quarantine,
        dry_run: request.dry_run,
    };
    let summary = write_read(&destination, warehouse, read, writing).await?;
    Ok(ImportSummary {
        skipped_files: skipped,
        ..summary
    })
}

/// The files to read, each with the name under which it is remembered, and how many are left out.
async fn unknown_files(
    request: &ImportRequest,
    stored: Option<&DeltaTable>,
) -> Result<(Vec<(Stamp, String)>, u64)> {
    let asked = request.clone();
    let listing = SpawnedTask::spawn_blocking(move || {
        let files = inputs::files(&asked.files, asked.format)?;
        let files = files.iter().map(|file| {
            let stamp = Stamp::of(file)?;
            let id = remembered::id(&stamp, &asked)?;
            Ok((stamp, id))
        });
        files.collect::<Result<Vec<_>>>()
    });
    let files = listing.join().await;
    let files = files.map_err(|error| exec_datafusion_err!("import: listing files: {error}"))??;
    let Some(stored) = stored.filter(|_| !request.again) else {
        return Ok((files, 0));
    };
    let (all, mut unknown) = (files.len(), Vec::new());
    for (file, id) in files {
        if !remembered::knows(stored, &id).await? {
            unknown.push((file, id));
        }
    }
    let skipped = (all - unknown.len()) as u64;
    Ok((unknown, skipped))
}

/// How to write what a run read.
#[derive(Clone, Copy)]
struct Writing {
    bad_rows: BadRows,
    dry_run: bool,
}

/// Writes what a run read.
async fn write_read(
    destination: &Destination<'_>,
    warehouse: &Location,
    read: Read,
    Writing { bad_rows, dry_run }: Writing,
) -> Result<ImportSummary> {
    if read.bad_row_count > 0 && bad_rows == BadRows::Refuse {
        return quarantine::refused(destination, &read).await;
    }
    // Before anything is written, because it finds what does not fit the stored table.
    let comparison = destination.compare(&read.rows).await?;
    let outcome = if dry_run {
        comparison.outcome()
    } else {
        // The quarantine first: if the run ends between the commits, the next run writes the same
        // quarantine and then the data. The other way round the data would be in place, nobody
        // would run the import again, and the bad rows would be nowhere.
        let quarantine = quarantine_destination(destination.session, warehouse)?;
        if read.bad_row_count > 0 {
            let bad = quarantine.compare(&read.bad).await?;
            quarantine.commit(&read.bad, bad).await?;
        }
        destination.commit(&read.rows, comparison).await?
    };
    let summary = ImportSummary {
        imported: outcome.changed,
        unchanged: outcome.unchanged,
        quarantined: read.bad_row_count,
        superseded: read.rows.superseded,
        deleted: outcome.deleted,
        skipped_files: 0,
        warnings: read.warnings,
    };
    let removed = if destination.replaces {
        summary.deleted
    } else {
        0
    };
    if summary.rows_read() - removed != read.row_count {
        return internal_err!(
            "{}: {summary:?} of {} rows",
            destination.name,
            read.row_count
        );
    }
    Ok(summary)
}

fn schema_of(stored: Option<&DeltaTable>) -> Result<Option<SchemaRef>> {
    let Some(stored) = stored else {
        return Ok(None);
    };
    let snapshot = stored.snapshot().map_err(delta::external)?;
    Ok(Some(snapshot.snapshot().arrow_schema()))
}

fn destination<'a>(
    session: &'a SessionContext,
    warehouse: &Location,
    table: &'static Table,
) -> Result<Destination<'a>> {
    // By time, because reports ask for periods; else by key, because imports ask for keys.
    let order = match table.event_time {
        Some(event_time) => vec![event_time],
        None => table.key.to_vec(),
    };
    Ok(Destination {
        session,
        folder: warehouse.folder(table.name)?,
        name: table.name,
        key: table.key,
        order,
        incidental: None,
        change_feed: true,
        replaces: false,
        remembered: vec![],
    })
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
        order: quarantine::KEY.to_vec(),
        incidental: Some(quarantine::IMPORTED_AT),
        change_feed: false,
        replaces: false,
        remembered: vec![],
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
