//! The reports that can explain an order, and those whose tables are not there.

use std::{collections::BTreeSet, iter, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{Schema, SchemaRef},
    catalog::{Session, TableProvider},
    common::{Column, JoinType, Result, ScalarValue, TableReference, plan_err},
    datasource::{TableType, provider_as_source},
    functions::core::expr_fn::coalesce,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident, lit},
    physical_plan::ExecutionPlan,
};

use super::{EXPLAIN_ORDER, ORDER_CANDIDATES};
use crate::query::view::ViewName;

/// The columns of every view `order_candidates`.
const COLUMNS: [&str; 12] = [
    "order_id",
    "ordered_at",
    "candidate_type",
    "candidate_id",
    "occurred_at",
    "agent_id",
    "channel",
    "decision",
    "rule",
    "credit",
    "amount",
    "currency",
];

/// What the catalog opens for `explain_order`; only the function reads it, for one order.
#[derive(Debug, Default)]
pub struct ExplainedReports {
    candidates: Vec<(String, Arc<dyn TableProvider>)>,
    missing: Vec<(String, BTreeSet<ViewName>)>,
}

impl ExplainedReports {
    /// Adds a report with its planned view of candidates.
    pub fn add(&mut self, report: &str, candidates: Arc<dyn TableProvider>) {
        self.candidates.push((report.to_owned(), candidates));
    }

    /// Adds a report whose view cannot be planned without these tables.
    pub fn add_missing(&mut self, report: &str, tables: BTreeSet<ViewName>) {
        self.missing.push((report.to_owned(), tables));
    }

    /// The rows of every report for the order with this id.
    pub(super) fn explain(&self, id: &Expr) -> Result<LogicalPlan> {
        let candidates = self.candidates.iter();
        let candidates = candidates.map(|(report, view)| of_order(report, view, id));
        let found = union(candidates)?.map(|found| unless_unknown(found, id));
        let missing = self.missing.iter();
        let missing = missing.map(|(report, tables)| lacking(report, tables, id));
        let Some(rows) = union(found.into_iter().chain(missing))? else {
            return plan_err!("{EXPLAIN_ORDER}: no schema has a view {ORDER_CANDIDATES}");
        };
        let order = ["report", "occurred_at", "candidate_id"].map(|it| ident(it).sort(true, false));
        LogicalPlanBuilder::from(rows).sort(order)?.build()
    }
}

/// The candidates of a report; filtered here, so that the id reaches the scans.
fn of_order(report: &str, view: &Arc<dyn TableProvider>, id: &Expr) -> Result<LogicalPlan> {
    let name = TableReference::partial(report, ORDER_CANDIDATES);
    let columns = iter::once(lit(report).alias("report")).chain(COLUMNS.map(ident));
    LogicalPlanBuilder::scan(name, provider_as_source(Arc::clone(view)), None)?
        .filter(ident("order_id").eq(id.clone()))?
        .project(columns)?
        .build()
        .map_err(|error| error.context(format!("view {report}.{ORDER_CANDIDATES}")))
}

/// The rows found, or one that says that there are none.
fn unless_unknown(found: LogicalPlan, id: &Expr) -> Result<LogicalPlan> {
    let found = LogicalPlanBuilder::from(found).alias("found")?.build()?;
    let key = Column::new(Some("found"), "order_id");
    let columns = COLUMNS.map(|name| match name {
        "order_id" => ident("asked_id").alias(name),
        "decision" => coalesce(vec![ident(name), lit("rejected")]).alias(name),
        "rule" => coalesce(vec![ident(name), lit("unknown_order")]).alias(name),
        _ => Expr::from(Column::new(Some("found"), name)).alias(name),
    });
    LogicalPlanBuilder::empty(true)
        .project([id.clone().alias("asked_id")])?
        .join(
            found,
            JoinType::Left,
            (vec![Column::from_name("asked_id")], vec![key]),
            None,
        )?
        .project(iter::once(ident("report").alias("report")).chain(columns))?
        .build()
}

/// The row of a report that lacks tables.
fn lacking(report: &str, tables: &BTreeSet<ViewName>, id: &Expr) -> Result<LogicalPlan> {
    let tables: Vec<_> = tables.iter().map(ToString::to_string).collect();
    let columns = COLUMNS.map(|name| {
        let value = match name {
            "order_id" => id.clone(),
            "candidate_type" => lit("table"),
            "candidate_id" => lit(tables.join(", ")),
            "decision" => lit("rejected"),
            "rule" => lit("missing_tables"),
            "ordered_at" | "occurred_at" => {
                lit(ScalarValue::TimestampMicrosecond(None, Some("UTC".into())))
            }
            "credit" => lit(ScalarValue::Float64(None)),
            "amount" => lit(ScalarValue::Decimal128(None, 18, 2)),
            _ => lit(ScalarValue::Utf8(None)),
        };
        value.alias(name)
    });
    LogicalPlanBuilder::empty(true)
        .project(iter::once(lit(report).alias("report")).chain(columns))?
        .build()
}

fn union(plans: impl IntoIterator<Item = Result<LogicalPlan>>) -> Result<Option<LogicalPlan>> {
    let mut plans = plans.into_iter();
    let Some(first) = plans.next() else {
        return Ok(None);
    };
    let all = plans.try_fold(LogicalPlanBuilder::from(first?), |all, plan| {
        all.union(plan?)
    })?;
    all.build().map(Some)
}

#[async_trait]
impl TableProvider for ExplainedReports {
    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::empty())
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        _: &dyn Session,
        _: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan_err!("{EXPLAIN_ORDER}: expected the id of one order, got none")
    }
}
