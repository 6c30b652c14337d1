//! What a plan was before its tables changed, and which of its rows are others now.
//!
//! Of a group that is like it was nothing above depends on what touched it: whether there was ever
//! an event of some type says the same after one more event.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::array::RecordBatch,
    catalog::TableProvider,
    common::{
        Result,
        tree_node::{Transformed, TreeNodeRecursion},
    },
    datasource::{provider_as_source, source_as_provider},
    execution::SessionState,
    logical_expr::{LogicalPlan, Subquery, SubqueryAlias, TableScan},
};

use super::{
    net::net,
    scanned::{in_place_of, source_of},
    walk::Walk,
};
use crate::{
    materialize::query_of,
    warehouse::{changes::Changes, delta},
};

/// The relation of what a subquery was.
const EARLIER: &str = "earlier";

/// The changed sources of a plan as they were.
pub(super) type Earlier = BTreeMap<String, Arc<dyn TableProvider>>;

/// Finds the changed sources of a plan as they were.
///
/// # Arguments
/// `before`: the state of a query over the earlier version.
///
/// # Returns
/// `None` if one of them was not there.
///
/// # Errors
/// An error of the object store, or for a version that cannot be read any more.
pub(super) async fn earlier_sources(
    plan: &LogicalPlan,
    changes: &Changes,
    before: &SessionState,
) -> Result<Option<Earlier>> {
    let mut earlier = Earlier::new();
    let query = query_of(before)?;
    for name in changed_sources(plan, changes)? {
        let mut views = query.definitions().materialized();
        let view = views.find(|view| view.full_name().to_string() == name);
        let source = match view {
            None => query.stored_table(&name).await?,
            Some(view) => match query.stored_view(view).await? {
                Some(stored) => Some(stored.provider(before)?),
                None => None,
            },
        };
        let Some(source) = source else {
            return Ok(None);
        };
        earlier.insert(name, source);
    }
    Ok(Some(earlier))
}

/// Whether the keys that a plan takes for unique were so already.
pub(super) fn keys_were_unique(plan: &LogicalPlan, earlier: &Earlier) -> Result<bool> {
    let mut were_unique = true;
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(source) = source_of(&scan.table_name).and_then(|name| earlier.get(name))
        {
            let is_unique = |it: &dyn TableProvider| !delta::unique_key(it).is_empty();
            let now = source_as_provider(&scan.source)?;
            were_unique &= is_unique(&**source) || !is_unique(&*now);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(were_unique)
}

/// The changed sources that a plan reads.
fn changed_sources(plan: &LogicalPlan, changes: &Changes) -> Result<BTreeSet<String>> {
    let mut sources = BTreeSet::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Some(name) = source_of(&scan.table_name)
            && changes.has(name)
        {
            sources.insert(name.to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(sources)
}

impl Walk<'_> {
    /// A plan over its tables as they were.
    pub(super) fn earlier(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        let plan = plan.clone().transform_up_with_subqueries(|node| {
            let scan = match node {
                LogicalPlan::TableScan(scan) => scan,
                LogicalPlan::Subquery(subquery) => return named_otherwise(subquery),
                _ => return Ok(Transformed::no(node)),
            };
            let source = source_of(&scan.table_name).and_then(|name| self.earlier.get(name));
            let Some(source) = source else {
                return Ok(Transformed::no(LogicalPlan::TableScan(scan)));
            };
            // What files filter by themselves they filter the same way.
            let earlier = match source.schema() == scan.source.schema() {
                true => LogicalPlan::TableScan(TableScan {
                    source: provider_as_source(Arc::clone(source)),
                    ..scan
                }),
                false => in_place_of(&scan, Arc::clone(source))?,
            };
            Ok(Transformed::yes(earlier))
        })?;
        Ok(plan.data)
    }

    /// The rows of a plan that changed, if any source of it did: what is not followed any further.
    pub(super) async fn everything(&self, plan: &LogicalPlan) -> Result<Vec<LogicalPlan>> {
        let mut changed = vec![];
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node {
                changed.extend(self.changed(scan)?);
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        for rows in changed {
            if self.settled_whole(rows).await?.is_some() {
                return self.all_of(plan).map(|rows| vec![rows]);
            }
        }
        Ok(vec![])
    }

    /// The rows of a plan that changed, of all of them.
    pub(super) fn all_of(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        net(self.earlier(plan)?, plan.clone())
    }

    /// Whether a plan has as many rows as it had.
    pub(super) async fn has_as_many_rows(&self, plan: &LogicalPlan) -> Result<bool> {
        let count = async |plan: LogicalPlan| -> Result<usize> {
            let batches = self.session.collect(plan, self.state).await?;
            Ok(batches.iter().map(RecordBatch::num_rows).sum())
        };
        if changed_sources(plan, self.changes)?.is_empty() {
            return Ok(true);
        }
        Ok(count(self.earlier(plan)?).await? == count(plan.clone()).await?)
    }
}

/// A subquery that is not taken for the same one over the tables as they are: scans are compared by
/// the names of their tables, and subqueries that are equal are computed once.
fn named_otherwise(subquery: Subquery) -> Result<Transformed<LogicalPlan>> {
    let plan = SubqueryAlias::try_new(Arc::clone(&subquery.subquery), EARLIER)?;
    let plan = Arc::new(LogicalPlan::SubqueryAlias(plan));
    let subquery = subquery.with_plan(plan);
    Ok(Transformed::yes(LogicalPlan::Subquery(subquery)))
}
