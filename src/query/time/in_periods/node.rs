//! The logical node of `in_periods()`, as long as its periods may still be filtered.

use std::{cmp::Ordering, fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field},
    common::{DFSchema, DFSchemaRef, Result, internal_datafusion_err},
    logical_expr::{
        EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore, ident,
        lit,
    },
};

use super::{
    bounds::{Bounds, in_any},
    tag::periods_of_udf,
};
use crate::query::time::period::Period;

/// The column that the node adds, before those of its input.
pub(super) const PERIOD: &str = "period";

/// The rows of `input` once for each of `periods` that their time `at` lies in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct InPeriods {
    input: LogicalPlan,
    at: String,
    pub(super) periods: Vec<Period>,
    schema: DFSchemaRef,
}

impl InPeriods {
    /// `input` has unqualified columns, among them `at`, a timestamp or date.
    pub(super) fn try_new(input: LogicalPlan, at: String, periods: Vec<Period>) -> Result<Self> {
        let period = Arc::new(Field::new(PERIOD, DataType::Utf8, true));
        let fields = std::iter::once(period).chain(input.schema().fields().iter().cloned());
        let schema = DFSchema::from_unqualified_fields(fields.collect(), Default::default())?;
        Ok(Self {
            input,
            at,
            periods,
            schema: Arc::new(schema),
        })
    }

    /// The plan that tags rows with their periods: all in one pass.
    pub(super) fn expanded(&self) -> Result<LogicalPlan> {
        let at = self.input.schema().field_with_unqualified_name(&self.at)?;
        let bounds = self.periods.iter();
        let bounds = bounds.map(|period| Bounds::try_new(period, at.data_type()));
        let bounds = bounds.collect::<Result<Vec<_>>>()?;
        let rows = LogicalPlanBuilder::from(self.input.clone()).filter(in_any(
            &bounds,
            &self.at,
            at.data_type(),
        )?)?;
        match &bounds[..] {
            [] => Ok(LogicalPlan::EmptyRelation(EmptyRelation {
                produce_one_row: false,
                schema: Arc::clone(&self.schema),
            })),
            [only] => self.tagged(rows, lit(only.name))?.build(),
            _ => {
                let names = periods_of_udf(bounds).call(vec![ident(&self.at)]);
                self.tagged(rows, names)?.unnest_column(PERIOD)?.build()
            }
        }
    }

    fn tagged(&self, rows: LogicalPlanBuilder, period: Expr) -> Result<LogicalPlanBuilder> {
        let columns = self.input.schema().fields().iter();
        let columns = columns.map(|field| ident(field.name()));
        rows.project(std::iter::once(period.alias(PERIOD)).chain(columns))
    }
}

/// Plans have no order; the trait asks for one that may answer that.
impl PartialOrd for InPeriods {
    fn partial_cmp(&self, _other: &Self) -> Option<Ordering> {
        None
    }
}

impl UserDefinedLogicalNodeCore for InPeriods {
    fn name(&self) -> &str {
        "InPeriods"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.input]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    fn expressions(&self) -> Vec<Expr> {
        Vec::new()
    }

    /// Every other column is the input's own, so a filter on it may be applied before.
    fn prevent_predicate_push_down_columns(&self) -> std::collections::HashSet<String> {
        std::iter::once(PERIOD.to_owned()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<_> = self.periods.iter().map(|period| period.name).collect();
        write!(
            f,
            "InPeriods: at={}, periods=[{}]",
            self.at,
            names.join(", ")
        )
    }

    fn with_exprs_and_inputs(&self, _exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = inputs.into_iter().next();
        let input = input.ok_or_else(|| internal_datafusion_err!("InPeriods has one input"))?;
        Self::try_new(input, self.at.clone(), self.periods.clone())
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let at = self
            .input
            .schema()
            .index_of_column_by_name(None, &self.at)?;
        let mut needed: Vec<_> = output_columns
            .iter()
            .filter_map(|idx| idx.checked_sub(1))
            .chain([at])
            .collect();
        needed.sort_unstable();
        needed.dedup();
        Some(vec![needed])
    }
}
