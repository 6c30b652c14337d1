//! Files whose columns have the names of a page rather than those of SQL.
//!
//! A view says them with `with_metadata(column, 'label', 'Total sessions')` in its select list.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Field, Schema},
    },
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::StreamExt;

/// The key of a column's metadata under which its name on the page is.
const LABEL: &str = "label";

/// The columns that have a label, under it; `Err` gives back rows of which no column has one.
pub(super) fn labelled(
    rows: SendableRecordBatchStream,
) -> Result<SendableRecordBatchStream, SendableRecordBatchStream> {
    let (mut idxs, mut fields) = (Vec::new(), Vec::new());
    for (idx, field) in rows.schema().fields().iter().enumerate() {
        if let Some(label) = field.metadata().get(LABEL) {
            idxs.push(idx);
            fields.push(Field::new(
                label,
                field.data_type().clone(),
                field.is_nullable(),
            ));
        }
    }
    if idxs.is_empty() {
        return Err(rows);
    }
    let schema = Arc::new(Schema::new(fields));
    let renamed = Arc::clone(&schema);
    let rows = rows.map(move |batch| {
        let columns = batch?.project(&idxs)?.columns().to_vec();
        Ok(RecordBatch::try_new(Arc::clone(&renamed), columns)?)
    });
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
}
