//! From names to expressions: the measures of a metric view.

use std::{
    collections::{BTreeSet, HashMap},
    ops::ControlFlow,
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::{DataType, Field, Fields},
    common::{
        Column, DFSchema, Result, plan_err,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, ExprSchemable},
    sql::sqlparser::ast::{self, visit_expressions},
};

use super::{
    bind::{Binding, expression},
    bound::{BoundMeasure, Component},
    condition,
    definition::{Measure, Metrics},
};

/// Aggregates that are 0, not NULL, where a fact has no rows.
const ZERO_WITHOUT_ROWS: [&str; 5] = ["count", "sum", "sum_once", "money_sum", "approx_distinct"];

impl Binding<'_> {
    /// Binds a measure, and first those that its formula names.
    ///
    /// # Arguments
    /// `open`: the measures that wait for this one.
    pub(super) fn measure(
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
        let mut bound = match &measure.fact {
            Some(fact) => self.aggregate(measure, fact)?,
            None => self.formula(measure, metrics, open)?,
        };
        bound.is_additive = metrics.is_additive(measure);
        open.pop();
        if let Some(query) = &measure.known_when {
            let idx = metrics
                .conditions()
                .iter()
                .position(|it| *it == query.as_ref());
            bound.formula = condition::known_when(idx.unwrap_or_default(), bound.formula)?;
        }
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
        Ok(BoundMeasure {
            formula,
            data_type,
            facts: BTreeSet::from([idx]),
            own_aggregate,
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
