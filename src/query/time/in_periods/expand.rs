//! The optimizer rule that turns `in_periods()` into a plan for the periods that are asked for.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{BooleanArray, RecordBatch},
        datatypes::Schema,
    },
    common::{DFSchema, Result, ScalarValue, cast::as_boolean_array, tree_node::Transformed},
    execution::context::ExecutionProps,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder,
        physical_planning_context::PhysicalPlanningContext,
        utils::{conjunction, split_conjunction_owned},
    },
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
    physical_expr::create_physical_expr,
};

use super::node::InPeriods;

/// Drops the spans that a filter refuses, and expands the others.
///
/// It comes after the rule that pushes filters down: a filter on their names is then right above.
#[derive(Debug)]
pub struct ExpandPeriods;

impl OptimizerRule for ExpandPeriods {
    fn name(&self) -> &str {
        "expand_periods"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        if let LogicalPlan::Filter(filter) = &plan
            && let Some(node) = as_in_periods(&filter.input)
        {
            let mut node = node.clone();
            let mut others = Vec::new();
            for predicate in split_conjunction_owned(filter.predicate.clone()) {
                if is_of_tags(&predicate, &node) {
                    keep(&mut node, &predicate)?;
                } else {
                    others.push(predicate);
                }
            }
            let expanded = node.expanded()?;
            return Ok(Transformed::yes(match conjunction(others) {
                Some(predicate) => LogicalPlanBuilder::from(expanded)
                    .filter(predicate)?
                    .build()?,
                None => expanded,
            }));
        }
        match as_in_periods(&plan) {
            Some(node) => Ok(Transformed::yes(node.expanded()?)),
            None => Ok(Transformed::no(plan)),
        }
    }
}

fn as_in_periods(plan: &LogicalPlan) -> Option<&InPeriods> {
    match plan {
        LogicalPlan::Extension(extension) => extension.node.as_any().downcast_ref(),
        _ => None,
    }
}

fn is_of_tags(predicate: &Expr, node: &InPeriods) -> bool {
    let columns = predicate.column_refs();
    let is_tag = |name: &str| node.tags().iter().any(|tag| tag.column() == name);
    !predicate.is_volatile() && !columns.is_empty() && columns.iter().all(|it| is_tag(&it.name))
}

/// Keeps the spans for whose tags the predicate is true.
fn keep(node: &mut InPeriods, predicate: &Expr) -> Result<()> {
    if node.spans.is_empty() {
        return Ok(());
    }
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for tag in node.tags() {
        fields.push(tag.field());
        let values = node.spans.iter().map(|span| tag.of(span));
        columns.push(ScalarValue::iter_to_array(values)?);
    }
    let schema = Schema::new(fields);
    let df_schema = DFSchema::try_from(schema.clone())?;
    let batch = RecordBatch::try_new(Arc::new(schema), columns)?;
    let predicate = create_physical_expr(
        predicate,
        &df_schema,
        &ExecutionProps::new(),
        &PhysicalPlanningContext::default(),
    )?;
    let kept = predicate.evaluate(&batch)?.into_array(batch.num_rows())?;
    let kept: &BooleanArray = as_boolean_array(&kept)?;
    let mut kept = kept.iter().map(|keep| keep.unwrap_or(false));
    node.spans.retain(|_| kept.next().unwrap_or(false));
    Ok(())
}
