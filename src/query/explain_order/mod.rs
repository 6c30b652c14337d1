//! `explain_order('id')`: what could have earned one order, report by report, and what decided.
//!
//! The rules are the reports': every schema with a view `order_candidates` takes part, also one of
//! a user. The catalog opens those views when a query names the function, as they need planning;
//! the planner here, which cannot wait, puts them together.

mod documentation;
mod explained_reports;

use std::{any::Any, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field},
    common::{DFSchema, Result, ScalarValue, TableReference, internal_datafusion_err, plan_err},
    datasource::source_as_provider,
    logical_expr::{
        Expr, LogicalPlan,
        expr::Placeholder,
        planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning},
    },
    sql::sqlparser::ast::{
        FunctionArg, FunctionArgExpr, Ident, TableAlias, TableFactor, TableFunctionArgs,
    },
};

use super::view::DEFAULT_SCHEMA;

pub(super) use documentation::explain_order_documentation;
pub use explained_reports::ExplainedReports;

/// The name of the table function, and of what the catalog opens for it.
pub const EXPLAIN_ORDER: &str = "explain_order";

/// The view with which a report takes part.
pub const ORDER_CANDIDATES: &str = "order_candidates";

/// Plans `explain_order('order-id')`.
///
/// What the argument and columns mean is on its page, `docs/functions/explain_order.md`.
#[derive(Debug)]
pub struct ExplainOrderPlanner;

impl RelationPlanner for ExplainOrderPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        match relation {
            TableFactor::Table {
                name, alias, args, ..
            } if name.to_string().eq_ignore_ascii_case(EXPLAIN_ORDER) => {
                let plan = plan(args, context)?;
                let alias = alias.unwrap_or_else(|| TableAlias {
                    explicit: false,
                    name: Ident::new(EXPLAIN_ORDER),
                    columns: vec![],
                    at: None,
                });
                Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(
                    plan,
                    Some(alias),
                ))))
            }
            other => Ok(RelationPlanning::Original(Box::new(other))),
        }
    }
}

fn plan(
    args: Option<TableFunctionArgs>,
    context: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let args = args.map(|args| args.args).unwrap_or_default();
    let id = order_id(&args, context)?;
    let opened = context
        .context_provider()
        .get_table_source(TableReference::partial(DEFAULT_SCHEMA, EXPLAIN_ORDER))?;
    let opened: Arc<dyn Any + Send + Sync> = source_as_provider(&opened)?;
    let reports = opened
        .downcast::<ExplainedReports>()
        .map_err(|_| internal_datafusion_err!("{EXPLAIN_ORDER}: the catalog opened a table"))?;
    reports.explain(&id)
}

fn order_id(args: &[FunctionArg], context: &mut dyn RelationPlannerContext) -> Result<Expr> {
    if let [FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))] = args {
        match context.sql_to_expr(arg.clone(), &DFSchema::empty()) {
            Ok(id @ Expr::Literal(ScalarValue::Utf8(Some(_)), _)) => return Ok(id),
            Ok(Expr::Placeholder(Placeholder { id, .. })) => {
                let text = Arc::new(Field::new("", DataType::Utf8, true));
                return Ok(Expr::Placeholder(Placeholder::new_with_field(
                    id,
                    Some(text),
                )));
            }
            _ => {}
        }
    }
    let got: Vec<_> = args.iter().map(ToString::to_string).collect();
    plan_err!(
        "{EXPLAIN_ORDER}: expected the id of one order, as in {EXPLAIN_ORDER}('o-1'), got ({})",
        got.join(", ")
    )
}
