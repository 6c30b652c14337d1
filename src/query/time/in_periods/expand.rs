//! The optimizer rule that turns `in_periods()` into a plan for the periods that are asked for.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    common::{DFSchema, Result, cast::as_boolean_array, tree_node::Transformed},
    execution::context::ExecutionProps,
    logical_expr::{
        Expr, LogicalPlan, LogicalPlanBuilder,
        physical_planning_context::PhysicalPlanningContext,
        utils::{conjunction, split_conjunction_owned},
    },
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
    physical_expr::create_physical_expr,
};

use super::node::{InPeriods, PERIOD};

/// Drops the periods that a filter refuses, and expands the others.
///
/// It comes after the rule that pushes filters down: a filter on the period is then right above.
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
                if is_of_period(&predicate) {
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

fn is_of_period(predicate: &Expr) -> bool {
    let columns = predicate.column_refs();
    !predicate.is_volatile() && columns.len() == 1 && columns.iter().all(|it| it.name == PERIOD)
}

/// Keeps the periods for whose name the predicate is true.
fn keep(node: &mut InPeriods, predicate: &Expr) -> Result<()> {
    let schema = Schema::new(vec![Field::new(PERIOD, DataType::Utf8, false)]);
    let df_schema = DFSchema::try_from(schema.clone())?;
    let names: StringArray = node
        .periods
        .iter()
        .map(|period| Some(period.name))
        .collect();
    let batch = RecordBatch::try_new(Arc::new(schema), vec![Arc::new(names) as ArrayRef])?;
    let predicate = create_physical_expr(
        predicate,
        &df_schema,
        &ExecutionProps::new(),
        &PhysicalPlanningContext::default(),
    )?;
    let kept = predicate.evaluate(&batch)?.into_array(batch.num_rows())?;
    let kept: &BooleanArray = as_boolean_array(&kept)?;
    let mut kept = kept.iter().map(|keep| keep.unwrap_or(false));
    node.periods.retain(|_| kept.next().unwrap_or(false));
    Ok(())
}
