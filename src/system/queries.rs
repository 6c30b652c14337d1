//! `system.queries`: the statements that a server runs now and ran lately.

use std::sync::Arc;

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

use super::{
    activity::{Activity, Entry},
    rows::{batch, instant},
};
use crate::query::{catalog::Query, system_table::SystemTable};

/// One row for each statement that a client ran, or that could not be planned: those of the user
/// who asks, or of all for an administrator.
#[derive(Debug)]
pub(super) struct Queries(pub(super) Arc<Activity>);

#[derive(Serialize)]
struct Row<'a> {
    query_id: String,
    user_name: &'a str,
    statement: &'a str,
    state: &'static str,
    queued_at: Timestamp,
    started_at: Option<Timestamp>,
    planning_seconds: Option<f64>,
    planned_at: Option<Timestamp>,
    first_batch_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    row_count: u64,
    sent_bytes: u64,
    peak_memory_bytes: u64,
    spilled_bytes: u64,
    error_code: Option<String>,
    error: Option<String>,
}

#[async_trait]
impl SystemTable for Queries {
    fn name(&self) -> &'static str {
        "queries"
    }

    fn schema(&self) -> SchemaRef {
        let text = |name, nullable| Field::new(name, DataType::Utf8, nullable);
        let count = |name| Field::new(name, DataType::Int64, false);
        Arc::new(Schema::new(vec![
            text("query_id", false),
            text("user_name", false),
            text("statement", false),
            text("state", false),
            instant("queued_at", false),
            instant("started_at", true),
            Field::new("planning_seconds", DataType::Float64, true),
            instant("planned_at", true),
            instant("first_batch_at", true),
            instant("ended_at", true),
            count("row_count"),
            count("sent_bytes"),
            count("peak_memory_bytes"),
            count("spilled_bytes"),
            text("error_code", true),
            text("error", true),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let (caller, sees_all) = (query.caller(), query.access().is_administrator());
        let mut entries = self.0.queries();
        entries.retain(|it| sees_all || it.statement.user == caller.user);
        let rows: Vec<_> = entries.iter().map(|entry| row(entry)).collect();
        batch(self.schema(), &rows)
    }
}

fn row(entry: &Entry) -> Row<'_> {
    let progress = entry.progress();
    let (error_code, error) = progress.error.unzip();
    Row {
        query_id: entry.statement.id.to_string(),
        user_name: &entry.statement.user,
        statement: &entry.statement.text,
        state: progress.state.name(),
        queued_at: entry.queued_at,
        started_at: progress.started_at,
        planning_seconds: progress.planning.map(|it| it.as_secs_f64()),
        planned_at: progress.planned_at,
        first_batch_at: progress.first_batch_at,
        ended_at: progress.ended_at,
        row_count: entry.rows(),
        sent_bytes: entry.sent_bytes(),
        peak_memory_bytes: progress.peak_memory_bytes,
        spilled_bytes: progress.spilled_bytes,
        error_code,
        error,
    }
}
