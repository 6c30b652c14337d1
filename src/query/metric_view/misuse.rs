//! What a metric view cannot answer, said in terms of what it can.

use std::collections::BTreeSet;

use datafusion::{
    common::{
        DataFusionError, Result, plan_datafusion_err, plan_err,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{
        AggregateUDF, Expr, LogicalPlan, WindowFunctionDefinition, expr::AggregateFunction,
    },
};

use super::{
    aggregate::Request,
    bound::{BoundMeasure, MetricView},
    chain::{Chain, metric_view_below},
    measure_udaf::MEASURE,
};

/// Refuses a plan in which the scan of a metric view, or a measure, was not replaced.
pub(super) fn refuse_leftovers(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| match expr {
                Expr::AggregateFunction(it) if it.func.name() == MEASURE => not_grouped(node, it),
                Expr::WindowFunction(it) => match &it.fun {
                    WindowFunctionDefinition::AggregateUDF(func) if func.name() == MEASURE => {
                        plan_err!(
                            "measure: a window needs groups: GROUP BY first, then \
                         SUM(MEASURE(…)) OVER (…), got {expr}"
                        )
                    }
                    _ => Ok(TreeNodeRecursion::Continue),
                },
                _ => Ok(TreeNodeRecursion::Continue),
            })
        })
    })?;
    plan.apply_with_subqueries(|node| {
        if let Some(chain) = Chain::below(node)? {
            return bare_columns(&chain);
        }
        if let LogicalPlan::Join(_) = node {
            for input in node.inputs() {
                if let Some(chain) = Chain::below(input)? {
                    return joined(&chain.view);
                }
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

/// The message for a measure outside MEASURE().
pub(super) fn bare(name: &str) -> String {
    format!("{name} is a measure: write MEASURE({name}), and GROUP BY the dimensions beside it")
}

/// Refuses an expression over the view's columns that names a measure.
pub(super) fn refuse_measure(
    view: &MetricView,
    expr: &Expr,
    message: impl Fn(&str) -> String,
) -> Result<()> {
    let mut columns: Vec<_> = expr.column_refs().into_iter().collect();
    columns.sort();
    match columns
        .into_iter()
        .find_map(|column| view.measure(&column.name))
    {
        Some(measure) => plan_err!("metric view {}: {}", view.name, message(&measure.name)),
        None => Ok(()),
    }
}

pub(super) fn refuse_measures_in_where(view: &MetricView, filters: &[Expr]) -> Result<()> {
    filters.iter().try_for_each(|filter| {
        refuse_measure(view, filter, |name| {
            format!(
                "WHERE comes before grouping and cannot see the measure {name}: \
                 write HAVING MEASURE({name}) …"
            )
        })
    })
}

/// A union of facts cannot be evaluated once for each row outside, nor a condition where there are
/// no rows beside it.
pub(super) fn refuse_correlation(request: &Request) -> Result<()> {
    let exprs = request.filters.iter().chain(&request.keys);
    for expr in exprs {
        if expr.contains_outer() {
            return plan_err!(
                "metric view {}: a correlated subquery can ask for measures of one fact only, \
                 and for none that has a condition: aggregate it in a CTE and join that",
                request.view.name
            );
        }
    }
    Ok(())
}

pub(super) fn no_dimension<T>(view: &MetricView, fact: usize, dimension: &str) -> Result<T> {
    let fact = BTreeSet::from([fact]);
    let has = list(view.dimensions_of(&fact).map(|it| it.name.as_str()));
    let measures = view
        .measures
        .iter()
        .filter(|it| !it.facts.is_disjoint(&fact));
    plan_err!(
        "metric view {}: {dimension} is not a dimension of {}, which have {has}",
        view.name,
        list(measures.map(|it| it.name.as_str()))
    )
}

pub(super) fn no_common_fact<T>(view: &MetricView, used: &BTreeSet<&str>) -> Result<T> {
    plan_err!(
        "metric view {}: no fact has all of {}: ask for fewer dimensions at a time",
        view.name,
        list(used.iter().copied())
    )
}

pub(super) fn wrong_wrapper<T>(
    view: &MetricView,
    measure: &BoundMeasure,
    function: &str,
    is_distinct: bool,
) -> Result<T> {
    let BoundMeasure { name, text, .. } = measure;
    let distinct = if is_distinct { "DISTINCT " } else { "" };
    plan_err!(
        "metric view {}: {}({distinct}{name}) is not defined, for {name} is {text}: \
         write MEASURE({name})",
        view.name,
        function.to_uppercase()
    )
}

pub(super) fn measure_in_expression<T>(view: &MetricView, measure: &BoundMeasure) -> Result<T> {
    let name = &measure.name;
    plan_err!(
        "metric view {}: expected {name} alone in MEASURE({name}): \
         calculate with its result, as in MEASURE({name}) * 2",
        view.name
    )
}

pub(super) fn no_rows<T>(view: &MetricView, func: &AggregateUDF, args: &[Expr]) -> Result<T> {
    if let (MEASURE, [Expr::Column(column)]) = (func.name(), args) {
        let name = &column.name;
        return plan_err!(
            "metric view {}: {name} is a dimension: select it and GROUP BY it",
            view.name
        );
    }
    plan_err!(
        "metric view {}: {}(…) aggregates rows, and a metric view has none of its own: \
         ask for MEASURE(…) of {}",
        view.name,
        func.name().to_uppercase(),
        list(view.measures.iter().map(|it| it.name.as_str()))
    )
}

pub(super) fn constant_measure(view: &MetricView) -> DataFusionError {
    plan_datafusion_err!("metric view {}: expected a measure over a fact", view.name)
}

fn not_grouped(node: &LogicalPlan, measure: &AggregateFunction) -> Result<TreeNodeRecursion> {
    let asked = measure.params.args.iter().map(Expr::to_string);
    let asked = asked.collect::<Vec<_>>().join(", ");
    // The node itself is the aggregate.
    let mut between = node;
    while let [input] = between.inputs()[..] {
        between = input;
        if !matches!(
            between,
            LogicalPlan::Filter(_) | LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_)
        ) {
            break;
        }
    }
    let Some(view) = metric_view_below(between)? else {
        return plan_err!("measure: expected a measure of a metric view, got {asked}");
    };
    if let LogicalPlan::Join(_) = between {
        return joined(&view);
    }
    let display = between.display().to_string();
    let kind = display.split([':', ' ']).next().unwrap_or_default();
    plan_err!(
        "measure: the rows that {asked} is asked of have a grain already, after {}: \
         read the metric view itself",
        kind.to_uppercase()
    )
}

fn joined<T>(view: &MetricView) -> Result<T> {
    let name = &view.name;
    plan_err!(
        "metric view {name}: it cannot be joined: aggregate it first, WITH totals AS \
         (SELECT …, MEASURE(…) FROM {name} GROUP BY …), and join totals"
    )
}

fn bare_columns(chain: &Chain) -> Result<TreeNodeRecursion> {
    let view = &chain.view;
    if chain.columns().len() == view.schema.fields().len() {
        return plan_err!(
            "metric view {}: SELECT * has no grain: name dimensions ({}) to GROUP BY, and \
             MEASURE(…) of {}",
            view.name,
            list(view.dimensions.iter().map(|it| it.name.as_str())),
            list(view.measures.iter().map(|it| it.name.as_str()))
        );
    }
    for column in chain.columns() {
        refuse_measure(view, column, bare)?;
    }
    let columns = chain
        .columns()
        .iter()
        .map(Expr::to_string)
        .collect::<Vec<_>>();
    plan_err!(
        "metric view {}: it has no rows of its own: write SELECT DISTINCT {}, or GROUP BY",
        view.name,
        columns.join(", ")
    )
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
