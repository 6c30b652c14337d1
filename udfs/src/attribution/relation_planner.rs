//! From `attribute(…)` in a FROM clause to its logical node.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Extension, LogicalPlan};
use datafusion::sql::sqlparser::ast::{FunctionArg, Ident, ObjectName, TableAlias, TableFactor};

use super::arguments::{Arguments, wrong};
use super::resolve::resolve;
use crate::table_arguments::table_factor;

/// The name of the function.
const FUNCTION: &str = "attribute";

/// Plans `attribute(…)`, which credits touchpoints with the conversions that followed them.
///
/// Arguments, columns of the result, edges and errors are in
/// [`attribute_documentation`](super::attribute_documentation); see the [crate](crate) for an
/// example.
///
/// # Source
/// Models: Snowplow attribution package, Google Analytics; each says where it differs.
#[derive(Debug, Default)]
pub struct AttributeRelationPlanner;

impl RelationPlanner for AttributeRelationPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        match relation {
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                ..
            } if is_attribute(&name) => plan(args.args, alias, ctx),
            TableFactor::Function {
                name, args, alias, ..
            } if is_attribute(&name) => plan(args, alias, ctx),
            other => Ok(RelationPlanning::Original(Box::new(other))),
        }
    }
}

fn is_attribute(name: &ObjectName) -> bool {
    match name.0.as_slice() {
        [part] => part
            .as_ident()
            .is_some_and(|ident| ident.value.eq_ignore_ascii_case(FUNCTION)),
        _ => false,
    }
}

fn plan(
    args: Vec<FunctionArg>,
    alias: Option<TableAlias>,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<RelationPlanning> {
    let args = Arguments::try_new(args)?;
    let conversions = plan_input("conversions", &args, ctx)?;
    let touchpoints = plan_input("touchpoints", &args, ctx)?;
    let node = Arc::new(resolve(&args, conversions, touchpoints, ctx)?);
    // Without an alias the result is called like the function, as in PostgreSQL.
    let alias = alias.unwrap_or_else(|| TableAlias {
        explicit: false,
        name: Ident::new(FUNCTION),
        columns: vec![],
        at: None,
    });
    let plan = LogicalPlan::Extension(Extension { node });
    let planned = PlannedRelation::new(plan, Some(alias));
    Ok(RelationPlanning::Planned(Box::new(planned)))
}

fn plan_input(
    name: &'static str,
    args: &Arguments,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let given = args.required(name)?;
    let Some(table) = table_factor(given) else {
        let expected = "be a table name or a subquery in parentheses";
        return Err(wrong(name, expected, given));
    };
    let is_name = matches!(table, TableFactor::Table { .. });
    ctx.plan(table).map_err(|error| match is_name {
        true => error.context(format!(
            "attribute: argument {name} must be a table that the session has looked up, got \
             {given}: write (SELECT * FROM {given}), or call resolve_table_arguments first"
        )),
        false => error,
    })
}
