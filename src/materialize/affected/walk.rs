//! From the changed rows of tables up to the rows of a plan that they touch.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{
        Result, TableReference,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    datasource::provider_as_source,
    execution::SessionState,
    logical_expr::{
        Distinct, Expr, LogicalPlan, LogicalPlanBuilder, TableScan, utils::conjunction,
    },
};
use datafusion_attribution::Attribution;
use futures::future::BoxFuture;

use super::{
    columns::{Asked, all_if_any, column, named, with},
    rows,
};
use crate::{
    engine::Session,
    query::{materialized::stored_view_of, view::DEFAULT_SCHEMA},
    warehouse::changes::Changes,
};

/// The way up through one plan.
pub(super) struct Walk<'a> {
    pub(super) session: &'a Session,
    /// That of the plan.
    pub(super) state: &'a SessionState,
    /// That of the same plan over the other version of the tables.
    pub(super) other: &'a SessionState,
    pub(super) changes: &'a Changes,
    /// Whether values of the plan's own tables were asked for to know a row: then the plan over the
    /// other version of the tables may know others.
    looked_up: AtomicBool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        session: &'a Session,
        state: &'a SessionState,
        other: &'a SessionState,
        changes: &'a Changes,
    ) -> Self {
        Self {
            session,
            state,
            other,
            changes,
            looked_up: AtomicBool::new(false),
        }
    }

    pub(super) fn look_up(&self) {
        self.looked_up.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_looked_up(&self) -> bool {
        self.looked_up.load(Ordering::Relaxed)
    }

    /// The rows of a plan that changed rows touch, in any number of plans.
    pub(super) fn touched<'b>(
        &'b self,
        plan: &'b LogicalPlan,
        asked: &'b Asked,
    ) -> BoxFuture<'b, Result<Vec<LogicalPlan>>> {
        Box::pin(self.touched_of(plan, asked))
    }

    async fn touched_of(&self, plan: &LogicalPlan, asked: &Asked) -> Result<Vec<LogicalPlan>> {
        if has_subquery(plan)? {
            return self.everything(plan);
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
            LogicalPlan::Extension(extension) => match Attribution::of(extension.node.as_ref()) {
                Some(attribution) => self.attributed(&attribution, plan, asked).await,
                None => self.everything(plan),
            },
            _ => self.everything(plan),
        }
    }

    /// The changed rows of a table, as far as the scan reads them.
    fn changed(&self, scan: &TableScan) -> Result<Option<LogicalPlan>> {
        let Some(name) = source_of(&scan.table_name) else {
            return Ok(None);
        };
        let schema = scan.source.schema();
        let Some(images) = self.changes.table(name, &schema)? else {
            return Ok(None);
        };
        let name = scan.table_name.clone();
        let mut rows = LogicalPlanBuilder::scan(name, provider_as_source(images), None)?;
        if let Some(condition) = conjunction(scan.filters.clone()) {
            rows = rows.filter(condition)?;
        }
        let columns = (0..scan.projected_schema.fields().len())
            .map(|index| column(&scan.projected_schema, index))
            .map(|column| named(&Expr::Column(column.clone()), column));
        with(rows.build()?, columns.collect()).map(Some)
    }

    /// The changed sources that a plan reads, and their columns.
    pub(super) fn changed_sources(
        &self,
        plan: &LogicalPlan,
    ) -> Result<BTreeMap<String, SchemaRef>> {
        let mut sources = BTreeMap::new();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(name) = source_of(&scan.table_name)
                && self.changes.has(name)
            {
                sources.insert(name.to_owned(), scan.source.schema());
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(sources)
    }

    /// All rows of a plan if any row changed that it reads: what is not followed any further.
    pub(super) fn everything(&self, plan: &LogicalPlan) -> Result<Vec<LogicalPlan>> {
        let mut found = vec![];
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(rows) = self.changed(scan)?
            {
                found.push(self.all_of(plan, rows)?);
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(found)
    }

    /// All rows of a plan if there are touched rows of something that it is made of.
    pub(super) fn all_of(&self, plan: &LogicalPlan, rows: LogicalPlan) -> Result<LogicalPlan> {
        self.look_up();
        all_if_any(plan, rows)
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

/// What a scan of this name reads: a table of the warehouse, or what is stored of a view. Tables of
/// the engine do not change.
pub(super) fn source_of(scanned: &TableReference) -> Option<&str> {
    match stored_view_of(scanned) {
        Some(view) => Some(view),
        None => {
            let is_of_warehouse = scanned
                .schema()
                .is_none_or(|schema| schema == DEFAULT_SCHEMA);
            is_of_warehouse.then(|| scanned.table())
        }
    }
}
