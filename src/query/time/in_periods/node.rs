//! The logical node of `in_periods()`, as long as its periods may still be filtered.

use std::{cmp::Ordering, fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field},
    common::{DFSchema, DFSchemaRef, Result, UnnestOptions, internal_datafusion_err},
    logical_expr::{
        EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, UserDefinedLogicalNodeCore, ident,
        lit,
    },
};

use super::{
    bounds::{Bounds, in_any},
    compare::PeriodSpan,
    tag::{Tag, tags_udf},
};

/// The column that the node adds, before those of its input.
pub(super) const PERIOD: &str = "period";

/// The column that follows it if periods are compared with those before.
pub(super) const IS_PREVIOUS: &str = "is_previous";

/// The rows of `input` once for each of `spans` that their time `at` lies in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct InPeriods {
    input: LogicalPlan,
    at: String,
    pub(super) spans: Vec<PeriodSpan>,
    is_compared: bool,
    schema: DFSchemaRef,
}

impl InPeriods {
    /// `input` has unqualified columns, among them `at`, a timestamp or date.
    pub(super) fn try_new(
        input: LogicalPlan,
        at: String,
        spans: Vec<PeriodSpan>,
        is_compared: bool,
    ) -> Result<Self> {
        let period = Arc::new(Field::new(PERIOD, DataType::Utf8, true));
        let is_previous =
            is_compared.then(|| Arc::new(Field::new(IS_PREVIOUS, DataType::Boolean, true)));
        let fields = std::iter::once(period)
            .chain(is_previous)
            .chain(input.schema().fields().iter().cloned());
        let schema = DFSchema::from_unqualified_fields(fields.collect(), Default::default())?;
        Ok(Self {
            input,
            at,
            spans,
            is_compared,
            schema: Arc::new(schema),
        })
    }

    /// The columns that the node adds.
    pub(super) fn tags(&self) -> &'static [Tag] {
        match self.is_compared {
            true => &[Tag::Period, Tag::IsPrevious],
            false => &[Tag::Period],
        }
    }

    /// The plan that tags rows with their periods: all in one pass.
    pub(super) fn expanded(&self) -> Result<LogicalPlan> {
        let at = self.input.schema().field_with_unqualified_name(&self.at)?;
        let bounds = self.spans.iter();
        let bounds = bounds.map(|span| Bounds::try_new(span, at.data_type()));
        let bounds = bounds.collect::<Result<Vec<_>>>()?;
        let rows = LogicalPlanBuilder::from(self.input.clone()).filter(in_any(
            &bounds,
            &self.at,
            at.data_type(),
        )?)?;
        match &self.spans[..] {
            [] => Ok(LogicalPlan::EmptyRelation(EmptyRelation {
                produce_one_row: false,
                schema: Arc::clone(&self.schema),
            })),
            [only] => self.tagged(rows, |tag| lit(tag.of(only)))?.build(),
            _ => {
                let of_row = |tag| tags_udf(bounds.clone(), tag).call(vec![ident(&self.at)]);
                let lists = self.tags().iter().map(|tag| tag.column().into()).collect();
                // Lists of one row are as long as each other, and are unnested side by side.
                self.tagged(rows, of_row)?
                    .unnest_columns_with_options(lists, UnnestOptions::default())?
                    .build()
            }
        }
    }

    fn tagged(
        &self,
        rows: LogicalPlanBuilder,
        value: impl Fn(Tag) -> Expr,
    ) -> Result<LogicalPlanBuilder> {
        let tags = self.tags().iter();
        let tags = tags.map(|tag| value(*tag).alias(tag.column()));
        let columns = self.input.schema().fields().iter();
        rows.project(tags.chain(columns.map(|field| ident(field.name()))))
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
        let tags = self.tags().iter();
        tags.map(|tag| tag.column().to_owned()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names = |is_previous| {
            let spans = self.spans.iter();
            let spans = spans.filter(move |span| span.is_previous == is_previous);
            spans.map(|span| span.period).collect::<Vec<_>>().join(", ")
        };
        write!(f, "InPeriods: at={}, periods=[{}]", self.at, names(false))?;
        match self.is_compared {
            true => write!(f, ", previous=[{}]", names(true)),
            false => Ok(()),
        }
    }

    fn with_exprs_and_inputs(&self, _exprs: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        let input = inputs.into_iter().next();
        let input = input.ok_or_else(|| internal_datafusion_err!("InPeriods has one input"))?;
        Self::try_new(input, self.at.clone(), self.spans.clone(), self.is_compared)
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let at = self
            .input
            .schema()
            .index_of_column_by_name(None, &self.at)?;
        let mut needed: Vec<_> = output_columns
            .iter()
            .filter_map(|idx| idx.checked_sub(self.tags().len()))
            .chain([at])
            .collect();
        needed.sort_unstable();
        needed.dedup();
        Some(vec![needed])
    }
}
