//! What lies between an aggregate and the metric view that it reads.

use std::sync::Arc;

use datafusion::{
    common::{
        Column, DFSchema, Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    datasource::source_as_provider,
    logical_expr::{Expr, LogicalPlan, TableScan},
};

use super::bound::MetricView;

/// A metric view, seen through filters, aliases and projections.
pub(super) struct Chain {
    pub(super) view: Arc<MetricView>,
    /// For each column that comes out: what it is, over the columns of the view.
    columns: Vec<Expr>,
    /// The predicates passed, over the columns of the view.
    pub(super) filters: Vec<Expr>,
}

impl Chain {
    /// `None` if the plan is anything else, or has a grain already.
    pub(super) fn below(plan: &LogicalPlan) -> Result<Option<Self>> {
        match plan {
            LogicalPlan::TableScan(scan) => Ok(scanned(scan).map(|view| Self {
                columns: plan.schema().columns().into_iter().map(in_view).collect(),
                view,
                filters: scan.filters.clone(),
            })),
            LogicalPlan::SubqueryAlias(alias) => Self::below(&alias.input),
            LogicalPlan::Filter(filter) => {
                let Some(mut chain) = Self::below(&filter.input)? else {
                    return Ok(None);
                };
                let predicate = chain.in_view(&filter.predicate, filter.input.schema())?;
                chain.filters.push(predicate);
                Ok(Some(chain))
            }
            LogicalPlan::Projection(projection) => {
                let Some(mut chain) = Self::below(&projection.input)? else {
                    return Ok(None);
                };
                let schema = projection.input.schema();
                let columns = projection.expr.iter().map(|expr| {
                    let expr = chain.in_view(expr, schema)?;
                    Ok(expr.unalias_nested().data)
                });
                chain.columns = columns.collect::<Result<_>>()?;
                Ok(Some(chain))
            }
            _ => Ok(None),
        }
    }

    /// An expression over the rows that come out, over the columns of the view.
    pub(super) fn in_view(&self, expr: &Expr, schema: &DFSchema) -> Result<Expr> {
        let expr = expr.clone().transform_up(|expr| match expr {
            Expr::Column(column) => {
                let idx = schema.index_of_column(&column)?;
                Ok(Transformed::yes(self.columns[idx].clone()))
            }
            other => Ok(Transformed::no(other)),
        })?;
        Ok(expr.data)
    }

    /// What comes out, over the columns of the view.
    pub(super) fn columns(&self) -> &[Expr] {
        &self.columns
    }
}

/// The metric view that is scanned.
pub(super) fn scanned(scan: &TableScan) -> Option<Arc<MetricView>> {
    let provider: Arc<dyn std::any::Any + Send + Sync> = source_as_provider(&scan.source).ok()?;
    provider.downcast().ok()
}

/// A metric view that is left anywhere below, subqueries included.
pub(super) fn metric_view_below(plan: &LogicalPlan) -> Result<Option<Arc<MetricView>>> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            found = scanned(scan);
        }
        Ok(match found {
            Some(_) => TreeNodeRecursion::Stop,
            None => TreeNodeRecursion::Continue,
        })
    })?;
    Ok(found)
}

fn in_view(column: Column) -> Expr {
    Expr::Column(Column::from_name(column.name))
}
