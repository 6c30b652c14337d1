//! The latest row of each key among the rows of a run.
//!
//! A later file may lack columns that an earlier one has. Importing them one after the other
//! would keep the earlier values of those columns, and so does a run over both: each column of a
//! key comes from the latest row whose file has that column.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray, RecordBatch, new_null_array},
        compute::interleave,
        datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
        row::{RowConverter, SortField},
    },
    common::Result,
};

use super::source::BATCH_ROWS;

/// Where a value is: batch and row. The batch at 0 is a single NULL.
type Place = (usize, usize);

const NOWHERE: Place = (0, 0);

/// One row per key.
pub(super) struct Latest {
    /// The columns, and for those that not all rows have, a flag of the name [`provided`].
    pub(super) batches: Vec<RecordBatch>,
    pub(super) row_count: u64,
    /// Rows left out because a later one has their key.
    pub(super) superseded: u64,
}

/// The name of the flag that says whether a row has the column at all.
pub(super) fn provided(column: &str) -> String {
    // A space cannot be in the name of a column, so this clashes with none.
    format!("has {column}")
}

/// Keeps the latest row of each key; two NULLs are one key.
///
/// # Arguments
/// `batches`: oldest first; those of one file share a schema, in which all keys are.
pub(super) fn latest(
    key: &[&str],
    columns: &[FieldRef],
    batches: &[RecordBatch],
) -> Result<Latest> {
    let schemas = schemas(batches);
    let mut places: Vec<Vec<Place>> = vec![vec![]; schemas.len()];
    let mut keys: HashMap<Box<[u8]>, usize> = HashMap::new();
    let converter = converter(key, columns)?;
    let mut row_count = 0;
    for (batch, rows) in batches.iter().enumerate() {
        let parts: Vec<ArrayRef> = key
            .iter()
            .filter_map(|name| rows.column_by_name(name).map(Arc::clone))
            .collect();
        let encoded = converter.convert_columns(&parts)?;
        let schema = schemas
            .iter()
            .position(|schema| *schema == rows.schema())
            .unwrap_or(0);
        for (row, encoded) in encoded.iter().enumerate() {
            let count = keys.len();
            let key = *keys.entry(encoded.as_ref().into()).or_insert(count);
            if places[schema].len() <= key {
                places[schema].resize(key + 1, NOWHERE);
            }
            places[schema][key] = (batch + 1, row);
        }
        row_count += rows.num_rows();
    }
    for places in &mut places {
        places.resize(keys.len(), NOWHERE);
    }
    let batches = (0..keys.len())
        .step_by(BATCH_ROWS)
        .map(|from| from..keys.len().min(from + BATCH_ROWS))
        .map(|keys| gather(columns, batches, &schemas, &places, keys))
        .collect::<Result<_>>()?;
    let superseded = (row_count - keys.len()) as u64;
    Ok(Latest {
        batches,
        row_count: keys.len() as u64,
        superseded,
    })
}

/// The distinct schemas of the batches.
fn schemas(batches: &[RecordBatch]) -> Vec<SchemaRef> {
    let mut schemas = Vec::new();
    for batch in batches {
        if !schemas.contains(&batch.schema()) {
            schemas.push(batch.schema());
        }
    }
    schemas
}

fn converter(key: &[&str], columns: &[FieldRef]) -> Result<RowConverter> {
    let fields = key
        .iter()
        .filter_map(|name| columns.iter().find(|field| field.name() == name))
        .map(|field| SortField::new(field.data_type().clone()))
        .collect();
    Ok(RowConverter::new(fields)?)
}

/// The rows of some keys, each value from its latest place.
fn gather(
    columns: &[FieldRef],
    batches: &[RecordBatch],
    schemas: &[SchemaRef],
    places: &[Vec<Place>],
    keys: std::ops::Range<usize>,
) -> Result<RecordBatch> {
    let mut fields = columns.to_vec();
    let mut values = Vec::new();
    let mut flags: Vec<ArrayRef> = Vec::new();
    for column in columns {
        let having: Vec<&Vec<Place>> = schemas
            .iter()
            .zip(places)
            .filter(|(schema, _)| schema.field_with_name(column.name()).is_ok())
            .map(|(_, places)| places)
            .collect();
        let places: Vec<Place> = keys
            .clone()
            .map(|key| {
                having
                    .iter()
                    .map(|places| places[key])
                    .max()
                    .unwrap_or(NOWHERE)
            })
            .collect();
        let nothing = new_null_array(column.data_type(), 1);
        let arrays: Vec<&dyn Array> = std::iter::once(&nothing)
            .chain(
                batches
                    .iter()
                    .map(|batch| batch.column_by_name(column.name()).unwrap_or(&nothing)),
            )
            .map(AsRef::as_ref)
            .collect();
        values.push(interleave(&arrays, &places)?);
        if having.len() < schemas.len() {
            fields.push(Arc::new(Field::new(
                provided(column.name()),
                DataType::Boolean,
                false,
            )));
            let has = places.iter().map(|place| Some(*place != NOWHERE));
            flags.push(Arc::new(has.collect::<BooleanArray>()));
        }
    }
    values.extend(flags);
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), values)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{
        array::{AsArray, Int64Array, RecordBatch},
        datatypes::{Field, FieldRef, Int64Type},
    };

    use super::{Latest, latest, provided};

    fn batch(columns: &[(&str, &[Option<i64>])]) -> RecordBatch {
        let arrays = columns.iter().map(|(name, values)| {
            (
                *name,
                Arc::new(Int64Array::from(values.to_vec())) as _,
                true,
            )
        });
        RecordBatch::try_from_iter_with_nullable(arrays).unwrap()
    }

    fn fields(names: &[&str]) -> Vec<FieldRef> {
        let int = datafusion::arrow::datatypes::DataType::Int64;
        names
            .iter()
            .map(|name| Arc::new(Field::new(*name, int.clone(), true)))
            .collect()
    }

    fn values(latest: &Latest, column: &str) -> Vec<Option<i64>> {
        let column = latest.batches[0].column_by_name(column).unwrap();
        column.as_primitive::<Int64Type>().iter().collect()
    }

    #[test]
    fn the_last_row_of_a_key_wins_and_null_is_a_key() {
        let rows = batch(&[
            ("k", &[Some(1), None, Some(1), None, Some(2)]),
            ("v", &[Some(10), Some(20), Some(30), None, Some(50)]),
        ]);
        let latest = latest(&["k"], &fields(&["k", "v"]), &[rows]).unwrap();
        assert_eq!((latest.row_count, latest.superseded), (3, 2));
        assert_eq!(values(&latest, "k"), [Some(1), None, Some(2)]);
        assert_eq!(values(&latest, "v"), [Some(30), None, Some(50)]);
    }

    #[test]
    fn a_later_file_keeps_the_columns_it_lacks() {
        let first = batch(&[("k", &[Some(1), Some(2)]), ("v", &[Some(10), Some(20)])]);
        let second = batch(&[("k", &[Some(1), Some(3)]), ("w", &[Some(1), None])]);
        let latest = latest(&["k"], &fields(&["k", "v", "w"]), &[first, second]).unwrap();
        assert_eq!((latest.row_count, latest.superseded), (3, 1));
        assert_eq!(values(&latest, "v"), [Some(10), Some(20), None]);
        assert_eq!(values(&latest, "w"), [Some(1), None, None]);
        let has = latest.batches[0].column_by_name(&provided("w")).unwrap();
        assert_eq!(
            has.as_boolean().iter().flatten().collect::<Vec<_>>(),
            [true, false, true]
        );
    }
}
