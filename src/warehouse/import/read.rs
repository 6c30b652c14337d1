//! Reads all files of a run on a thread for blocking work, checked batch by batch.

use std::{path::PathBuf, sync::Arc};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, FieldRef, Schema},
    },
    common::{Result, exec_datafusion_err, plan_err, runtime::SpawnedTask},
};
use tokio::sync::mpsc;

use super::{
    ImportRequest, Progress,
    check::{Checked, check, has_dates},
    columns::{self, DATE_ONLY, Target},
    latest::{Latest, latest},
    quarantine,
    source::Source,
};
use crate::warehouse::contract::Table;

/// Batches on their way from the reading thread.
const QUEUE: usize = 4;

/// Everything that the files of a run hold.
pub(super) struct Read {
    /// The columns of all good rows: those of the contract in its order, then all others.
    pub(super) columns: Vec<FieldRef>,
    pub(super) good: Vec<RecordBatch>,
    pub(super) bad_row_count: u64,
    pub(super) row_count: u64,
    pub(super) warnings: Vec<String>,
    quarantine: Vec<RecordBatch>,
}

/// A checked batch and where it is from.
struct Step {
    file: PathBuf,
    checked: Checked,
    /// Of all files so far.
    read_bytes: u64,
}

/// Opens, matches and reads the files.
pub(super) async fn read(
    table: &'static Table,
    request: &ImportRequest,
    stored: Option<&Schema>,
    progress: &(dyn Fn(Progress<'_>) + Send + Sync),
) -> Result<Read> {
    let files = open(request).await?;
    let mut targets = files
        .iter()
        .map(|file| columns::resolve(table, &request.mapping, file))
        .collect::<Result<Vec<_>>>()?;
    columns::settle_types(&mut targets, stored)?;
    let total_bytes = files.iter().map(|file| file.size_bytes).sum();
    let warnings = files
        .iter()
        .zip(&targets)
        .flat_map(|(file, targets)| columns::warnings(table, targets, file))
        .collect();
    let mut read = Read {
        columns: union(table, &targets),
        good: vec![],
        bad_row_count: 0,
        row_count: 0,
        warnings,
        quarantine: vec![],
    };
    let (sender, mut steps) = mpsc::channel(QUEUE);
    let reading = SpawnedTask::spawn_blocking(move || read_files(table, &files, &targets, &sender));
    while let Some(step) = steps.recv().await {
        let step: Step = step?;
        read.bad_row_count += step.checked.bad_row_count;
        read.row_count += step.checked.bad_row_count + step.checked.good.num_rows() as u64;
        let (bad, at) = (&step.checked.bad, request.imported_at);
        read.quarantine
            .extend(quarantine::batches(table.name, &step.file, bad, at)?);
        read.good.push(step.checked.good);
        progress(Progress {
            file: &step.file,
            row_count: read.row_count,
            read_bytes: step.read_bytes,
            total_bytes,
        });
    }
    joined(reading.join().await)?;
    read.settle_dates(table, stored);
    Ok(read)
}

impl Read {
    /// The bad values as rows of the quarantine.
    pub(super) fn quarantine(&self) -> Result<Latest> {
        latest(quarantine::KEY, &quarantine::columns(), &self.quarantine)
    }

    /// Adds the flag for dates without a time only where it says something.
    fn settle_dates(&mut self, table: &Table, stored: Option<&Schema>) {
        let has = |columns: &[FieldRef]| columns.iter().any(|field| field.name() == DATE_ONLY);
        if table.column(DATE_ONLY).is_none() || has(&self.columns) {
            return;
        }
        let is_stored = stored.is_some_and(|schema| schema.field_with_name(DATE_ONLY).is_ok());
        if is_stored || self.good.iter().any(has_dates) {
            self.columns
                .push(Arc::new(Field::new(DATE_ONLY, DataType::Boolean, true)));
        }
    }
}

async fn open(request: &ImportRequest) -> Result<Vec<Source>> {
    if request.files.is_empty() {
        return plan_err!("import: expected at least one file, got none");
    }
    let (files, format) = (request.files.clone(), request.format);
    let opening = SpawnedTask::spawn_blocking(move || {
        files
            .iter()
            .map(|file| Source::open(file, format))
            .collect()
    });
    joined(opening.join().await)?
}

/// Runs on the reading thread until the files end or nobody listens any more.
fn read_files(
    table: &Table,
    files: &[Source],
    targets: &[Vec<Target>],
    sender: &mpsc::Sender<Result<Step>>,
) {
    let mut done_bytes = 0;
    for (file, targets) in files.iter().zip(targets) {
        let sent = file.read().and_then(|mut reader| {
            while let Some(batch) = reader.next_batch()? {
                let read_bytes = done_bytes + batch.read_bytes;
                let checked = check(table, targets, batch)?;
                let step = Step {
                    file: file.path.clone(),
                    checked,
                    read_bytes,
                };
                if sender.blocking_send(Ok(step)).is_err() {
                    return Ok(false);
                }
            }
            Ok(true)
        });
        match sent {
            Ok(true) => done_bytes += file.size_bytes,
            Ok(false) => return,
            Err(error) => {
                // Whether anybody hears it no longer matters: the files are left either way.
                sender.blocking_send(Err(error)).ok();
                return;
            }
        }
    }
}

/// The columns of all files.
fn union(table: &Table, files: &[Vec<Target>]) -> Vec<FieldRef> {
    let targets = || files.iter().flatten();
    let mut names: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name)
        .filter(|name| targets().any(|target| target.name == *name))
        .collect();
    for target in targets() {
        if !names.contains(&target.name.as_str()) {
            names.push(&target.name);
        }
    }
    names
        .into_iter()
        .filter_map(|name| targets().find(|target| target.name == name))
        .map(|target| Arc::new(Field::new(&target.name, target.data_type.clone(), true)))
        .collect()
}

fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T> {
    result.map_err(|error| exec_datafusion_err!("import: the reading thread ended: {error}"))
}
