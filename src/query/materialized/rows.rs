//! The query that makes the rows to be stored.

use datafusion::{
    arrow::datatypes::{DataType, FieldRef},
    common::{Result, plan_err},
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident},
    sql::sqlparser::ast::Query,
};

use super::{
    super::{
        catalog::look_up_in_default_schema,
        metric_view::rewrite_measures,
        settings::Settings,
        view::{Body, View, statement},
    },
    Day,
};

/// The rows of a view, with the day of each.
pub struct Rows {
    pub plan: LogicalPlan,
    /// The columns of the view itself.
    pub columns: Vec<FieldRef>,
    /// The column of the day, if rows have one.
    pub day: Option<String>,
}

/// Plans the query of a materialized view, whatever is stored of it. Types are resolved.
///
/// # Arguments
/// `days`: which rows, given the column of their day; `None` for all.
///
/// # Errors
/// A plan error, or one that says what is wrong with the column of the day.
pub async fn rows(
    view: &View,
    state: &SessionState,
    days: Option<&(dyn Fn(Expr) -> Expr + Send + Sync)>,
) -> Result<Rows> {
    let name = view.full_name();
    let body = match view.with_parameters(Settings::of(state.config_options())?)? {
        Body::Query(body) => body,
        Body::Metrics(_) => return plan_err!("{name}: a metric view has no rows to store"),
    };
    let body = unordered(body);
    let mut state = state.clone();
    look_up_in_default_schema(&mut state);
    let within = |error: datafusion::common::DataFusionError| {
        error.context(format!("view {}.{}", view.schema, view.name))
    };
    let plan = state.statement_to_plan(statement(body)).await;
    let plan = rewrite_measures(plan.map_err(within)?).map_err(within)?;
    let plan = LogicalPlanBuilder::from(plan)
        .alias(view.name.as_str())?
        .build()?;
    let column_count = plan.schema().fields().len();
    let day = view.materialized.as_ref().and_then(|it| it.day.as_ref());
    let plan = match day {
        Some(day) => with_day(plan, day, view, days, &state)?,
        None => plan,
    };
    let analyzer = state.analyzer();
    let plan = analyzer.execute_and_check(plan, state.config_options(), |_, _| {})?;
    let fields = plan.schema().fields();
    let day = day.map(|it| it.column.clone());
    if let Some(day) = &day {
        let field = plan.schema().field_with_unqualified_name(day)?;
        if *field.data_type() != DataType::Date32 {
            return plan_err!(
                "{name}: PARTITIONED BY: expected a column of type DATE, got {day} of type {}",
                field.data_type()
            );
        }
    }
    let columns = fields.iter().take(column_count).cloned().collect();
    Ok(Rows { plan, columns, day })
}

/// Stored rows have no order. With a limit it says which rows there are.
fn unordered(mut query: Box<Query>) -> Box<Query> {
    if query.limit_clause.is_none() && query.fetch.is_none() {
        query.order_by = None;
    }
    query
}

fn with_day(
    plan: LogicalPlan,
    day: &Day,
    view: &View,
    days: Option<&(dyn Fn(Expr) -> Expr + Send + Sync)>,
    state: &SessionState,
) -> Result<LogicalPlan> {
    let name = view.full_name();
    let schema = plan.schema();
    let has_column = schema.has_column_with_unqualified_name(&day.column);
    let of_day = match &day.expr {
        None if has_column => ident(&day.column),
        None => {
            let columns: Vec<_> = schema
                .fields()
                .iter()
                .map(|it| it.name().as_str())
                .collect();
            return plan_err!(
                "{name}: PARTITIONED BY: expected one of its columns {}, got {}",
                columns.join(", "),
                day.column
            );
        }
        Some(_) if has_column => {
            return plan_err!(
                "{name}: PARTITIONED BY: it has a column {} itself: expected another name, or \
                 PARTITIONED BY ({})",
                day.column,
                day.column
            );
        }
        Some(expr) => {
            let planned = state.create_logical_expr(&expr.to_string(), schema);
            planned.map_err(|error| error.context(format!("{name}: PARTITIONED BY")))?
        }
    };
    let mut columns: Vec<Expr> = schema.columns().into_iter().map(Expr::Column).collect();
    if day.expr.is_some() {
        columns.push(of_day.clone().alias(&day.column));
    }
    let rows = LogicalPlanBuilder::from(plan);
    let rows = match days {
        Some(days) => rows.filter(days(of_day))?,
        None => rows,
    };
    rows.project(columns)?.build()
}
