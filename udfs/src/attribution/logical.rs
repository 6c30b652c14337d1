//! The logical node of `attribute()`: two real inputs, seen by EXPLAIN, pruning and filters.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::FieldRef;
use datafusion::common::{DFSchema, DFSchemaRef, Result, internal_err, plan_err};
use datafusion::logical_expr::{Expr, LogicalPlan, UserDefinedLogicalNodeCore};

use super::output::{Computed, Source, result_columns, schema_of};
use super::spec::AttributeSpec;

/// `attribute()` over its two inputs.
///
/// The inputs have unqualified column names that are unique over both, and the result keeps these
/// names: an expression over the result reads the same below the node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AttributeNode {
    pub(crate) conversions: LogicalPlan,
    pub(crate) touchpoints: LogicalPlan,
    pub(crate) spec: Arc<AttributeSpec>,
    schema: DFSchemaRef,
}

impl AttributeNode {
    pub(crate) fn try_new(
        conversions: LogicalPlan,
        touchpoints: LogicalPlan,
        spec: Arc<AttributeSpec>,
    ) -> Result<Self> {
        let columns = result_columns(
            conversions.schema().fields(),
            touchpoints.schema().fields(),
            &spec,
        );
        let schema = Arc::new(DFSchema::try_from(schema_of(columns.iter()))?);
        Ok(Self {
            conversions,
            touchpoints,
            spec,
            schema,
        })
    }

    /// PushDownFilter (DataFusion 55) also copies a predicate without columns into every input. A
    /// volatile one, such as `random() < 0.1`, then removes touchpoints and conversions each by its
    /// own dice. Nothing above can stop that, so the only honest answer is an error.
    fn refuse_copied_filter(
        &self,
        conversions: &LogicalPlan,
        touchpoints: &LogicalPlan,
    ) -> Result<()> {
        let (LogicalPlan::Filter(left), LogicalPlan::Filter(right)) = (conversions, touchpoints)
        else {
            return Ok(());
        };
        let is_new = !matches!(self.conversions, LogicalPlan::Filter(_));
        let predicate = &left.predicate;
        let copied = is_new && *predicate == right.predicate;
        if copied && predicate.is_volatile() && predicate.column_refs().is_empty() {
            return plan_err!(
                "attribute: a volatile filter on the result must read one of its columns, \
                 got {predicate}"
            );
        }
        Ok(())
    }

    pub(crate) fn result_columns(&self) -> Vec<(Source, FieldRef)> {
        result_columns(
            self.conversions.schema().fields(),
            self.touchpoints.schema().fields(),
            &self.spec,
        )
    }
}

impl UserDefinedLogicalNodeCore for AttributeNode {
    fn name(&self) -> &str {
        "Attribute"
    }

    fn inputs(&self) -> Vec<&LogicalPlan> {
        vec![&self.conversions, &self.touchpoints]
    }

    fn schema(&self) -> &DFSchemaRef {
        &self.schema
    }

    /// None: columns are held by name, which no optimizer rule changes.
    fn expressions(&self) -> Vec<Expr> {
        vec![]
    }

    /// All columns. PushDownFilter copies a predicate into every input, which is wrong for one on
    /// touchpoints: it would remove touchpoints before the credit is divided. The predicates that
    /// may go below are pushed by [`PushConversionFilters`](super::PushConversionFilters).
    fn prevent_predicate_push_down_columns(&self) -> HashSet<String> {
        let fields = self.schema.fields();
        fields.iter().map(|field| field.name().clone()).collect()
    }

    fn fmt_for_explain(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute: {}", self.spec)
    }

    fn with_exprs_and_inputs(&self, _: Vec<Expr>, inputs: Vec<LogicalPlan>) -> Result<Self> {
        match <[LogicalPlan; 2]>::try_from(inputs) {
            Ok([conversions, touchpoints]) => {
                self.refuse_copied_filter(&conversions, &touchpoints)?;
                Self::try_new(conversions, touchpoints, Arc::clone(&self.spec))
            }
            Err(inputs) => internal_err!("attribute: inputs must be 2, got {}", inputs.len()),
        }
    }

    fn necessary_children_exprs(&self, output_columns: &[usize]) -> Option<Vec<Vec<usize>>> {
        let result = self.result_columns();
        let mut reads_value = false;
        let (mut conversions, mut touchpoints) = (vec![], vec![]);
        for (source, _) in output_columns.iter().map(|&idx| &result[idx]) {
            match source {
                Source::Conversion(idx) => conversions.push(*idx),
                Source::Touchpoint(idx) => touchpoints.push(*idx),
                Source::Computed(column) => reads_value |= *column == Computed::CreditedValue,
            }
        }
        let spec = &self.spec;
        let value = reads_value.then_some(&spec.conversions.value);
        let read = [&spec.conversions.key, &spec.conversions.time];
        require(
            &mut conversions,
            &self.conversions,
            read.into_iter().chain(value),
        );
        let read = [
            &spec.touchpoints.key,
            &spec.touchpoints.time,
            &spec.touchpoints.id,
        ];
        let optional = [&spec.touchpoints.end, &spec.touchpoints.direct];
        let optional = optional.into_iter().flatten();
        require(
            &mut touchpoints,
            &self.touchpoints,
            read.into_iter().chain(optional),
        );
        Some(vec![conversions, touchpoints])
    }
}

/// Adds the indices of these columns of `input`, and keeps the list sorted and without repeats.
fn require<'a>(
    indices: &mut Vec<usize>,
    input: &LogicalPlan,
    columns: impl Iterator<Item = &'a String>,
) {
    indices.extend(columns.filter_map(|name| input.schema().index_of_column_by_name(None, name)));
    indices.sort_unstable();
    indices.dedup();
}

/// Nodes have no order among themselves; only equal ones compare.
impl PartialOrd for AttributeNode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self == other).then_some(Ordering::Equal)
    }
}
