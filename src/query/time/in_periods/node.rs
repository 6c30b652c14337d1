//! The logical node of `in_periods()`, as long as its periods may still be filtered.

use std::{cmp::Ordering, fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field},
    common::{DFSchema, DFSchemaRef, Result, ScalarValue, internal_datafusion_err},
    logical_expr::{
        EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore, ident,
        lit,
    },
};
use jiff::civil::Date;

use crate::query::time::period::{Period, Span};

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
        let period = Arc::new(Field::new(PERIOD, DataType::Utf8, false));
        let fields = std::iter::once(period).chain(input.schema().fields().iter().cloned());
        let schema = DFSchema::from_unqualified_fields(fields.collect(), Default::default())?;
        Ok(Self {
            input,
            at,
            periods,
            schema: Arc::new(schema),
        })
    }

    /// The union of the periods, each with its literal bounds.
    pub(super) fn expanded(&self) -> Result<LogicalPlan> {
        let branches = self.periods.iter().map(|period| self.branch(period));
        let union = branches.reduce(|union, branch| union?.union(branch?.build()?));
        match union {
            Some(union) => union?.build(),
            None => Ok(LogicalPlan::EmptyRelation(EmptyRelation {
                produce_one_row: false,
                schema: Arc::clone(&self.schema),
            })),
        }
    }

    fn branch(&self, period: &Period) -> Result<LogicalPlanBuilder> {
        let columns = self
            .input
            .schema()
            .fields()
            .iter()
            .map(|field| ident(field.name()));
        let (start, end) = self.bounds(&period.current)?;
        LogicalPlanBuilder::from(self.input.clone())
            .filter(ident(&self.at).gt_eq(start).and(ident(&self.at).lt(end)))?
            .project(std::iter::once(lit(period.name).alias(PERIOD)).chain(columns))
    }

    fn bounds(&self, span: &Span) -> Result<(Expr, Expr)> {
        let field = self.input.schema().field_with_unqualified_name(&self.at)?;
        let literal = |instant: jiff::Timestamp, day: Date| -> Result<Expr> {
            match field.data_type() {
                DataType::Date32 => Ok(lit(ScalarValue::Date32(Some(days_since_1970(day)?)))),
                timestamp => {
                    let micros = Some(instant.as_microsecond());
                    let instant = ScalarValue::TimestampMicrosecond(micros, Some("UTC".into()));
                    Ok(lit(instant.cast_to(timestamp)?))
                }
            }
        };
        Ok((
            literal(span.start, span.first_day)?,
            literal(span.end, span.end_day)?,
        ))
    }
}

fn days_since_1970(day: Date) -> Result<i32> {
    let since = day.since(jiff::civil::date(1970, 1, 1));
    since
        .map(|span| span.get_days())
        .map_err(|error| internal_datafusion_err!("{error}"))
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
