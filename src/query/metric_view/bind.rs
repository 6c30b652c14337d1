//! From names to expressions: a metric view's definition over the rows of its facts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::{DataType, Field, Fields},
    common::{
        Column, DFSchema, Result, plan_err,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    execution::SessionState,
    logical_expr::{
        Expr, ExprSchemable, LogicalPlan, cast, type_coercion::binary::type_union_coercion,
    },
    sql::sqlparser::ast::{self, ExprWithAlias, visit_expressions},
};

use super::{
    bound::{BoundDimension, BoundFact, BoundMeasure, Component, MetricView},
    columns::schema,
    definition::{Dimension, Measure, Metrics},
};

/// The rows of each fact, in the order of the definition.
pub type Relations = Vec<LogicalPlan>;

/// Aggregates that are 0, not NULL, where a fact has no rows.
const ZERO_WITHOUT_ROWS: [&str; 5] = ["count", "sum", "sum_once", "money_sum", "approx_distinct"];
/// Aggregates whose values over groups sum to the value over all.
const ADDITIVE: [&str; 3] = ["count", "sum", "money_sum"];

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
    let facts = aliases.zip(relations);
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
        facts,
        dimensions,
        measures,
        components,
    })
}

struct Binding<'a> {
    state: &'a SessionState,
    facts: Vec<BoundFact>,
    components: Vec<Component>,
    measures: BTreeMap<String, BoundMeasure>,
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

    /// Binds a measure, and first those that its formula names.
    ///
    /// # Arguments
    /// `open`: the measures that wait for this one.
    fn measure(
        &mut self,
        measure: &Measure,
        metrics: &Metrics,
        open: &mut Vec<String>,
    ) -> Result<()> {
        if self.measures.contains_key(&measure.name) {
            return Ok(());
        }
        if open.contains(&measure.name) {
            return plan_err!("{} needs itself, through {}", measure.name, open.join(", "));
        }
        open.push(measure.name.clone());
        let bound = match &measure.fact {
            Some(fact) => self.aggregate(measure, fact)?,
            None => self.formula(measure, metrics, open)?,
        };
        open.pop();
        self.measures.insert(measure.name.clone(), bound);
        Ok(())
    }

    fn aggregate(&mut self, measure: &Measure, fact: &str) -> Result<BoundMeasure> {
        let idx = self
            .facts
            .iter()
            .position(|it| it.alias == fact)
            .unwrap_or_default();
        let schema = Arc::clone(self.facts[idx].rows.schema());
        let expr = expression(&measure.formula, &schema, self.state)?;
        let own_aggregate = match &expr.clone().unalias_nested().data {
            Expr::AggregateFunction(own) if !own.params.distinct => {
                Some(own.func.name().to_owned())
            }
            _ => None,
        };
        let data_type = expr.get_type(&schema)?;
        let components = &mut self.components;
        let formula = expr.transform_down(|expr| match expr {
            Expr::AggregateFunction(aggregate) => {
                let function = aggregate.func.name();
                let component = Component {
                    fact: idx,
                    data_type: Expr::AggregateFunction(aggregate.clone()).get_type(&schema)?,
                    is_zero_without_rows: ZERO_WITHOUT_ROWS.contains(&function),
                    aggregate,
                };
                components.push(component);
                let column = Component::column(components.len() - 1);
                Ok(Transformed::new(
                    Expr::Column(column),
                    true,
                    TreeNodeRecursion::Jump,
                ))
            }
            Expr::WindowFunction(_) => plan_err!("a measure cannot have a window"),
            other => Ok(Transformed::no(other)),
        })?;
        let formula = formula.data;
        let columns = formula.column_refs();
        if columns.is_empty() {
            return plan_err!("expected an aggregate of {fact}, got {}", measure.formula);
        }
        if let Some(bare) = columns
            .into_iter()
            .find(|column| Component::index(column).is_none())
        {
            return plan_err!("expected an aggregate of {fact}, got the bare column {bare}");
        }
        let is_additive = own_aggregate
            .as_deref()
            .is_some_and(|own| ADDITIVE.contains(&own));
        Ok(BoundMeasure {
            formula,
            data_type,
            facts: BTreeSet::from([idx]),
            own_aggregate,
            is_additive,
            ..described(measure)
        })
    }

    fn formula(
        &mut self,
        measure: &Measure,
        metrics: &Metrics,
        open: &mut Vec<String>,
    ) -> Result<BoundMeasure> {
        let mut needed = BTreeSet::new();
        let _: ControlFlow<()> = visit_expressions(&measure.formula, |expr| {
            if let ast::Expr::Identifier(ident) = expr {
                needed.insert(crate::query::words::name(ident));
            }
            ControlFlow::Continue(())
        });
        if needed.is_empty() {
            return plan_err!(
                "expected an aggregate ON a fact, or a formula over measures, got {}",
                measure.formula
            );
        }
        let mut fields = Vec::new();
        let mut formulas = HashMap::new();
        let mut facts = BTreeSet::new();
        for name in needed {
            let Some(written) = metrics.measures.iter().find(|it| it.name == name) else {
                return plan_err!("expected measures in its formula, got {name}");
            };
            self.measure(written, metrics, open)?;
            let bound = &self.measures[&name];
            fields.push(Field::new(&name, bound.data_type.clone(), true));
            formulas.insert(name, bound.formula.clone());
            facts.extend(bound.facts.iter().copied());
        }
        let schema = DFSchema::from_unqualified_fields(Fields::from(fields), HashMap::new())?;
        let expr = expression(&measure.formula, &schema, self.state)?;
        let data_type = expr.get_type(&schema)?;
        let formula = expr.transform_up(|expr| match expr {
            Expr::AggregateFunction(_) | Expr::WindowFunction(_) => {
                plan_err!(
                    "expected a formula over measures, got {}; say ON which fact",
                    measure.formula
                )
            }
            Expr::Column(column) => Ok(Transformed::yes(formulas[&column.name].clone())),
            other => Ok(Transformed::no(other)),
        })?;
        Ok(BoundMeasure {
            formula: formula.data,
            data_type,
            facts,
            ..described(measure)
        })
    }
}

impl Component {
    /// The column that stands for it in formulas.
    pub(super) fn column(idx: usize) -> Column {
        Column::from_name(format!("__component_{idx}"))
    }

    pub(super) fn index(column: &Column) -> Option<usize> {
        column.name.strip_prefix("__component_")?.parse().ok()
    }
}

fn described(measure: &Measure) -> BoundMeasure {
    BoundMeasure {
        name: measure.name.clone(),
        formula: Expr::default(),
        data_type: DataType::Null,
        facts: BTreeSet::new(),
        own_aggregate: None,
        is_additive: false,
        text: measure.formula.to_string(),
        format: measure.format.clone(),
        comment: measure.comment.clone(),
    }
}

fn expression(expr: &ast::Expr, schema: &DFSchema, state: &SessionState) -> Result<Expr> {
    let expr = ExprWithAlias {
        expr: expr.clone(),
        alias: None,
    };
    state.create_logical_expr_from_sql_expr(expr, schema)
}
