//! The projection over each input of `attribute()`: unique names, comparable keys, instants.
//!
//! A real projection, so that the optimizer can prune it, and because the operator finds its
//! columns by name: names that the optimizer keeps are the only thing that survives pruning.

use std::collections::HashSet;
use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan, Projection};

use super::output::Computed;
use super::spec::{INTERNAL_PREFIX, TOUCHPOINT_PREFIX, is_internal};

/// An input under construction.
pub(crate) struct Input {
    name: &'static str,
    plan: LogicalPlan,
    /// Output name of each column of `plan`.
    names: Vec<String>,
    /// Columns for the operator only: what they compute, and their name.
    internal: Vec<Expr>,
}

impl Input {
    /// The conversions: every column keeps its name.
    pub(crate) fn conversions(plan: LogicalPlan) -> Result<Self> {
        let names = column_names(&plan);
        Self::try_new("conversions", plan, names, HashSet::new())
    }

    /// The touchpoints: a column whose name a conversion column has gets a prefix.
    pub(crate) fn touchpoints(plan: LogicalPlan, conversions: &Self) -> Result<Self> {
        let taken: HashSet<_> = conversions.names.iter().cloned().collect();
        let names = column_names(&plan)
            .into_iter()
            .map(|name| match taken.contains(&name) {
                true => format!("{TOUCHPOINT_PREFIX}{name}"),
                false => name,
            });
        let names = names.collect();
        Self::try_new("touchpoints", plan, names, taken)
    }

    fn try_new(
        name: &'static str,
        plan: LogicalPlan,
        names: Vec<String>,
        mut taken: HashSet<String>,
    ) -> Result<Self> {
        for column in &names {
            if is_internal(column) || Computed::ALL.iter().any(|own| own.name() == column) {
                return Err(rename(name, "leave this name to attribute()", column));
            }
            if !taken.insert(column.clone()) {
                return Err(rename(name, "have unique column names", column));
            }
        }
        Ok(Self {
            name,
            plan,
            names,
            internal: vec![],
        })
    }

    /// Output name of the column at this index.
    pub(crate) fn name_of(&self, idx: usize) -> String {
        self.names[idx].clone()
    }

    /// Adds a column that only the operator reads, and returns its name.
    pub(crate) fn add(&mut self, role: &str, expr: Expr) -> String {
        let name = format!("{INTERNAL_PREFIX}{role}_of_{}", self.name);
        self.internal.push(expr.alias(&name));
        name
    }

    /// The projection.
    pub(crate) fn into_plan(self) -> Result<LogicalPlan> {
        let schema = Arc::clone(self.plan.schema());
        let renamed =
            schema
                .columns()
                .into_iter()
                .zip(self.names)
                .map(
                    |(column, name)| match column.relation.is_none() && column.name == name {
                        true => Expr::Column(column),
                        false => Expr::Column(column).alias(name),
                    },
                );
        let exprs = renamed.chain(self.internal).collect();
        Ok(LogicalPlan::Projection(Projection::try_new(
            exprs,
            Arc::new(self.plan),
        )?))
    }
}

fn column_names(plan: &LogicalPlan) -> Vec<String> {
    plan.schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect()
}

fn rename(input: &str, expected: &str, column: &str) -> DataFusionError {
    DataFusionError::Plan(format!(
        "attribute: argument {input} must {expected}, got column {column}: rename it in a subquery"
    ))
}
