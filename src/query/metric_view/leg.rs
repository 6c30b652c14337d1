//! The aggregate of one fact, with columns for the parts of the others.
//!
//! ```text
//! Projection      the keys, and every part: NULL if it is another fact's
//!   Aggregate     by the keys, in the query's own grouping sets
//!     Projection  the fact's columns and the keys
//!       Filter    the query's, over the fact's own columns: it reaches the scan
//!         rows of the fact
//! ```

use std::sync::Arc;

use datafusion::{
    common::{
        Result, ScalarValue,
        tree_node::{Transformed, TreeNode},
    },
    functions_aggregate::expr_fn::grouping,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder, cast, col, expr::AggregateFunction, lit,
    },
};

use super::{
    aggregate::{Part, PartAggregate, Request, key_name, part_name},
    bound::MetricView,
    misuse,
};

pub(super) fn leg(request: &Request, fact: usize) -> Result<LogicalPlan> {
    let view = &request.view;
    let mut rows = LogicalPlanBuilder::from(view.facts[fact].rows.clone());
    for filter in &request.filters {
        rows = rows.filter(in_fact(view, fact, filter)?)?;
    }
    let columns = rows.schema().columns().into_iter().map(Expr::Column);
    let keys = request.keys.iter().enumerate();
    let keys = keys.map(|(idx, key)| Ok(in_fact(view, fact, key)?.alias(key_name(idx))));
    let rows = rows.project(columns.map(Ok).chain(keys).collect::<Result<Vec<_>>>()?)?;

    let mut aggregates = Vec::new();
    for (idx, name) in request.groupings().enumerate() {
        aggregates.push(grouping(col(key_name(idx))).alias(name));
    }
    for (idx, part) in request.parts.iter().enumerate() {
        if let Some(aggregate) = part_of(view, fact, part)? {
            aggregates.push(aggregate.alias(part_name(idx)));
        }
    }
    let grouped = rows.aggregate(request.group_by.clone(), aggregates)?;

    let keys = (0..request.keys.len())
        .map(key_name)
        .chain(request.groupings())
        .map(col);
    let parts = request.parts.iter().enumerate().map(|(idx, part)| {
        let name = part_name(idx);
        let of_other = match part.aggregate {
            PartAggregate::Component(component) => view.components[component].fact != fact,
            PartAggregate::Extreme(..) => false,
        };
        match part.data_type(view) {
            Some(data_type) if of_other => Ok(lit(ScalarValue::try_from(&data_type)?).alias(name)),
            Some(data_type) => Ok(cast(col(&name), data_type).alias(name)),
            None => Ok(col(name)),
        }
    });
    let columns = keys.map(Ok).chain(parts).collect::<Result<Vec<_>>>()?;
    grouped.project(columns)?.build()
}

fn part_of(view: &MetricView, fact: usize, part: &Part) -> Result<Option<Expr>> {
    let mut aggregate = match &part.aggregate {
        PartAggregate::Component(idx) if view.components[*idx].fact != fact => return Ok(None),
        PartAggregate::Component(idx) => view.components[*idx].aggregate.clone(),
        PartAggregate::Extreme(func, dimension) => {
            let args = vec![in_fact(view, fact, dimension)?];
            AggregateFunction::new_udf(Arc::clone(func), args, false, None, Vec::new(), None)
        }
    };
    if let Some(filter) = &part.filter {
        let filter = in_fact(view, fact, filter)?;
        aggregate.params.filter = Some(Box::new(match aggregate.params.filter {
            Some(own) => own.and(filter),
            None => filter,
        }));
    }
    Ok(Some(Expr::AggregateFunction(aggregate)))
}

/// An expression over dimensions as one over the columns of a fact.
fn in_fact(view: &MetricView, fact: usize, expr: &Expr) -> Result<Expr> {
    let expr = expr.clone().transform_up(|expr| match &expr {
        Expr::Column(column) => match view.dimension(&column.name) {
            Some(dimension) => match &dimension.by_fact[fact] {
                Some(own) => Ok(Transformed::yes(own.clone())),
                None => misuse::no_dimension(view, fact, &dimension.name),
            },
            None => Ok(Transformed::no(expr)),
        },
        _ => Ok(Transformed::no(expr)),
    })?;
    Ok(expr.data)
}
