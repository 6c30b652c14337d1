//! `system.freshness`: how old the stored rows of materialized views are, and whether they are read.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::Result,
};
use jiff::Timestamp;
use serde::Serialize;

use super::{ledgers::ledgers, rows::batch, rows::instant};
use crate::{
    clock::Clock,
    query::{
        catalog::Query,
        materialized::{Due, due, stored},
        system_table::SystemTable,
    },
};

/// One row for each materialized view.
#[derive(Debug)]
pub(super) struct Freshness;

#[derive(Serialize)]
struct Row {
    schema: String,
    view_name: String,
    refresh_every_seconds: Option<f64>,
    suspended: bool,
    is_read: bool,
    reason: Option<String>,
    version: Option<u64>,
    read_at: Option<Timestamp>,
    age_seconds: Option<f64>,
    next_refresh_at: Option<Timestamp>,
    failures: u32,
}

#[async_trait]
impl SystemTable for Freshness {
    fn name(&self) -> &'static str {
        "freshness"
    }

    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("schema", DataType::Utf8, false),
            Field::new("view_name", DataType::Utf8, false),
            Field::new("refresh_every_seconds", DataType::Float64, true),
            Field::new("suspended", DataType::Boolean, false),
            Field::new("is_read", DataType::Boolean, false),
            Field::new("reason", DataType::Utf8, true),
            Field::new("version", DataType::Int64, true),
            instant("read_at", true),
            Field::new("age_seconds", DataType::Float64, true),
            instant("next_refresh_at", true),
            Field::new("failures", DataType::Int64, false),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let ledgers: BTreeMap<_, _> = ledgers(query).await?.into_iter().collect();
        let warehouse = query.warehouse().location().url().as_str();
        let now = Clock::System.now();
        let mut rows = Vec::new();
        for view in query.definitions().materialized() {
            let name = view.full_name();
            let (Some(ledger), Some(materialized)) = (ledgers.get(&name), &view.materialized)
            else {
                continue;
            };
            let suspended = query.definitions().is_suspended(&name);
            let next = materialized.every.filter(|_| !suspended);
            let next = next.map(|every| match due(warehouse, &name, every, ledger, now) {
                Due::Now { .. } => now,
                Due::At(at) => at,
            });
            let read = stored(query, view).await?;
            let found = read.as_ref().ok().map(|it| Arc::clone(&it.view));
            let found = match found {
                Some(found) => Some(found),
                None => query.stored_view(view).await.ok().flatten(),
            };
            let read_at = found
                .as_ref()
                .and_then(|it| Timestamp::from_microsecond(it.run.read_at).ok());
            rows.push(Row {
                schema: name.schema,
                view_name: name.name,
                refresh_every_seconds: materialized.every.map(|it| it.as_secs_f64()),
                suspended,
                is_read: read.is_ok(),
                reason: read.err().map(|why| why.to_string()),
                version: found.map(|it| it.version()),
                read_at,
                age_seconds: read_at.map(|at| now.duration_since(at).as_secs_f64()),
                next_refresh_at: next,
                failures: ledger.failures().0,
            });
        }
        batch(self.schema(), &rows)
    }
}
