//! What a metric view offers, as rows.

use datafusion::{
    common::{Result, ScalarValue, plan_datafusion_err},
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident, lit},
};

use super::bound::MetricView;

/// `DESCRIBE view`: a row for each dimension and measure.
pub fn describe(view: &MetricView) -> Result<LogicalPlan> {
    let facts = |indexes: &mut dyn Iterator<Item = usize>| {
        indexes
            .map(|idx| view.facts[idx].alias.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let dimensions = view.dimensions.iter().map(|it| {
        let mut having = (0..view.facts.len()).filter(|fact| it.by_fact[*fact].is_some());
        let facts = facts(&mut having);
        [
            lit(&it.name),
            lit("dimension"),
            lit(it.data_type.to_string()),
            lit(facts),
            text(None),
            text(None),
            text(None),
            description(view, &it.name),
        ]
    });
    let measures = view.measures.iter().map(|it| {
        [
            lit(&it.name),
            lit("measure"),
            lit(it.data_type.to_string()),
            lit(facts(&mut it.facts.iter().copied())),
            lit(&it.text),
            lit(it.additivity()),
            text(it.format.as_deref()),
            text(it.comment.as_deref()),
        ]
    });
    let names = [
        "column_name",
        "role",
        "data_type",
        "facts",
        "formula",
        "additivity",
        "format",
        "description",
    ];
    rows(dimensions.chain(measures).map(Vec::from).collect(), &names)
}

/// `SHOW DIMENSIONS FOR MEASURE view.measure`: those that it can be grouped and filtered by.
///
/// # Errors
/// A plan error that lists the measures, for one that the view does not have.
pub fn dimensions_of(view: &MetricView, measure: &str) -> Result<LogicalPlan> {
    let found = view.measure(measure).ok_or_else(|| {
        let measures = view.measures.iter().map(|it| it.name.as_str());
        let measures = measures.collect::<Vec<_>>().join(", ");
        plan_datafusion_err!(
            "metric view {}: expected one of its measures {measures}, got {measure}",
            view.name
        )
    })?;
    let dimensions = view.dimensions_of(&found.facts).map(|it| {
        vec![
            lit(&it.name),
            lit(it.data_type.to_string()),
            description(view, &it.name),
        ]
    });
    rows(
        dimensions.collect(),
        &["dimension", "data_type", "description"],
    )
}

fn description(view: &MetricView, column: &str) -> Expr {
    let field = view.schema.field_with_name(column).ok();
    text(
        field
            .and_then(|it| it.metadata().get("tributary.description"))
            .map(String::as_str),
    )
}

fn text(value: Option<&str>) -> Expr {
    lit(ScalarValue::Utf8(value.map(str::to_owned)))
}

fn rows(values: Vec<Vec<Expr>>, names: &[&str]) -> Result<LogicalPlan> {
    let columns = names.iter().enumerate();
    let columns = columns.map(|(idx, name)| ident(format!("column{}", idx + 1)).alias(*name));
    let columns: Vec<Expr> = columns.collect();
    let rows = match values.is_empty() {
        true => {
            let none = vec![text(None); names.len()];
            LogicalPlanBuilder::values(vec![none])?.filter(lit(false))?
        }
        false => LogicalPlanBuilder::values(values)?,
    };
    rows.project(columns)?.build()
}
