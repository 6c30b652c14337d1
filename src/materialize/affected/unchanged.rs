//! Touched groups that are the same rows as before.
//!
//! Of a group that is like it was nothing above depends on what touched it: whether there was ever
//! an event of some type says the same after one more event.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    catalog::TableProvider,
    common::{JoinConstraint, JoinType, NullEquality, Result, tree_node::Transformed},
    datasource::provider_as_source,
    logical_expr::{Expr, Join, LogicalPlan, LogicalPlanBuilder, SubqueryAlias, TableScan},
};

use super::walk::{Walk, is_of_warehouse};
use crate::query::catalog::QueryCatalog;

/// The relation of the rows of the other version.
const OTHER: &str = "other_version";

impl Walk<'_> {
    /// The rows of a plan that are not among those of the same plan over the other version of the
    /// tables; all of them where that cannot be told.
    pub(super) async fn different(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        let Some(other) = self.over_other_version(plan.clone()).await? else {
            return Ok(plan);
        };
        let columns = plan.schema().columns();
        let names = (0..columns.len()).map(|place| format!("column_{place}"));
        let named = other.schema().columns().into_iter().map(Expr::Column);
        let named = named.zip(names).map(|(column, name)| column.alias(name));
        let other = LogicalPlanBuilder::from(other).project(named)?.build()?;
        let other = SubqueryAlias::try_new(Arc::new(other), OTHER)?;
        let theirs = other.schema.columns().into_iter().map(Expr::Column);
        let on = columns.into_iter().map(Expr::Column).zip(theirs);
        let join = Join::try_new(
            Arc::new(plan),
            Arc::new(LogicalPlan::SubqueryAlias(other)),
            on.collect(),
            None,
            JoinType::LeftAnti,
            JoinConstraint::On,
            NullEquality::NullEqualsNull,
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    async fn over_other_version(&self, plan: LogicalPlan) -> Result<Option<LogicalPlan>> {
        let Some(query) = QueryCatalog::query_of(self.other) else {
            return Ok(None);
        };
        let mut tables: BTreeMap<String, Arc<dyn TableProvider>> = BTreeMap::new();
        for (name, schema) in self.changed_tables(&plan)? {
            match query.stored_table(&name).await? {
                Some(table) if table.schema() == schema => drop(tables.insert(name, table)),
                _ => return Ok(None),
            }
        }
        let plan = plan.transform_up_with_subqueries(|node| match node {
            LogicalPlan::TableScan(scan) if is_of_warehouse(&scan.table_name) => {
                let source = match tables.get(scan.table_name.table()) {
                    Some(table) => provider_as_source(Arc::clone(table)),
                    None => Arc::clone(&scan.source),
                };
                let scan = TableScan { source, ..scan };
                Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
            }
            other => Ok(Transformed::no(other)),
        })?;
        Ok(Some(plan.data))
    }
}
