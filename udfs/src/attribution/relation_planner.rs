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
/// # Arguments
/// All are named; those without a default are required. A column is named in a string, as SQL
/// writes an identifier.
/// - `conversions`, `touchpoints`: a table, view, CTE or (subquery) each. Each row of conversions
///   is one conversion.
/// - `key`: the column that both sides share, or `'left = right'`. Text with text, numbers with
///   numbers.
/// - `conversion_id`, `conversion_time`, `value`: columns of conversions. Times are TIMESTAMP of
///   any unit and zone, or DATE (its midnight, UTC). A value is an integer, DECIMAL of up to 38
///   digits, FLOAT or DOUBLE.
/// - `touchpoint_id`, `touchpoint_time`: columns of touchpoints. The id is unique, of any type
///   that can be sorted.
/// - `touchpoint_end`: TIMESTAMP or DATE column of touchpoints, optional. The touchpoint counts
///   only for conversions before it; NULL is open-ended.
/// - `model`: one or several of [`MODELS`](super::MODELS), separated by commas.
/// - `lookback`: positive INTERVAL without months. A touchpoint counts if conversion time minus
///   touchpoint time is from 0 to `lookback`, both included.
/// - `half_life`: positive INTERVAL without months, for `time_decay`; 7 days by default.
/// - `direct`: a condition over touchpoint columns, in a string; what it is true for, the
///   non-direct models skip, and only they need it.
/// - `unattributed`: BOOLEAN, whether conversions without a touchpoint come out; TRUE by default.
///
/// # Returns
/// One row per conversion, model and touchpoint that gets credit, in no promised order: a model of
/// one touchpoint (`last_touch`) has one row per conversion, one of several has one per touchpoint
/// of the path. Columns:
/// - all of conversions, then all of touchpoints; a touchpoint column whose name a conversion
///   column has is prefixed with `touchpoint_`
/// - `model` VARCHAR
/// - `position` BIGINT, 1 = oldest, and `path_length` BIGINT, both of the whole path
/// - `credit` DOUBLE, 0 to 1; sums to 1 per conversion and model, except with `any_touch`
/// - `credited_value`, the type of `value`. Integers and DECIMAL sum exactly to the value: units
///   that do not divide go to the largest remainders, equal ones to the oldest position first. A
///   negative value mirrors the positive one. Floats are value times credit
/// - `lag_seconds` DOUBLE, conversion time minus touchpoint time
/// - `reason` VARCHAR: `credited`, `no_key`, `no_touchpoint_in_lookback`
///
/// # Nulls and edges
/// A NULL key or time matches nothing. A conversion with a NULL key comes out as `no_key`, one
/// with a NULL time as `no_touchpoint_in_lookback`; an unattributed row has its model, `path_length`
/// 0, and NULL in every touchpoint column, `position`, `credit`, `credited_value` and
/// `lag_seconds`. A NULL value has NULL credited values. A touchpoint at the instant of the
/// conversion counts. Touchpoints of the same time are ordered by id; should they share the id
/// too, by every other column that the query reads, so that row order never shows. A NULL in
/// `direct` is not direct. Where one side has nanoseconds, an instant of the other that they cannot
/// hold (before 1677, after 2262) matches nothing.
///
/// # Errors
/// At planning: a missing, unknown, repeated or unnamed argument, one of the wrong kind, a column
/// that is missing, ambiguous or named like a computed one. At execution: only when memory ends.
///
/// # Example
/// See the [crate documentation](crate).
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
