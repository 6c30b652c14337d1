//! `system.refreshes`: the runs that stored the rows of materialized views.

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

use super::{ledgers::ledgers, rows::batch, rows::instant};
use crate::{
    clock::Clock,
    query::{catalog::Query, system_table::SystemTable},
    warehouse::ledger::{Begun, RunOutcome, RunRecord, Trigger},
};

/// What only an administrator reads: it may quote rows.
const HIDDEN: &str = "why is in the server's log";

/// One row for each run that is remembered, and for each that goes on.
#[derive(Debug)]
pub(super) struct RefreshRuns;

#[derive(Serialize)]
struct Row<'a> {
    schema: &'a str,
    view_name: &'a str,
    run_id: &'a str,
    status: &'static str,
    trigger: Trigger,
    slot: Option<Timestamp>,
    began_at: Timestamp,
    ended_at: Option<Timestamp>,
    duration_seconds: Option<f64>,
    attempt: u32,
    days: Option<i64>,
    reason: Option<&'a str>,
    rows: Option<u64>,
    bytes: Option<u64>,
    version: Option<u64>,
    error: Option<&'a str>,
}

#[async_trait]
impl SystemTable for RefreshRuns {
    fn name(&self) -> &'static str {
        "refreshes"
    }

    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(vec![
            Field::new("schema", DataType::Utf8, false),
            Field::new("view_name", DataType::Utf8, false),
            Field::new("run_id", DataType::Utf8, false),
            Field::new("status", DataType::Utf8, false),
            Field::new("trigger", DataType::Utf8, false),
            instant("slot", true),
            instant("began_at", false),
            instant("ended_at", true),
            Field::new("duration_seconds", DataType::Float64, true),
            Field::new("attempt", DataType::Int64, false),
            Field::new("days", DataType::Int64, true),
            Field::new("reason", DataType::Utf8, true),
            Field::new("rows", DataType::Int64, true),
            Field::new("bytes", DataType::Int64, true),
            Field::new("version", DataType::Int64, true),
            Field::new("error", DataType::Utf8, true),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let shows_errors = query.access().is_administrator();
        let ledgers = ledgers(query).await?;
        let mut rows = Vec::new();
        for (view, ledger) in &ledgers {
            for run in &ledger.runs {
                rows.push(ended(&view.schema, &view.name, run, shows_errors));
            }
            if let Some(holder) = ledger.holder(Clock::System.now()) {
                rows.push(begun(&view.schema, &view.name, &holder.run));
            }
        }
        batch(self.schema(), &rows)
    }
}

fn ended<'a>(schema: &'a str, view: &'a str, run: &'a RunRecord, shows_errors: bool) -> Row<'a> {
    let row = Row {
        ended_at: Some(run.ended_at),
        duration_seconds: Some(run.ended_at.duration_since(run.begun.at).as_secs_f64()),
        ..begun(schema, view, &run.begun)
    };
    match &run.outcome {
        RunOutcome::Done {
            days,
            reason,
            rows,
            bytes,
            version,
        } => Row {
            status: "done",
            days: *days,
            reason: reason.as_deref(),
            rows: Some(*rows),
            bytes: Some(*bytes),
            version: Some(*version),
            ..row
        },
        RunOutcome::Failed { error } => Row {
            status: "failed",
            error: Some(if shows_errors { error } else { HIDDEN }),
            ..row
        },
        RunOutcome::Lost => Row {
            status: "lost",
            ..row
        },
    }
}

fn begun<'a>(schema: &'a str, view_name: &'a str, run: &'a Begun) -> Row<'a> {
    Row {
        schema,
        view_name,
        run_id: &run.id,
        status: "running",
        trigger: run.trigger,
        slot: run.slot,
        began_at: run.at,
        ended_at: None,
        duration_seconds: None,
        attempt: run.attempt,
        days: None,
        reason: None,
        rows: None,
        bytes: None,
        version: None,
        error: None,
    }
}
