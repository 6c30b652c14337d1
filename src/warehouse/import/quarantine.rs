//! The table of values that kept their row out of its table.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray,
            TimestampMicrosecondArray,
        },
        datatypes::{DataType, Field, FieldRef, Int64Type},
    },
    catalog::{Session, TableProvider},
    common::{Result, plan_err},
    datasource::{ViewTable, provider_as_source},
    logical_expr::{LogicalPlanBuilder, cast, ident},
};

use super::{check::BadValue, read::Read, source::BATCH_ROWS, upsert::Destination};
use crate::warehouse::{contract::Kind, delta, location::Location};

/// Where the table is, below the warehouse.
pub const FOLDER: &str = "_tributary/quarantine";

/// What identifies a row: a whole malformed row has the NULL column.
pub(super) const KEY: &[&str] = &["table_name", "file", "row_number", "column_name"];

/// The column that differs when a file is imported again.
pub(super) const IMPORTED_AT: &str = "imported_at";

/// How many bad values an error shows.
const SHOWN: usize = 3;

/// The columns, in order: one row per bad value.
pub fn columns() -> Vec<FieldRef> {
    let texts = [
        "table_name",
        "file",
        "row_number",
        "column_name",
        "value",
        "reason",
        "row",
    ];
    texts
        .into_iter()
        .map(|name| match name {
            "row_number" => (name, DataType::Int64),
            _ => (name, DataType::Utf8),
        })
        .chain([(IMPORTED_AT, Kind::Instant.data_type())])
        .map(|(name, data_type)| Arc::new(Field::new(name, data_type, true)))
        .collect()
}

/// The stored table as the columns say; `None` if nothing was ever quarantined.
pub async fn open(
    warehouse: &Location,
    session: &dyn Session,
) -> Result<Option<Arc<dyn TableProvider>>> {
    let Some(stored) = delta::load(&warehouse.folder(FOLDER)?).await? else {
        return Ok(None);
    };
    stored
        .update_datafusion_session(session)
        .map_err(delta::external)?;
    let stored = stored.table_provider().build().await?;
    let values = columns().into_iter().map(|field| {
        let (name, data_type) = (field.name(), field.data_type());
        cast(ident(name), data_type.clone()).alias(name)
    });
    let plan = LogicalPlanBuilder::scan("quarantine", provider_as_source(Arc::new(stored)), None)?
        .project(values)?
        .build()?;
    Ok(Some(Arc::new(ViewTable::new(plan, None))))
}

/// Refuses a run with bad rows, and shows the first of them.
pub(super) async fn refused<T>(destination: &Destination<'_>, read: &Read) -> Result<T> {
    let rows = read.bad.frame(destination.session)?;
    let by_place = ["row_number", "column_name"].map(|name| ident(name).sort(true, true));
    let rows = rows.sort(by_place.to_vec())?.limit(0, Some(SHOWN))?;
    let shown = ["row_number", "column_name", "value", "reason"].map(ident);
    let mut first = Vec::new();
    for batch in rows.select(shown.to_vec())?.collect().await? {
        let [column, value, reason] =
            [1, 2, 3].map(|position| batch.column(position).as_string::<i32>().clone());
        let row_numbers = batch.column(0).as_primitive::<Int64Type>();
        for idx in 0..batch.num_rows() {
            let (row, reason) = (row_numbers.value(idx), reason.value(idx));
            let place = match column.is_valid(idx) {
                true => format!("row {row}, {}", column.value(idx)),
                false => format!("row {row}"),
            };
            first.push(match value.is_valid(idx) {
                true => format!("{place} = {:?}: {reason}", value.value(idx)),
                false => format!("{place}: {reason}"),
            });
        }
    }
    plan_err!(
        "{}: expected rows that can all be stored, got {} of {} that cannot ({}); nothing was \
         stored (SET tributary.bad_rows = 'quarantine' stores the others, and keeps these in \
         system.quarantine)",
        destination.name,
        read.bad_row_count,
        read.row_count,
        first.join("; ")
    )
}

/// The bad values of some rows of one file as rows of the table.
pub(super) fn batches(
    table: &str,
    file: &str,
    bad: &[BadValue],
    imported_at: jiff::Timestamp,
) -> Result<Vec<RecordBatch>> {
    bad.chunks(BATCH_ROWS)
        .map(|bad| {
            let text = |of: &dyn Fn(&BadValue) -> Option<String>| -> ArrayRef {
                Arc::new(bad.iter().map(of).collect::<StringArray>())
            };
            let row_numbers = bad.iter().map(|bad| bad.row_number as i64);
            let at = vec![imported_at.as_microsecond(); bad.len()];
            let columns = vec![
                text(&|_| Some(table.to_owned())),
                text(&|_| Some(file.to_owned())),
                Arc::new(Int64Array::from_iter_values(row_numbers)),
                text(&|bad| bad.column.clone()),
                text(&|bad| bad.value.clone()),
                text(&|bad| Some(bad.reason.clone())),
                text(&|bad| Some(bad.row.clone())),
                Arc::new(TimestampMicrosecondArray::from(at).with_timezone("UTC")),
            ];
            let schema = datafusion::arrow::datatypes::Schema::new(self::columns());
            Ok(RecordBatch::try_new(Arc::new(schema), columns)?)
        })
        .collect()
}
