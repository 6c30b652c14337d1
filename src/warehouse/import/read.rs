//! Reads all rows of a run, checked piece by piece on all threads, into a spool.
//!
//! One thread cuts files into pieces, as many as the session has partitions parse and check
//! pieces, and the results are taken in the order of the rows: so row numbers, and which row is
//! the latest of its key, do not depend on the threads.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
};

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, new_null_array},
        datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    },
    common::{Result, exec_datafusion_err, plan_err, runtime::SpawnedTask},
    prelude::SessionContext,
};
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;

use super::{
    Format, Progress,
    check::{Checked, Misfits, check, has_dates},
    columns::{self, DATE_ONLY, Targets},
    latest::{DELETED, Rows, RowsWriter, flags, provided},
    quarantine,
    source::{Origin, Piece, Source},
};
use crate::warehouse::contract::Table;

/// Where the rows of a run come from, in order.
pub(super) struct Input {
    pub(super) origins: Vec<Origin>,
    /// Of all files; 0 if nobody knows.
    pub(super) total_bytes: u64,
    /// Whether row numbers count from the beginning of the origin, not of the piece.
    pub(super) is_numbered: bool,
    pub(super) pieces: std::pin::Pin<Box<dyn Stream<Item = Result<Step>> + Send>>,
}

/// A piece of one of the origins.
pub(super) struct Step {
    pub(super) origin: usize,
    pub(super) piece: Piece,
    /// Of all files so far.
    pub(super) read_bytes: u64,
}

/// Everything that a run reads.
pub(super) struct Read {
    pub(super) rows: Rows,
    /// The bad values as rows of the quarantine.
    pub(super) bad: Rows,
    pub(super) bad_row_count: u64,
    pub(super) row_count: u64,
    /// For each origin, whether a row of it is bad.
    pub(super) has_bad: Vec<bool>,
    pub(super) warnings: Vec<String>,
}

/// How columns are found, and what errors and the quarantine say.
pub(super) struct Reading<'a> {
    pub(super) session: &'a SessionContext,
    pub(super) table: &'static Table,
    pub(super) mapping: &'a [(String, String)],
    pub(super) deleted_when: Option<&'a str>,
    pub(super) imported_at: jiff::Timestamp,
    /// The columns of the stored table.
    pub(super) stored: Option<SchemaRef>,
    /// Whether a stored column that the rows have not is NULL in them, instead of as it is stored.
    pub(super) completes: bool,
}

/// Opens files.
pub(super) async fn open(files: Vec<PathBuf>, format: Option<Format>) -> Result<Input> {
    Ok(rows_of(sources(files, format).await?))
}

/// Finds the columns of files.
pub(super) async fn sources(files: Vec<PathBuf>, format: Option<Format>) -> Result<Vec<Source>> {
    let opening = SpawnedTask::spawn_blocking(move || {
        let files = files.iter().map(|file| Source::open(file, format));
        files.collect::<Result<Vec<_>>>()
    });
    joined(opening.join().await)?
}

/// The rows of files, one file after the other.
pub(super) fn rows_of(files: Vec<Source>) -> Input {
    let (sender, receiver) = mpsc::channel(1);
    Input {
        origins: files.iter().map(|file| file.origin.clone()).collect(),
        total_bytes: files.iter().map(|file| file.size_bytes).sum(),
        is_numbered: false,
        pieces: {
            let cutting = SpawnedTask::spawn_blocking(move || cut(&files, &sender));
            let pieces = futures::stream::unfold((receiver, Some(cutting)), next_step);
            pieces.boxed()
        },
    }
}

type Cutting = Option<SpawnedTask<()>>;

/// The next step; at the end, whether the thread that cuts came to its end.
async fn next_step(
    (mut steps, mut cutting): (mpsc::Receiver<Result<Step>>, Cutting),
) -> Option<(Result<Step>, (mpsc::Receiver<Result<Step>>, Cutting))> {
    match steps.recv().await {
        Some(step) => Some((step, (steps, cutting))),
        None => match joined(cutting.take()?.join().await) {
            Ok(()) => None,
            Err(error) => Some((Err(error), (steps, None))),
        },
    }
}

