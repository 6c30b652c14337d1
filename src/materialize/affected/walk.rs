//! From the changed rows of tables up to the rows of a plan that they touch.

use datafusion::{
    common::{
        Result,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    execution::SessionState,
    logical_expr::{Distinct, Expr, LogicalPlan, TableScan},
};
use futures::future::BoxFuture;

use super::{
    columns::Asked,
    credited::attribution_of,
    deep::deep,
    held::Held,
    rows,
    scanned::{in_place_of, source_of},
    versions::Earlier,
};
use crate::{engine::Session, warehouse::changes::Changes};

/// The way up through one plan.
pub(super) struct Walk<'a> {
    pub(super) session: &'a Session,
    /// That of the plan.
    pub(super) state: &'a SessionState,
    pub(super) changes: &'a Changes,
    pub(super) earlier: Earlier,
    pub(super) held: Held,
}

impl Walk<'_> {
    /// The rows of a plan that changed rows touch, in any number of plans.
    pub(super) fn touched<'b>(
        &'b self,
        plan: &'b LogicalPlan,
        asked: &'b Asked,
    ) -> BoxFuture<'b, Result<Vec<LogicalPlan>>> {
        deep(self.touched_of(plan, asked))
    }

    async fn touched_of(&self, plan: &LogicalPlan, asked: &Asked) -> Result<Vec<LogicalPlan>> {
        if has_subquery(plan)? {
            return self.everything(plan).await;
        }
        match plan {
            LogicalPlan::TableScan(scan) if scan.fetch.is_none() => {
                Ok(self.changed(scan)?.into_iter().collect())
            }
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => Ok(vec![]),
            LogicalPlan::Projection(projection) => rows::projection(self, projection, asked).await,
            LogicalPlan::Filter(filter) => rows::filter(self, filter, asked).await,
            LogicalPlan::SubqueryAlias(alias) => rows::alias(self, alias, asked).await,
            LogicalPlan::Union(union) => rows::union(self, union, asked).await,
            LogicalPlan::Sort(sort) if sort.fetch.is_none() => {
                self.touched(&sort.input, asked).await
            }
            LogicalPlan::Distinct(Distinct::All(input)) => self.touched(input, asked).await,
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate, plan, asked).await,
            LogicalPlan::Window(window) => self.window(window, plan, asked).await,
            LogicalPlan::Join(join) => self.join(join, plan, asked).await,
            LogicalPlan::Extension(_) => match attribution_of(plan) {
                Some(attribution) => self.attributed(&attribution, plan, asked).await,
                None => self.everything(plan).await,
            },
            _ => self.everything(plan).await,
        }
    }

    /// The changed rows of a table, as far as the scan reads them.
    pub(super) fn changed(&self, scan: &TableScan) -> Result<Option<LogicalPlan>> {
        let Some(name) = source_of(&scan.table_name) else {
            return Ok(None);
        };
        let images = self.changes.table(name)?;
        images.map(|images| in_place_of(scan, images)).transpose()
    }
}

/// Whether an expression of this node, itself, has a plan of its own.
fn has_subquery(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_expressions(|expression| {
        found |= expression.exists(|it| {
            Ok(matches!(
                it,
                Expr::ScalarSubquery(_)
                    | Expr::Exists(_)
                    | Expr::InSubquery(_)
                    | Expr::SetComparison(_)
            ))
        })?;
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}
