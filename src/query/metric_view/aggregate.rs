//! From an aggregate over a metric view to one aggregate per fact, merged.
//!
//! ```text
//! Projection      the measures' formulas, under the names that the query's own aggregate had
//!   Projection    whether each condition of them holds, see `condition`
//!     Aggregate   by the keys: each part comes from one leg only, see `merge`
//!       Union
//!         leg     of each fact that a measure needs, see `leg`
//! ```
//! With one fact there is nothing to merge, and its leg is all.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    arrow::datatypes::DataType,
    common::{
        Column, Result, ScalarValue, plan_err,
        tree_node::{Transformed, TreeNode},
    },
    functions::core::expr_fn::coalesce,
    logical_expr::{
        Aggregate, AggregateUDF, Expr, GroupingSet, LogicalPlan, col, expr::AggregateFunction, lit,
        utils::grouping_set_to_exprlist,
    },
};

use super::{
    bound::{BoundMeasure, Component, MetricView},
    chain::Chain,
    condition,
    leg::leg,
    measure_udaf::MEASURE,
    misuse,
};

/// What tools wrap around a column whose aggregate they do not know.
const SYNONYMS: [&str; 4] = [MEASURE, "min", "max", "any_value"];

/// What a query wants of a metric view, over the view's own columns.
pub(super) struct Request {
    pub(super) view: Arc<MetricView>,
    pub(super) filters: Vec<Expr>,
    pub(super) keys: Vec<Expr>,
    /// The keys as the query groups by them: in a row, or in grouping sets.
    pub(super) group_by: Vec<Expr>,
    pub(super) parts: Vec<Part>,
}

/// An aggregate that a leg computes, or each of them.
#[derive(PartialEq)]
pub(super) struct Part {
    pub(super) aggregate: PartAggregate,
    pub(super) filter: Option<Expr>,
}

#[derive(PartialEq)]
pub(super) enum PartAggregate {
    Component(usize),
    /// The least or greatest value of a dimension.
    Extreme(Arc<AggregateUDF>, Expr),
}

/// Rewrites an aggregate that names measures; `None` for any other.
///
/// # Errors
/// A plan error for whatever a measure cannot mean there.
pub(super) fn rewrite(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let Some(chain) = Chain::below(&aggregate.input)? else {
        return Ok(None);
    };
    let schema = aggregate.input.schema();
    let exprs = aggregate.group_expr.iter().chain(&aggregate.aggr_expr);
    let exprs = exprs.map(|expr| chain.in_view(expr, schema));
    let exprs = exprs.collect::<Result<Vec<_>>>()?;
    let (group_by, aggregates) = exprs.split_at(aggregate.group_expr.len());
    let view = Arc::clone(&chain.view);
    if !aggregates.iter().any(|expr| names_measure(&view, expr)) {
        return Ok(None);
    }
    misuse::refuse_measures_in_where(&view, &chain.filters)?;
    for key in group_by {
        misuse::refuse_measure(&view, key, |name| {
            format!("GROUP BY takes dimensions, got the measure {name}")
        })?;
    }
    let keys: Vec<Expr> = grouping_set_to_exprlist(group_by)?
        .into_iter()
        .cloned()
        .collect();
    let mut request = Request {
        filters: chain.filters,
        group_by: group_by.iter().map(|expr| keyed(expr, &keys)).collect(),
        keys,
        parts: Vec::new(),
        view,
    };
    let mut facts = BTreeSet::new();
    let outputs = aggregates
        .iter()
        .map(|expr| request.output(expr, &mut facts));
    let outputs = outputs.collect::<Result<Vec<_>>>()?;
    let legs = facts
        .iter()
        .map(|fact| leg(&request, *fact))
        .collect::<Result<Vec<_>>>()?;
    if legs.len() > 1 || condition::named(&request.view, &outputs).next().is_some() {
        misuse::refuse_correlation(&request)?;
    }
    let merged = request.merge(legs)?;
    request
        .project(merged, outputs, &aggregate.schema)
        .map(Some)
}

impl Request {
    pub(super) fn has_grouping_sets(&self) -> bool {
        matches!(self.group_by.as_slice(), [Expr::GroupingSet(_)])
    }

    /// Whether the key is not part of the row's grouping set, as 0 or 1: one column for each key.
    pub(super) fn groupings(&self) -> impl Iterator<Item = String> {
        let count = if self.has_grouping_sets() {
            self.keys.len()
        } else {
            0
        };
        (0..count).map(|idx| format!("__grouping_{idx}"))
    }

