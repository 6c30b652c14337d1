//! `system.reports`: which views there are, what each answers, and whether it can.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Fields, Schema, SchemaRef},
    },
    common::Result,
    sql::sqlparser::ast::{Expr, Value},
};
use serde::Serialize;

use super::rows::batch;
use crate::query::{
    catalog::Query,
    definitions::Definitions,
    system_table::SystemTable,
    view::{Body, Parameter, View},
};

/// One row for each view, building blocks and ledgers included.
#[derive(Debug)]
pub(super) struct Reports;

#[derive(Serialize)]
struct Row<'a> {
    schema: &'a str,
    view_name: &'a str,
    kind: &'static str,
    status: &'static str,
    missing_tables: Vec<String>,
    parameters: Vec<ParameterRow<'a>>,
    question: Option<&'a str>,
    grain: Option<&'a str>,
    source_page: Option<&'a str>,
}

/// A parameter of a view, with values as `SET` takes them.
#[derive(Serialize)]
struct ParameterRow<'a> {
    name: &'a str,
    r#type: String,
    default: Option<String>,
    value: Option<String>,
    choices: Option<&'a [String]>,
}

#[async_trait]
impl SystemTable for Reports {
    fn name(&self) -> &'static str {
        "reports"
    }

    fn schema(&self) -> SchemaRef {
        let texts = || DataType::new_list(DataType::Utf8, true);
        let parameter = Fields::from(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("type", DataType::Utf8, true),
            Field::new("default", DataType::Utf8, true),
            Field::new("value", DataType::Utf8, true),
            Field::new("choices", texts(), true),
        ]);
        let parameters = DataType::new_list(DataType::Struct(parameter), true);
        Arc::new(Schema::new(vec![
            Field::new("schema", DataType::Utf8, false),
            Field::new("view_name", DataType::Utf8, false),
            Field::new("kind", DataType::Utf8, false),
            Field::new("status", DataType::Utf8, false),
            Field::new("missing_tables", texts(), false),
            Field::new("parameters", parameters, false),
            Field::new("question", DataType::Utf8, true),
            Field::new("grain", DataType::Utf8, true),
            Field::new("source_page", DataType::Utf8, true),
        ]))
    }

    async fn rows(&self, query: &Query) -> Result<RecordBatch> {
        let definitions = query.definitions();
        let set = &query.settings()?.parameters;
        let views = definitions.schemas().flat_map(|it| definitions.views(it));
        let views = views.filter(|view| query.shows(&view.full_name()));
        let rows = views.map(|view| {
            let missing = query.missing_tables(&view.full_name())?;
            let missing = missing.iter().map(ToString::to_string).collect();
            Ok(row(definitions, view, missing, set))
        });
        batch(self.schema(), &rows.collect::<Result<Vec<_>>>()?)
    }
}

fn row<'a>(
    definitions: &'a Definitions,
    view: &'a View,
    missing_tables: Vec<String>,
    set: &BTreeMap<String, String>,
) -> Row<'a> {
    let parameters = view.parameters.iter();
    Row {
        schema: &view.schema,
        view_name: &view.name,
        kind: match view.body {
            Body::Query(_) => "view",
            Body::Metrics(_) => "metric_view",
        },
        status: match missing_tables.is_empty() {
            true => "available",
            false => "missing_tables",
        },
        missing_tables,
        parameters: parameters
            .map(|it| parameter(&view.schema, it, set))
            .collect(),
        question: view.comment.question.as_deref(),
        grain: view.comment.grain.as_deref(),
        source_page: definitions.source_page(view),
    }
}

fn parameter<'a>(
    schema: &str,
    parameter: &'a Parameter,
    set: &BTreeMap<String, String>,
) -> ParameterRow<'a> {
    let default = text(&parameter.default);
    let value = match set.get(&format!("{schema}.{}", parameter.name)) {
        Some(value) if value.eq_ignore_ascii_case("null") => None,
        Some(value) => Some(value.clone()),
        None => default.clone(),
    };
    ParameterRow {
        name: &parameter.name,
        r#type: parameter.data_type.to_string(),
        default,
        value,
        choices: parameter.choices.as_deref(),
    }
}

/// A constant as `SET` takes it: the text in a literal, `None` for NULL.
fn text(constant: &Expr) -> Option<String> {
    match constant {
        Expr::Value(value) => match &value.value {
            Value::Null => None,
            Value::SingleQuotedString(text) => Some(text.clone()),
            value => Some(value.to_string()),
        },
        Expr::Interval(interval) => text(&interval.value),
        Expr::TypedString(typed) => text(&Expr::Value(typed.value.clone())),
        Expr::Cast { expr, .. } | Expr::Nested(expr) => text(expr),
        other => Some(other.to_string()),
    }
}
