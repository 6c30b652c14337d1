//! `system.restatements`: which numbers of which day a refresh changed.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::Result,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use super::{ledgers::ledgers, rows::batch, rows::instant};
use crate::query::{catalog::Query, system_table::SystemTable};

/// One row for each sum of a day that is another one since a run. They are of all rows, so only
/// administrators see them.
#[derive(Debug)]
pub(super) struct Restatements;

#[derive(Serialize)]
struct Row<'a> {
    schema: &'a str,
    view_name: &'a str,
    run_id: &'a str,
    restated_at: Timestamp,
    date: Date,
    measure: &'a str,
    before: Option<f64>,
    after: Option<f64>,
}

#[async_trait]
impl SystemTable for Restatements {
    fn name(&self) -> &'static str {
        "restatements"
    }

    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("schema", DataType::Utf8, false),
            Field::new("view_name", DataType::Utf8, false),
            Field::new("run_id", DataType::Utf8, false),
            instant("restated_at", false),
            Field::new("date", DataType::Date32, false),
            Field::new("measure", DataType::Utf8, false),
            Field::new("before", DataType::Float64, true),
            Field::new("after", DataType::Float64, true),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let ledgers = match query.access().is_administrator() {
            true => ledgers(query).await?,
            false => Vec::new(),
        };
        let rows = ledgers.iter().flat_map(|(view, ledger)| {
            ledger.restatements.iter().map(|it| Row {
                schema: &view.schema,
                view_name: &view.name,
                run_id: &it.run,
                restated_at: it.at,
                date: it.day,
                measure: &it.measure,
                before: it.before,
                after: it.after,
            })
        });
        batch(self.schema(), &rows.collect::<Vec<_>>())
    }
}
