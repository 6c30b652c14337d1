//! Parts the rows of a batch into good rows, as the table wants them, and bad values.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, UInt64Array,
            new_null_array,
        },
        compute::{filter_record_batch, kernels::zip::zip, take_record_batch},
        datatypes::{DataType, Field, Schema},
        json::{WriterBuilder, writer::LineDelimited},
        util::display::array_value_to_string,
    },
    common::{Result, exec_datafusion_err},
};

use super::{
    coerce::{Coerced, Reason, cast_safe, coerce, coerce_extra, lost, tombstones},
    columns::{DATE_ONLY, Target, Targets},
    latest::DELETED,
    source::RawBatch,
};
use crate::warehouse::contract::Table;

/// The rows of a batch, parted.
pub(super) struct Checked {
    /// With the flag [`DELETED`] last, if a column says which rows are to be removed.
    pub(super) good: RecordBatch,
    pub(super) bad: Vec<BadValue>,
    pub(super) bad_row_count: u64,
    pub(super) misfits: Option<Misfits>,
}

/// Values of a column that do not fit the type it is stored in.
#[derive(Debug)]
pub(super) struct Misfits {
    pub(super) column: String,
    pub(super) stored: DataType,
    pub(super) found: DataType,
    /// Position in the piece, and value, of the first ones.
    pub(super) values: Vec<(u64, String)>,
}

/// Values that an error about a column shows.
const SHOWN: usize = 5;

/// A value that keeps its row out of the table.
#[derive(Debug)]
pub(super) struct BadValue {
    pub(super) row_number: u64,
    /// Name in the table; `None` if the whole row is malformed.
    pub(super) column: Option<String>,
    /// As in the file; `None` if missing.
    pub(super) value: Option<String>,
    pub(super) reason: String,
    /// The whole row as JSON.
    pub(super) row: String,
}

/// Coerces a batch and finds its bad values; a good row has none.
///
/// Of a row that is to be removed, only the key must be good.
pub(super) fn check(table: &Table, targets: &Targets, batch: RawBatch) -> Result<Checked> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    let mut found: Vec<(usize, Where, Reason)> = Vec::new();
    let mut dates = None;
    let mut misfits = None;
    for target in &targets.columns {
        let source = source_column(target.source, &batch.rows);
        let Coerced {
            values,
            bad,
            date_only,
        } = match target.column {
            Some(column) => coerce(column.kind, &source)?,
            None => coerce_extra(&source, &target.data_type)?,
        };
        if target.needs_value() && values.null_count() > 0 {
            let known: BTreeSet<usize> = bad.iter().map(|(row, _)| *row).collect();
            let missing =
                (0..values.len()).filter(|row| values.is_null(*row) && !known.contains(row));
            found.extend(missing.map(|row| (row, target.into(), "required, but missing".into())));
        }
        let bad: Vec<_> = bad.into_iter().collect();
        let (values, lost) = match *values.data_type() == target.data_type {
            true if target.has_changed => (values, bad.iter().map(|(row, _)| *row).collect()),
            true => (values, vec![]),
            false => as_stored(&values, &target.data_type)?,
        };
        if misfits.is_none() && !lost.is_empty() {
            let shown = lost.iter().take(SHOWN).map(|row| {
                let value = array_value_to_string(&source, *row)?;
                Ok((batch.row_numbers[*row], value))
            });
            misfits = Some(Misfits {
                column: target.name.clone(),
                stored: target.data_type.clone(),
                found: source.data_type().clone(),
                values: shown.collect::<Result<_>>()?,
            });
        }
        found.extend(
            bad.into_iter()
                .map(|(row, reason)| (row, target.into(), reason)),
        );
        if Some(target.name.as_str()) == table.event_time {
            dates = date_only;
        }
        fields.push(Field::new(&target.name, target.data_type.clone(), true));
        columns.push(values);
    }
    if let Some(dates) = dates.filter(|_| table.column(DATE_ONLY).is_some()) {
        mark_dates(&dates, &mut fields, &mut columns)?;
    }
    if let Some(source) = targets.deleted_when {
        let name = batch.rows.schema().field(source).name().clone();
        let (deleted, bad) = tombstones(&source_column(Some(source), &batch.rows))?;
        let is_key = |place: &Where| table.key.contains(&place.name.as_str());
        found.retain(|(row, place, _)| is_key(place) || !deleted.value(*row));
        let place = Where {
            name,
            source: Some(source),
        };
        let bad = bad.into_iter();
        found.extend(bad.map(|(row, reason)| (row, place.clone(), reason)));
        fields.push(Field::new(DELETED, DataType::Boolean, false));
        columns.push(Arc::new(deleted));
    }
    found.sort_by_key(|(row, _, _)| *row);
    let options = RecordBatchOptions::new().with_row_count(Some(batch.rows.num_rows()));
    let schema = Arc::new(Schema::new(fields));
    let rows = RecordBatch::try_new_with_options(schema, columns, &options)?;
    Ok(Checked {
        misfits,
        ..part(rows, &found, batch)?
    })
}

