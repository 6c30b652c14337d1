//! From names to expressions: a metric view's definition over the rows of its facts.

use std::collections::BTreeMap;

use datafusion::{
    arrow::datatypes::DataType,
    common::{DFSchema, Result, plan_err},
    execution::SessionState,
    logical_expr::{
        Expr, ExprSchemable, LogicalPlan, cast, type_coercion::binary::type_union_coercion,
    },
    sql::sqlparser::ast::{self, ExprWithAlias},
};

use super::{
    bound::{BoundDimension, BoundFact, BoundMeasure, Component, MetricView},
    columns::schema,
    definition::{Dimension, Metrics},
};

/// What a definition reads, planned.
#[derive(Debug, Default)]
pub struct Relations {
    /// The rows of each fact, in the order of the definition.
    pub facts: Vec<LogicalPlan>,
    /// The queries of [`Metrics::conditions`], in their order.
    pub conditions: Vec<LogicalPlan>,
}

/// Binds a definition to the rows of its facts.
///
/// # Errors
/// Plan errors that name the view and the dimension or measure: an unknown column, a formula that
/// is no aggregate of its fact, measures that need each other, types that do not go together.
pub fn bind(
    name: &str,
    metrics: &Metrics,
    relations: Relations,
    state: &SessionState,
) -> Result<MetricView> {
    let aliases = metrics.facts.iter().map(|fact| fact.alias.clone());
    let facts = aliases.zip(relations.facts);
    let facts: Vec<BoundFact> = facts
        .map(|(alias, rows)| BoundFact { alias, rows })
        .collect();
    for (fact, bound) in metrics.facts.iter().zip(&facts) {
        let time = expression(&fact.time, bound.rows.schema(), state);
        time.map_err(|error| error.context(format!("metric view {name}: {}", fact.alias)))?;
    }
    let mut binding = Binding {
        state,
        facts,
        components: Vec::new(),
        measures: BTreeMap::new(),
    };
    let dimensions = metrics.dimensions.iter().map(|dimension| {
        let bound = binding.dimension(dimension);
        bound.map_err(|error| error.context(format!("metric view {name}: {}", dimension.name)))
    });
    let dimensions = dimensions.collect::<Result<Vec<_>>>()?;
    for measure in &metrics.measures {
        let bound = binding.measure(measure, metrics, &mut Vec::new());
        bound.map_err(|error| error.context(format!("metric view {name}: {}", measure.name)))?;
    }
    let Binding {
        facts,
        components,
        mut measures,
        ..
    } = binding;
    let in_order = metrics.measures.iter();
    let measures: Vec<_> = in_order
        .filter_map(|it| measures.remove(&it.name))
        .collect();
    Ok(MetricView {
        name: name.to_owned(),
        schema: schema(metrics, &dimensions, &measures),
        conditions: relations.conditions,
        facts,
        dimensions,
        measures,
        components,
    })
}

/// What is bound so far.
pub(super) struct Binding<'a> {
    pub(super) state: &'a SessionState,
    pub(super) facts: Vec<BoundFact>,
    pub(super) components: Vec<Component>,
    pub(super) measures: BTreeMap<String, BoundMeasure>,
}

impl Binding<'_> {
    fn dimension(&self, dimension: &Dimension) -> Result<BoundDimension> {
        let mut data_type = DataType::Null;
        let mut by_fact = Vec::with_capacity(self.facts.len());
        for fact in &self.facts {
            let written = dimension.by_fact.iter().find(|(of, _)| *of == fact.alias);
            let Some((_, written)) = written else {
                by_fact.push(None);
                continue;
            };
            let expr = expression(written, fact.rows.schema(), self.state)?;
            let own = expr.get_type(fact.rows.schema())?;
            let Some(common) = type_union_coercion(&data_type, &own) else {
                return plan_err!(
                    "expected {data_type} as of the facts before, got {own} of {}",
                    fact.alias
                );
            };
            data_type = common;
            by_fact.push(Some(expr));
        }
        for (fact, expr) in self.facts.iter().zip(&mut by_fact) {
            if let Some(own) = expr.take() {
                let is_same = own.get_type(fact.rows.schema())? == data_type;
                *expr = Some(if is_same {
                    own
                } else {
                    cast(own, data_type.clone())
                });
            }
        }
        Ok(BoundDimension {
            name: dimension.name.clone(),
            data_type,
            by_fact,
        })
    }
}

pub(super) fn expression(
    expr: &ast::Expr,
    schema: &DFSchema,
    state: &SessionState,
) -> Result<Expr> {
    let expr = ExprWithAlias {
        expr: expr.clone(),
        alias: None,
    };
    state.create_logical_expr_from_sql_expr(expr, schema)
}