/// Runs on its own thread until the files end or nobody listens any more.
fn cut(files: &[Source], sender: &mpsc::Sender<Result<Step>>) {
    let mut done_bytes = 0;
    for (origin, file) in files.iter().enumerate() {
        let sent = file.read().and_then(|(mut pieces, read_bytes)| {
            while let Some(piece) = super::source::in_file(&file.path, pieces.next_piece())? {
                let step = Step {
                    origin,
                    piece,
                    read_bytes: done_bytes + read_bytes.load(Ordering::Relaxed),
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

impl Reading<'_> {
    /// Matches columns and reads all rows.
    pub(super) async fn read(
        &self,
        input: Input,
        progress: &(dyn Fn(Progress<'_>) + Send + Sync),
    ) -> Result<Read> {
        let origins = input.origins;
        let targets = origins
            .iter()
            .map(|origin| columns::resolve(self.table, self.mapping, self.deleted_when, origin));
        let mut targets = targets.collect::<Result<Vec<_>>>()?;
        columns::settle_types(&mut targets, self.stored.as_deref())?;
        let stored = self.stored.as_deref().filter(|_| self.completes);
        let layout = Arc::new(Layout::of(self.table, targets, stored));
        let warnings = origins.iter().zip(&layout.targets);
        let warnings = warnings
            .flat_map(|(origin, targets)| columns::warnings(self.table, targets, origin))
            .collect();

        let rows = RowsWriter::new(self.session, self.table.key, &layout.fields);
        let mut rows = rows.watching(self.table.event_time);
        let mut bad = RowsWriter::new(self.session, quarantine::KEY, &quarantine::columns());
        let mut row_numbers = vec![0; origins.len()];
        let mut has_bad = vec![false; origins.len()];
        let (mut row_count, mut bad_row_count, mut has_dates) = (0, 0, false);
        let table = self.table;
        let checking = input.pieces.map(|step| {
            let layout = Arc::clone(&layout);
            let checking =
                step.map(|step| SpawnedTask::spawn_blocking(move || layout.check(table, step)));
            async move { joined(checking?.join().await)? }
        });
        let threads = self.session.state().config().target_partitions();
        let mut checked = checking.buffered(threads);
        while let Some(piece) = checked.next().await {
            let mut piece = piece?;
            let origin = &origins[piece.origin];
            let first = match input.is_numbered {
                true => 0,
                false => row_numbers[piece.origin],
            };
            if let Some(misfits) = piece.misfits {
                return self.refuse(origin, first, misfits);
            }
            for bad in &mut piece.bad {
                bad.row_number += first;
            }
            let piece_rows = piece.bad_row_count + piece.good.num_rows() as u64;
            row_numbers[piece.origin] += piece_rows;
            row_count += piece_rows;
            bad_row_count += piece.bad_row_count;
            has_bad[piece.origin] |= piece.bad_row_count > 0;
            has_dates |= piece.has_dates;
            rows.write(&piece.good)?;
            let at = self.imported_at;
            for batch in quarantine::batches(table.name, &origin.name, &piece.bad, at)? {
                bad.write(&batch)?;
            }
            progress(Progress {
                file: &origin.name,
                row_count,
                read_bytes: piece.read_bytes,
                total_bytes: input.total_bytes,
            });
        }
        drop(checked);
        let columns = layout.columns(self.stored.as_deref(), has_dates);
        Ok(Read {
            rows: rows.latest(self.session, columns).await?,
            bad: bad.latest(self.session, quarantine::columns()).await?,
            bad_row_count,
            row_count,
            has_bad,
            warnings,
        })
    }

    /// Refuses a column whose values are of another type than those stored.
    fn refuse(&self, origin: &Origin, first: u64, misfits: Misfits) -> Result<Read> {
        let values = misfits.values.iter();
        let values = values.map(|(row, value)| format!("{value} (row {})", first + row));
        plan_err!(
            "{}: expected values of {} in {} that fit its stored type {}, got {}: {} (map it to \
             another name, or change its values)",
            self.table.name,
            misfits.column,
            origin.name,
            misfits.stored,
            misfits.found,
            values.collect::<Vec<_>>().join(", ")
        )
    }
}

/// A piece, checked, in the columns of the run.
struct CheckedPiece {
    origin: usize,
    good: RecordBatch,
    bad: Vec<super::check::BadValue>,
    bad_row_count: u64,
    misfits: Option<Misfits>,
    has_dates: bool,
    read_bytes: u64,
}

/// The columns of all files of a run together.
struct Layout {
    targets: Vec<Targets>,
    /// The columns, the flags [`provided`] of those that not all files have, and [`DELETED`].
    fields: Vec<FieldRef>,
    schema: SchemaRef,
    /// Whether [`DATE_ONLY`] is a column because a time may be only a date, and for no other reason.
    marks_dates: bool,
}

impl Layout {
    /// # Arguments
    /// `completed`: columns to have in any case.
    fn of(table: &'static Table, targets: Vec<Targets>, completed: Option<&Schema>) -> Self {
        let columns = || targets.iter().flat_map(|file| &file.columns);
        let given = |name: &str| columns().any(|target| target.name == name);
        let contract = table.columns.iter().map(|column| column.name);
        let mut names: Vec<&str> = contract.filter(|name| given(name)).collect();
        for target in columns() {
            if !names.contains(&target.name.as_str()) {
                names.push(&target.name);
            }
        }
        let marks_dates = table.column(DATE_ONLY).is_some() && !given(DATE_ONLY);
        let found = names.into_iter();
        let found = found.filter_map(|name| columns().find(|target| target.name == name));
        let mut fields: Vec<FieldRef> = found
            .map(|target| field(&target.name, target.data_type.clone(), true))
            .collect();
        if marks_dates {
            fields.push(field(DATE_ONLY, DataType::Boolean, true));
        }
        for stored in completed.iter().flat_map(|schema| schema.fields()) {
            if !fields.iter().any(|field| field.name() == stored.name()) {
                fields.push(field(stored.name(), stored.data_type().clone(), true));
            }
        }
        let lacking = fields.iter().map(|field| field.name().clone());
        let lacking = lacking.filter(|name| {
            completed.is_none() && !targets.iter().all(|file| has(table, file, name))
        });
        let lacking: Vec<FieldRef> = lacking
            .map(|name| field(&provided(&name), DataType::Boolean, false))
            .collect();
        fields.extend(lacking);
        if targets.iter().any(|file| file.deleted_when.is_some()) {
            fields.push(field(DELETED, DataType::Boolean, false));
        }
        Self {
            schema: Arc::new(Schema::new(fields.clone())),
            fields,
            targets,
            marks_dates,
        }
    }

    /// The columns to write; the flag for dates without a time only where it says something.
    fn columns(&self, stored: Option<&Schema>, has_dates: bool) -> Vec<FieldRef> {
        let is_stored = stored.is_some_and(|schema| schema.field_with_name(DATE_ONLY).is_ok());
        let wants_dates = !self.marks_dates || is_stored || has_dates;
        let is_flag = |name: &str| name.contains(' ');
        let columns = self.fields.iter().filter(|field| !is_flag(field.name()));
        columns
            .filter(|field| wants_dates || field.name() != DATE_ONLY)
            .cloned()
            .collect()
    }

    fn check(&self, table: &'static Table, step: Step) -> Result<CheckedPiece> {
        let targets = &self.targets[step.origin];
        let Checked {
            good,
            bad,
            bad_row_count,
            misfits,
        } = check(table, targets, (step.piece)()?)?;
        let row_count = good.num_rows();
        let values = self.fields.iter().map(|field| -> ArrayRef {
            match good.column_by_name(field.name()) {
                Some(values) => Arc::clone(values),
                None => match field.name().strip_prefix("has ") {
                    Some(column) => flags(has(table, targets, column), row_count),
                    None => new_null_array(field.data_type(), row_count),
                },
            }
        });
        Ok(CheckedPiece {
            origin: step.origin,
            has_dates: has_dates(&good),
            good: RecordBatch::try_new(SchemaRef::clone(&self.schema), values.collect())?,
            bad,
            bad_row_count,
            misfits,
            read_bytes: step.read_bytes,
        })
    }
}

/// Whether the rows of a file say anything of the column.
fn has(table: &Table, file: &Targets, column: &str) -> bool {
    let names = |name: &str| file.columns.iter().any(|target| target.name == name);
    names(column) || column == DATE_ONLY && table.event_time.is_some_and(names)
}

fn field(name: &str, data_type: DataType, nullable: bool) -> FieldRef {
    Arc::new(Field::new(name, data_type, nullable))
}

pub(super) fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T> {
    result.map_err(|error| exec_datafusion_err!("import: a reading thread ended: {error}"))
}
