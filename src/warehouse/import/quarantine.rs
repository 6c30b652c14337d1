//! The table of values that kept their row out of its table.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
        datatypes::{DataType, Field, FieldRef},
    },
    catalog::{Session, TableProvider},
    common::Result,
    datasource::{ViewTable, provider_as_source},
    logical_expr::{LogicalPlanBuilder, cast, ident},
};

use super::{check::BadValue, source::BATCH_ROWS};
use crate::warehouse::{contract::Kind, delta, location::Location};

/// Where the table is, below the warehouse.
pub const FOLDER: &str = "_tributary/quarantine";

/// What identifies a row: a whole malformed row has the NULL column.
pub(super) const KEY: &[&str] = &["table_name", "file", "row_number", "column_name"];

/// The column that differs when a file is imported again.
pub(super) const IMPORTED_AT: &str = "imported_at";

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
