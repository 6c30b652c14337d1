//! The optimizer rule that lets a filter on conversions reach their scan.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Extension, Filter, LogicalPlan, Projection};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::logical::AttributeNode;
use super::output::Source;

/// Moves predicates on conversion columns from above `attribute()` to its conversions input.
///
/// Sound for every model, because such a predicate keeps or removes a whole conversion with all its
/// credits. A predicate that reads a touchpoint column or a computed column stays above: below, it
/// would change how the credit is divided. A volatile predicate stays too.
///
/// Runs after DataFusion's PushDownFilter, which brings the predicate down to the node; the next
/// optimizer pass carries it from here to the scan.
#[derive(Debug, Default)]
pub struct PushConversionFilters;

impl OptimizerRule for PushConversionFilters {
    fn name(&self) -> &str {
        "push_conversion_filters"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = &plan else {
            return Ok(Transformed::no(plan));
        };
        let (node, kept_columns) = match find_node(&filter.input) {
            Some(found) => found,
            None => return Ok(Transformed::no(plan)),
        };
        let (pushed, kept): (Vec<_>, Vec<_>) = split_conjunction_owned(filter.predicate.clone())
            .into_iter()
            .partition(|predicate| reads_only_conversions(predicate, node));
        let Some(pushed) = conjunction(pushed) else {
            return Ok(Transformed::no(plan));
        };
        let conversions = Filter::try_new(pushed, Arc::new(node.conversions.clone()))?;
        let node = Arc::new(AttributeNode::try_new(
            LogicalPlan::Filter(conversions),
            node.touchpoints.clone(),
            Arc::clone(&node.spec),
        )?);
        let mut rewritten = LogicalPlan::Extension(Extension { node });
        if let Some(columns) = kept_columns {
            let projection = Projection::try_new(columns.to_vec(), Arc::new(rewritten))?;
            rewritten = LogicalPlan::Projection(projection);
        }
        if let Some(kept) = conjunction(kept) {
            rewritten = LogicalPlan::Filter(Filter::try_new(kept, Arc::new(rewritten))?);
        }
        Ok(Transformed::yes(rewritten))
    }
}

/// Finds the node below a filter: directly, or below the projection that OptimizeProjections puts
/// between them, which only picks columns. Its columns come with it.
fn find_node(plan: &LogicalPlan) -> Option<(&AttributeNode, Option<&[Expr]>)> {
    match plan {
        LogicalPlan::Extension(extension) => Some((extension.node.as_any().downcast_ref()?, None)),
        LogicalPlan::Projection(projection)
            if projection
                .expr
                .iter()
                .all(|expr| matches!(expr, Expr::Column(_))) =>
        {
            match find_node(&projection.input)? {
                (node, None) => Some((node, Some(&projection.expr))),
                _ => None,
            }
        }
        _ => None,
    }
}

fn reads_only_conversions(predicate: &Expr, node: &AttributeNode) -> bool {
    let columns = predicate.column_refs();
    let result = node.result_columns();
    let is_conversion = |name: &str| {
        let found = result.iter().find(|(_, field)| field.name() == name);
        matches!(found, Some((Source::Conversion(_), _)))
    };
    !columns.is_empty()
        && !predicate.is_volatile()
        && columns.iter().all(|column| is_conversion(&column.name))
}
