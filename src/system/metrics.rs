//! `system.metrics`: what every measure of every metric view means.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef},
    },
    common::Result,
};
use serde::Serialize;

use super::rows::batch;
use crate::query::{
    catalog::Query,
    definitions::Definitions,
    metric_view::{Measure, Metrics as Definition},
    system_table::SystemTable,
    view::{Body, View},
};

/// One row for each measure, those of reports whose tables are missing included: everything is
/// read from the definition.
#[derive(Debug)]
pub(super) struct Metrics;

#[derive(Serialize)]
struct Row<'a> {
    report: &'a str,
    view_name: &'a str,
    name: &'a str,
    formula: String,
    timestamp_attribute: String,
    unit: Option<String>,
    additivity: &'static str,
    description: Option<&'a str>,
    source_page: Option<&'a str>,
}

#[async_trait]
impl SystemTable for Metrics {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn schema(&self) -> SchemaRef {
        let column = |(name, nullable): (&str, bool)| Field::new(name, DataType::Utf8, nullable);
        let columns = [
            ("report", false),
            ("view_name", false),
            ("name", false),
            ("formula", false),
            ("timestamp_attribute", false),
            ("unit", true),
            ("additivity", false),
            ("description", true),
            ("source_page", true),
        ];
        Arc::new(Schema::new(columns.map(column).to_vec()))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let definitions = query.definitions();
        let views = definitions.schemas().flat_map(|it| definitions.views(it));
        let views = views.filter(|view| query.shows(&view.full_name()));
        let mut rows = Vec::new();
        for view in views {
            if let Body::Metrics(metrics) = &view.body {
                let measures = metrics.measures.iter();
                rows.extend(measures.map(|measure| row(definitions, view, metrics, measure)));
            }
        }
        batch(self.schema(), &rows)
    }
}

fn row<'a>(
    definitions: &'a Definitions,
    view: &'a View,
    metrics: &Definition,
    measure: &'a Measure,
) -> Row<'a> {
    Row {
        report: &view.schema,
        view_name: &view.name,
        name: &measure.name,
        formula: measure.formula.to_string(),
        timestamp_attribute: metrics.times(measure).join(", "),
        unit: metrics.unit(measure),
        additivity: match metrics.is_additive(measure) {
            true => "additive",
            false => "non_additive",
        },
        description: measure.comment.as_deref(),
        source_page: definitions.source_page(view),
    }
}
