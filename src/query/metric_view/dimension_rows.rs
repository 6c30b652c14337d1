//! Queries without a measure: the values that dimensions have.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::{
        Result, ScalarValue,
        metadata::FieldMetadata,
        tree_node::{Transformed, TreeNode},
    },
    logical_expr::{Aggregate, Distinct, Expr, LogicalPlan, LogicalPlanBuilder, TableScan, lit},
};

use super::{
    bound::MetricView,
    chain::{Chain, scanned},
    misuse,
};

/// Aggregates that are the same over distinct rows.
const OF_DISTINCT_ROWS: [&str; 4] = ["min", "max", "any_value", "grouping"];

/// Lets `SELECT DISTINCT` and `GROUP BY` of dimensions read their values in every fact that has
/// all of them; `None` for any other plan.
///
/// # Errors
/// A plan error when no fact has all the dimensions, or something counts rows.
pub(super) fn rewrite(plan: &LogicalPlan) -> Result<Option<LogicalPlan>> {
    let (input, exprs) = match plan {
        LogicalPlan::Distinct(Distinct::All(input)) => (input, Vec::new()),
        LogicalPlan::Aggregate(Aggregate {
            input,
            group_expr,
            aggr_expr,
            ..
        }) => (input, group_expr.iter().chain(aggr_expr).collect()),
        _ => return Ok(None),
    };
    let Some(chain) = Chain::below(input)? else {
        return Ok(None);
    };
    let view = &chain.view;
    misuse::refuse_measures_in_where(view, &chain.filters)?;
    let mut asked = match plan {
        LogicalPlan::Distinct(_) => chain.columns().to_vec(),
        _ => Vec::new(),
    };
    for expr in exprs {
        let expr = chain.in_view(expr, input.schema())?;
        if let Expr::AggregateFunction(aggregate) = expr.clone().unalias_nested().data
            && !aggregate.params.distinct
            && !OF_DISTINCT_ROWS.contains(&aggregate.func.name())
        {
            return misuse::no_rows(view, &aggregate.func, &aggregate.params.args);
        }
        asked.push(expr);
    }
    for expr in &asked {
        misuse::refuse_measure(view, expr, misuse::bare)?;
    }
    let columns = asked
        .iter()
        .chain(&chain.filters)
        .flat_map(Expr::column_refs);
    let used: BTreeSet<&str> = columns.map(|column| column.name.as_str()).collect();
    let replaced = plan.clone().transform_down(|node| match &node {
        LogicalPlan::TableScan(scan) => match scanned(scan) {
            Some(view) => Ok(Transformed::yes(values(&view, &used, scan)?)),
            None => Ok(Transformed::no(node)),
        },
        _ => Ok(Transformed::no(node)),
    })?;
    Ok(Some(replaced.data))
}

/// The distinct values of the dimensions used, under the columns of the scan.
fn values(view: &Arc<MetricView>, used: &BTreeSet<&str>, scan: &TableScan) -> Result<LogicalPlan> {
    let has_all = |fact: &usize| {
        let mut used = used.iter().filter_map(|name| view.dimension(name));
        used.all(|dimension| dimension.by_fact[*fact].is_some())
    };
    let mut union: Option<LogicalPlanBuilder> = None;
    for fact in (0..view.facts.len()).filter(has_all) {
        let columns = scan.projected_schema.iter().map(|(qualifier, field)| {
            let dimension = view
                .dimension(field.name())
                .filter(|it| used.contains(it.name.as_str()));
            let own = dimension.and_then(|dimension| dimension.by_fact[fact].clone());
            let value = match own {
                Some(own) => own,
                None => lit(ScalarValue::try_from(field.data_type())?),
            };
            let metadata = FieldMetadata::from(field.metadata());
            Ok(value.alias_qualified_with_metadata(
                qualifier.cloned(),
                field.name(),
                Some(metadata),
            ))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let rows = LogicalPlanBuilder::from(view.facts[fact].rows.clone()).project(columns)?;
        union = Some(match union {
            Some(union) => union.union(rows.build()?)?,
            None => rows,
        });
    }
    match union {
        Some(union) => union.distinct()?.alias(scan.table_name.clone())?.build(),
        None => misuse::no_common_fact(view, used),
    }
}
