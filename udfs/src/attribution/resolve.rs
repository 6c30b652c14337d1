//! From arguments and planned inputs to the node: names to columns, and columns to common types.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DFSchemaRef, Result};
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;
use datafusion::optimizer::analyzer::type_coercion::TypeCoercion;

use super::arguments::{Arguments, missing, wrong};
use super::column_types::{common_key_type, is_comparable, is_divisible, to_key};
use super::direct::plan_direct;
use super::input_columns::{Found, InputColumns, split_key};
use super::inputs::Input;
use super::instants::Instants;
use super::logical::AttributeNode;
use super::models::{AttributionModel, MODELS};
use super::spec::{AttributeSpec, ConversionColumns, TouchpointColumns};
use crate::span::Span;

/// The columns of both inputs, by which the arguments name them.
pub(crate) struct Columns<'a> {
    pub(crate) conversions: InputColumns<'a>,
    pub(crate) touchpoints: InputColumns<'a>,
}

/// Plans the node.
pub(crate) fn resolve(
    args: &Arguments,
    conversions: LogicalPlan,
    touchpoints: LogicalPlan,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<AttributeNode> {
    let conversion_schema = coerced_schema(&conversions);
    let touchpoint_schema = coerced_schema(&touchpoints);
    let columns = Columns {
        conversions: InputColumns {
            input: "conversions",
            schema: &conversion_schema,
        },
        touchpoints: InputColumns {
            input: "touchpoints",
            schema: &touchpoint_schema,
        },
    };
    let key = Key::find(args, &columns, ctx)?;
    // The id of a conversion is checked and not read: each row of conversions is one.
    find("conversion_id", &columns.conversions, args, ctx)?;
    let value = find("value", &columns.conversions, args, ctx)?;
    if !is_divisible(&value.data_type) {
        let expected = "name a column of integers, DECIMAL of up to 38 digits, or floats";
        return Err(wrong("value", expected, value.typed()));
    }
    let id = find("touchpoint_id", &columns.touchpoints, args, ctx)?;
    if !is_comparable(&id.data_type) {
        let expected = "name a column that can be sorted";
        return Err(wrong("touchpoint_id", expected, id.typed()));
    }
    let instants = Instants::find(args, &columns, ctx)?;
    let models = models(args, ctx)?;
    let direct = plan_direct(args, &models, touchpoints.schema(), ctx)?;

    let mut conversions = Input::conversions(conversions)?;
    let mut touchpoints = Input::touchpoints(touchpoints, &conversions)?;
    let spec = AttributeSpec {
        conversions: ConversionColumns {
            key: key.column(&mut conversions, &key.conversions),
            time: instants.column(&mut conversions, "time", &instants.conversion_time),
            value: conversions.name_of(value.idx),
        },
        touchpoints: TouchpointColumns {
            key: key.column(&mut touchpoints, &key.touchpoints),
            time: instants.column(&mut touchpoints, "time", &instants.touchpoint_time),
            id: touchpoints.name_of(id.idx),
            end: instants
                .touchpoint_end
                .as_ref()
                .map(|end| instants.column(&mut touchpoints, "end", end)),
            direct: direct.map(|direct| touchpoints.add("direct", direct)),
        },
        value_type: value.data_type,
        models,
        lookback: required_span("lookback", args, ctx)?,
        half_life: args.span("half_life", ctx)?.unwrap_or(Span::days(7)),
        unattributed: args.flag("unattributed", ctx)?.unwrap_or(true),
        time_unit: instants.unit,
        key: key.text,
    };
    AttributeNode::try_new(
        conversions.into_plan()?,
        touchpoints.into_plan()?,
        Arc::new(spec),
    )
}

/// Finds the column that an argument names.
pub(crate) fn find(
    argument: &'static str,
    columns: &InputColumns<'_>,
    args: &Arguments,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<Found> {
    let expected = "be a column name in quotes, such as 'order_id'";
    columns.find(argument, &args.text(argument, expected, ctx)?)
}

/// The two key columns and the type in which they are compared.
struct Key {
    text: String,
    conversions: Found,
    touchpoints: Found,
    common: DataType,
}

impl Key {
    fn find(
        args: &Arguments,
        columns: &Columns<'_>,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<Self> {
        let expected = "be a column name in quotes, such as 'customer_id' or 'customer_id = \
                        client_id'";
        let text = args.text("key", expected, ctx)?;
        let (left, right) = split_key(&text, columns.conversions.schema);
        let conversions = columns.conversions.find("key", left)?;
        let touchpoints = columns.touchpoints.find("key", right)?;
        match common_key_type(&conversions.data_type, &touchpoints.data_type) {
            Some(common) => Ok(Self {
                text,
                conversions,
                touchpoints,
                common,
            }),
            None => {
                let expected = "name columns of one kind, such as text and text";
                let got = format!("{} and {}", conversions.typed(), touchpoints.typed());
                Err(wrong("key", expected, got))
            }
        }
    }

    /// Name of the key in this input, after a cast where one is needed.
    fn column(&self, input: &mut Input, found: &Found) -> String {
        let expr = Expr::Column(found.column.clone());
        match to_key(expr, &found.data_type, &self.common) {
            Some(expr) => input.add("key", expr),
            None => input.name_of(found.idx),
        }
    }
}

fn models(
    args: &Arguments,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<Vec<&'static AttributionModel>> {
    let known = MODELS
        .iter()
        .map(|model| model.name)
        .collect::<Vec<_>>()
        .join(", ");
    let expected = format!("name one or more of {known}");
    let text = args.text("model", &expected, ctx)?;
    let mut models = vec![];
    for name in text.split(',') {
        let name = name.trim().to_lowercase();
        let Some(model) = AttributionModel::named(&name) else {
            return Err(wrong("model", &expected, format!("'{name}'")));
        };
        if models.contains(&model) {
            return Err(wrong(
                "model",
                "name each model once",
                format!("{name} twice"),
            ));
        }
        models.push(model);
    }
    Ok(models)
}

/// The schema that `plan` will have after DataFusion's analyzer, which comes later and may change
/// types: the sides of a UNION, for one, get a common type only there.
fn coerced_schema(plan: &LogicalPlan) -> DFSchemaRef {
    // A plan that cannot be coerced fails in the analyzer with the same error and better context.
    match TypeCoercion::new().analyze(plan.clone(), &ConfigOptions::default()) {
        Ok(coerced) => Arc::clone(coerced.schema()),
        Err(_) => Arc::clone(plan.schema()),
    }
}

fn required_span(
    argument: &'static str,
    args: &Arguments,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<Span> {
    let span = args.span(argument, ctx)?;
    span.ok_or_else(|| missing(argument, "INTERVAL '14 days'"))
}
