//! `in_periods(rows => …, at => '…')`: rows once for every named period they fall in.
//!
//! A report view has one set of rows per period. Joining facts to the periods on a range would be
//! a nested loop over everything, and a UNION ALL of the periods would attribute each order once
//! per period; here a row is tagged with the list of its periods, which is then unnested. This is
//! planned only after filters were pushed down, so that a query for one period reads that period:
//! the literal bounds of those that are asked for reach the scan.

mod arguments;
mod bounds;
mod compare;
mod expand;
mod node;
mod tag;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::{Result, plan_datafusion_err, plan_err},
    logical_expr::{
        Expr, Extension, LogicalPlan, LogicalPlanBuilder,
        planner::{PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning},
    },
    sql::sqlparser::ast::{TableFactor, TableFunctionArgs},
};

use super::period::named_periods;
use crate::query::settings::Settings;

use arguments::Arguments;
use compare::spans;
pub use expand::ExpandPeriods;
use node::InPeriods;

/// The name of the table function.
pub const IN_PERIODS: &str = "in_periods";

/// Plans `in_periods(rows => (query), at => 'column' [, compare => true])`.
///
/// # Arguments
/// `rows`: a table or query. `at`: name of its TIMESTAMP or DATE column; a date is a local day.
/// `compare`: whether each period comes with the span that it is compared with. `true` is
/// `'previous_period'`, as many days right before; `'same_days_prev_month'` compares the month to
/// date with those days of the month before. Default false.
///
/// # Returns
/// A column `period`, then those of `rows`; a row appears once per period it lies in. With
/// `compare`, a BOOLEAN `is_previous` after `period`: a row also appears once per period in whose
/// previous span it lies.
///
/// # Nulls and edges
/// A NULL time lies in no period. The start of a period belongs to it, the end does not.
///
/// # Errors
/// Plan errors that name the argument: unknown, missing, not a column, not a time,
/// not a comparison.
#[derive(Debug)]
pub struct InPeriodsPlanner;

impl RelationPlanner for InPeriodsPlanner {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        match relation {
            TableFactor::Table {
                name,
                alias,
                args: Some(args),
                ..
            } if name.to_string().eq_ignore_ascii_case(IN_PERIODS) => {
                let plan = plan(args, context)?;
                Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(
                    plan, alias,
                ))))
            }
            other => Ok(RelationPlanning::Original(Box::new(other))),
        }
    }
}

fn plan(args: TableFunctionArgs, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    let Arguments {
        rows,
        at,
        comparison,
    } = Arguments::try_new(args)?;
    let rows = context.plan(rows)?;
    let names = rows.schema().field_names();
    let field = rows
        .schema()
        .fields()
        .iter()
        .find(|field| *field.name() == at)
        .ok_or_else(|| {
            plan_datafusion_err!(
                "in_periods: argument at must name a column of rows ({}), got {at}",
                names.join(", ")
            )
        })?;
    if !matches!(
        field.data_type(),
        DataType::Timestamp(..) | DataType::Date32
    ) {
        return plan_err!(
            "in_periods: argument at must name a TIMESTAMP or DATE column, got {at} of {}",
            field.data_type()
        );
    }
    let columns = rows.schema().columns().into_iter();
    let columns: Vec<_> = columns
        .map(|column| {
            let name = column.name.clone();
            Expr::Column(column).alias(name)
        })
        .collect();
    let input = LogicalPlanBuilder::from(rows).project(columns)?.build()?;
    let settings = Settings::of(context.context_provider().options())?;
    let spans = spans(&named_periods(settings)?, comparison, &settings.timezone)?;
    let node = InPeriods::try_new(input, at, spans, comparison.is_some())?;
    Ok(LogicalPlan::Extension(Extension {
        node: Arc::new(node),
    }))
}