/// A column, in the table and in the file.
#[derive(Debug, Clone)]
struct Where {
    name: String,
    source: Option<usize>,
}

impl From<&Target> for Where {
    fn from(target: &Target) -> Self {
        Self {
            name: target.name.clone(),
            source: target.source,
        }
    }
}

/// The values in a type that another writer chose, and the rows whose values do not fit it.
fn as_stored(values: &ArrayRef, stored: &DataType) -> Result<(ArrayRef, Vec<usize>)> {
    let cast = cast_safe(values, stored)?;
    let lost = lost(values, &cast);
    Ok((cast, lost))
}

fn source_column(source: Option<usize>, rows: &RecordBatch) -> ArrayRef {
    match source {
        Some(source) => Arc::clone(rows.column(source)),
        None => new_null_array(&DataType::Null, rows.num_rows()),
    }
}

/// Sets the flag where the event time is only a date and the file does not say otherwise.
///
/// Elsewhere it stays NULL, which means false, so that a time replaces a stored date.
fn mark_dates(
    dates: &BooleanArray,
    fields: &mut Vec<Field>,
    columns: &mut Vec<ArrayRef>,
) -> Result<()> {
    let marks: BooleanArray = dates
        .iter()
        .map(|is_date| is_date.filter(|is_date| *is_date))
        .collect();
    match fields.iter().position(|field| field.name() == DATE_ONLY) {
        Some(given) => {
            let is_given = datafusion::arrow::compute::is_not_null(&columns[given])?;
            columns[given] = zip(&is_given, &columns[given], &marks)?;
        }
        None => {
            fields.push(Field::new(DATE_ONLY, DataType::Boolean, true));
            columns.push(Arc::new(marks));
        }
    }
    Ok(())
}

fn part(rows: RecordBatch, found: &[(usize, Where, Reason)], batch: RawBatch) -> Result<Checked> {
    let bad_rows: BTreeSet<usize> = found.iter().map(|(row, _, _)| *row).collect();
    let mut bad: Vec<BadValue> = batch
        .malformed
        .into_iter()
        .map(|row| BadValue {
            row_number: row.row_number,
            column: None,
            value: None,
            reason: row.reason,
            row: row.row,
        })
        .collect();
    let bad_row_count = (bad.len() + bad_rows.len()) as u64;
    if bad_rows.is_empty() {
        return Ok(Checked {
            good: rows,
            bad,
            bad_row_count,
            misfits: None,
        });
    }
    let texts: Vec<String> = match &batch.lines {
        Some(lines) => bad_rows.iter().map(|row| lines[*row].clone()).collect(),
        None => as_json(&batch.rows, &bad_rows)?,
    };
    let texts: BTreeMap<usize, String> = bad_rows.iter().copied().zip(texts).collect();
    for (row, place, reason) in found {
        let source = source_column(place.source, &batch.rows);
        bad.push(BadValue {
            row_number: batch.row_numbers[*row],
            column: Some(place.name.clone()),
            value: (!source
                .logical_nulls()
                .is_some_and(|nulls| nulls.is_null(*row)))
            .then(|| array_value_to_string(&source, *row))
            .transpose()?,
            reason: reason.clone().into_owned(),
            row: texts[row].clone(),
        });
    }
    bad.sort_by_key(|bad| bad.row_number);
    let is_good: BooleanArray = (0..rows.num_rows())
        .map(|row| Some(!bad_rows.contains(&row)))
        .collect();
    Ok(Checked {
        good: filter_record_batch(&rows, &is_good)?,
        bad,
        bad_row_count,
        misfits: None,
    })
}

/// The rows as JSON objects, one text each.
fn as_json(rows: &RecordBatch, which: &BTreeSet<usize>) -> Result<Vec<String>> {
    let which = UInt64Array::from_iter_values(which.iter().map(|row| *row as u64));
    let rows = take_record_batch(rows, &which)?;
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    writer.write(&rows)?;
    writer.finish()?;
    let text = String::from_utf8(writer.into_inner())
        .map_err(|error| exec_datafusion_err!("import: a row as JSON is not UTF-8: {error}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// Whether any row of the batch is marked as only a date.
pub(super) fn has_dates(batch: &RecordBatch) -> bool {
    batch
        .column_by_name(DATE_ONLY)
        .and_then(|marks| marks.as_boolean_opt())
        .is_some_and(|marks| marks.true_count() > 0)
}
