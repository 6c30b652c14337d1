//! `periods()`: the named periods as a table.

use std::sync::Arc;

use datafusion::{
    catalog::{TableFunction, TableFunctionArgs, TableFunctionImpl, TableProvider},
    common::{Result, ScalarValue, plan_err},
    datasource::ViewTable,
    logical_expr::{Expr, LogicalPlanBuilder, ident, lit},
};
use jiff::Timestamp;

use super::period::{Period, named_periods};
use crate::query::settings::Settings;

/// The table function `periods()`: one row per named period, with half-open instants
/// `period_start`, `period_end`, `previous_start` and `previous_end`.
///
/// The rows are literals of the plan, so that a filter on `period` folds away.
pub fn periods_udtf() -> TableFunction {
    TableFunction::new("periods".to_owned(), Arc::new(Periods))
}

const COLUMNS: [&str; 5] = [
    "period",
    "period_start",
    "period_end",
    "previous_start",
    "previous_end",
];

#[derive(Debug)]
struct Periods;

impl TableFunctionImpl for Periods {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        if !args.exprs().is_empty() {
            return plan_err!("periods: expected no argument, got {}", args.exprs().len());
        }
        let settings = Settings::of(args.session().config_options())?;
        let rows = named_periods(settings)?.iter().map(row).collect();
        let values = LogicalPlanBuilder::values(rows)?;
        let names = COLUMNS.iter().enumerate();
        let columns: Vec<Expr> = names
            .map(|(idx, name)| ident(format!("column{}", idx + 1)).alias(*name))
            .collect();
        Ok(Arc::new(ViewTable::new(
            values.project(columns)?.build()?,
            None,
        )))
    }
}

fn row(period: &Period) -> Vec<Expr> {
    let Period {
        name,
        current,
        previous,
    } = period;
    let instants = [current.start, current.end, previous.start, previous.end];
    std::iter::once(lit(*name))
        .chain(instants.map(instant))
        .collect()
}

/// A literal of the type that instants have in the fact tables.
pub(super) fn instant(at: Timestamp) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(
        Some(at.as_microsecond()),
        Some("UTC".into()),
    ))
}
