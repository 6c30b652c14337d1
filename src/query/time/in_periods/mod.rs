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
mod documentation;
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
pub(in crate::query) use documentation::in_periods_documentation;
pub use expand::ExpandPeriods;
use node::InPeriods;

/// The name of the table function.
pub const IN_PERIODS: &str = "in_periods";

/// Plans `in_periods(rows => (query), at => 'column' [, compare => true])`.
///
/// What the arguments and columns mean is on its page, `docs/functions/in_periods.md`.
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
