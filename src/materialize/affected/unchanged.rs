//! Touched groups that are the same rows as before.
//!
//! Of a group that is like it was nothing above depends on what touched it: whether there was ever
//! an event of some type says the same after one more event.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::TableProvider,
    common::{
        DataFusionError, JoinConstraint, JoinType, NullEquality, Result, tree_node::Transformed,
    },
    datasource::provider_as_source,
    logical_expr::{Expr, Join, LogicalPlan, SubqueryAlias, TableScan},
};

use super::{
    columns::by_place,
    settled::Settled,
    walk::{Walk, source_of},
};
use crate::query::catalog::QueryCatalog;

/// The relation of the rows of the other version.
const OTHER: &str = "other_version";

impl Walk<'_> {
    /// Of the groups or partitions that touched rows are in, the rows that differ between both
    /// versions of the tables: those that only this one has, and those that only the other one has,
    /// whose values tell what they touch above. All rows of both where that cannot be told.
    ///
    /// # Arguments
    /// `keys`: as of [`Walk::with_keys`].
    pub(super) async fn different(
        &self,
        plan: &LogicalPlan,
        touched: &Settled,
        keys: &[&Expr],
    ) -> Result<Vec<LogicalPlan>> {
        let rows = self.with_keys(plan, touched, keys).await?;
        let Some(other) = self.over_other_version(plan.clone()).await? else {
            return Ok(vec![rows]);
        };
        // What is looked up for the other version is looked up there.
        let other_walk = Walk::new(self.session, self.other, self.state, self.changes);
        let other = other_walk.with_keys(&other, touched, keys).await?;
        if touched.batches.is_none() && !keys.is_empty() {
            return Ok(vec![rows, other]);
        }
        Ok(vec![not_among(&rows, &other)?, not_among(&other, &rows)?])
    }

    /// Whether a plan has as many rows over both versions of the tables.
    pub(super) async fn has_as_many_rows(&self, plan: &LogicalPlan) -> Result<bool> {
        if self.changed_sources(plan)?.is_empty() {
            return Ok(true);
        }
        let Some(other) = self.over_other_version(plan.clone()).await? else {
            return Ok(false);
        };
        let count = async |plan: LogicalPlan, state| {
            let batches = self.session.collect(plan, state).await?;
            Ok::<usize, DataFusionError>(batches.iter().map(RecordBatch::num_rows).sum())
        };
        Ok(count(plan.clone(), self.state).await? == count(other, self.other).await?)
    }

    async fn over_other_version(&self, plan: LogicalPlan) -> Result<Option<LogicalPlan>> {
        let Some(query) = QueryCatalog::query_of(self.other) else {
            return Ok(None);
        };
        let mut sources: BTreeMap<String, Arc<dyn TableProvider>> = BTreeMap::new();
        for (name, schema) in self.changed_sources(&plan)? {
            let materialized = query.definitions().materialized();
            let mut materialized = materialized.filter(|view| view.full_name().to_string() == name);
            let source = match materialized.next() {
                None => query.stored_table(&name).await?,
                Some(view) => match query.stored_view(view).await? {
                    Some(stored) => Some(stored.provider(self.other).await?),
                    None => None,
                },
            };
            match source {
                Some(source) if source.schema() == schema => drop(sources.insert(name, source)),
                _ => return Ok(None),
            }
        }
        let plan = plan.transform_up_with_subqueries(|node| {
            let LogicalPlan::TableScan(scan) = node else {
                return Ok(Transformed::no(node));
            };
            let source = source_of(&scan.table_name).and_then(|name| sources.get(name));
            let scan = match source {
                Some(source) => TableScan {
                    source: provider_as_source(Arc::clone(source)),
                    ..scan
                },
                None => return Ok(Transformed::no(LogicalPlan::TableScan(scan))),
            };
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        })?;
        Ok(Some(plan.data))
    }
}

/// The rows that others are not.
fn not_among(rows: &LogicalPlan, others: &LogicalPlan) -> Result<LogicalPlan> {
    let columns = rows.schema().columns();
    let others = by_place(others.clone(), &others.schema().columns())?;
    let others = SubqueryAlias::try_new(Arc::new(others), OTHER)?;
    let theirs = others.schema.columns().into_iter().map(Expr::Column);
    let on = columns.into_iter().map(Expr::Column).zip(theirs);
    let join = Join::try_new(
        Arc::new(rows.clone()),
        Arc::new(LogicalPlan::SubqueryAlias(others)),
        on.collect(),
        None,
        JoinType::LeftAnti,
        JoinConstraint::On,
        NullEquality::NullEqualsNull,
        false,
    )?;
    Ok(LogicalPlan::Join(join))
}