    /// What one of the query's aggregates is, over the columns of the merged legs.
    fn output(&mut self, expr: &Expr, facts: &mut BTreeSet<usize>) -> Result<Expr> {
        let Expr::AggregateFunction(AggregateFunction { func, params }) =
            expr.clone().unalias_nested().data
        else {
            return plan_err!(
                "metric view {}: expected an aggregate, got {expr}",
                self.view.name
            );
        };
        let view = Arc::clone(&self.view);
        if func.name() == "grouping" {
            return self.grouping(&params.args);
        }
        let filter = params.filter.as_deref();
        if let Some(filter) = filter {
            misuse::refuse_measure(&view, filter, |name| {
                format!("FILTER takes dimensions, got the measure {name}")
            })?;
        }
        let measure = match params.args.as_slice() {
            [Expr::Column(column)] => view.measure(&column.name),
            _ => None,
        };
        match measure {
            Some(measure) => {
                let is_plain = !params.distinct && params.order_by.is_empty();
                let own = measure.own_aggregate.as_deref();
                let is_own = own == Some(func.name()) && ["sum", "count"].contains(&func.name());
                if !is_plain || !(is_own || SYNONYMS.contains(&func.name())) {
                    return misuse::wrong_wrapper(&view, measure, func.name(), params.distinct);
                }
                facts.extend(&measure.facts);
                self.measure(measure, filter)
            }
            None => {
                if let Some(name) = measures_named(&view, expr).next() {
                    return misuse::measure_in_expression(&view, name);
                }
                match (func.name(), params.args.as_slice()) {
                    ("min" | "max", [dimension]) => {
                        let extreme = PartAggregate::Extreme(Arc::clone(&func), dimension.clone());
                        Ok(col(self.part(extreme, filter.cloned())))
                    }
                    _ => misuse::no_rows(&view, &func, &params.args),
                }
            }
        }
    }

    fn measure(&mut self, measure: &BoundMeasure, filter: Option<&Expr>) -> Result<Expr> {
        let view = Arc::clone(&self.view);
        let formula = measure.formula.clone().transform_up(|expr| match &expr {
            Expr::Column(column) if let Some(idx) = Component::index(column) => {
                let part = col(self.part(PartAggregate::Component(idx), filter.cloned()));
                let component = &view.components[idx];
                Ok(Transformed::yes(match component.is_zero_without_rows {
                    true => {
                        let zero = ScalarValue::new_zero(&component.data_type)?;
                        coalesce(vec![part, lit(zero)])
                    }
                    false => part,
                }))
            }
            _ => Ok(Transformed::no(expr)),
        })?;
        Ok(formula.data)
    }

    fn part(&mut self, aggregate: PartAggregate, filter: Option<Expr>) -> String {
        let part = Part { aggregate, filter };
        let idx = self.parts.iter().position(|known| *known == part);
        part_name(idx.unwrap_or_else(|| {
            self.parts.push(part);
            self.parts.len() - 1
        }))
    }

    /// `grouping(a, b)`: the bits of the keys, the last argument lowest.
    fn grouping(&self, args: &[Expr]) -> Result<Expr> {
        let zero = lit(0_i32);
        if !self.has_grouping_sets() {
            return Ok(zero);
        }
        args.iter().try_fold(zero, |bits, arg| {
            let Some(idx) = self.keys.iter().position(|key| key == arg) else {
                return plan_err!("grouping: expected an expression of GROUP BY, got {arg}");
            };
            Ok(bits * lit(2_i32) + col(format!("__grouping_{idx}")))
        })
    }
}

impl Part {
    pub(super) fn data_type(&self, view: &MetricView) -> Option<DataType> {
        match &self.aggregate {
            PartAggregate::Component(idx) => Some(view.components[*idx].data_type.clone()),
            PartAggregate::Extreme(..) => None,
        }
    }
}

pub(super) fn key_name(idx: usize) -> String {
    format!("__key_{idx}")
}

pub(super) fn part_name(idx: usize) -> String {
    format!("__part_{idx}")
}

fn keyed(expr: &Expr, keys: &[Expr]) -> Expr {
    let column = |expr: &Expr| {
        let idx = keys.iter().position(|key| key == expr).unwrap_or_default();
        Expr::Column(Column::from_name(key_name(idx)))
    };
    let columns = |exprs: &Vec<Expr>| exprs.iter().map(column).collect::<Vec<_>>();
    match expr {
        Expr::GroupingSet(GroupingSet::Rollup(exprs)) => {
            Expr::GroupingSet(GroupingSet::Rollup(columns(exprs)))
        }
        Expr::GroupingSet(GroupingSet::Cube(exprs)) => {
            Expr::GroupingSet(GroupingSet::Cube(columns(exprs)))
        }
        Expr::GroupingSet(GroupingSet::GroupingSets(sets)) => Expr::GroupingSet(
            GroupingSet::GroupingSets(sets.iter().map(columns).collect()),
        ),
        other => column(other),
    }
}

fn measures_named<'a>(view: &'a MetricView, expr: &Expr) -> impl Iterator<Item = &'a BoundMeasure> {
    let columns = expr.column_refs();
    let names: BTreeSet<String> = columns.into_iter().map(|it| it.name.clone()).collect();
    view.measures
        .iter()
        .filter(move |it| names.contains(&it.name))
}

fn names_measure(view: &MetricView, expr: &Expr) -> bool {
    measures_named(view, expr).next().is_some()
}
