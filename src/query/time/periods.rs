//! `periods()`: the named periods as a table.

use std::sync::{Arc, LazyLock};

use datafusion::{
    catalog::{TableFunction, TableFunctionArgs, TableFunctionImpl, TableProvider},
    common::{Result, ScalarValue, plan_err},
    datasource::ViewTable,
    logical_expr::{Documentation, Expr, LogicalPlanBuilder, ident, lit},
};
use jiff::Timestamp;

use super::period::{Period, named_periods};
use crate::query::{settings::Settings, table_functions::TABLE_FUNCTIONS};

pub(in crate::query) static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        TABLE_FUNCTIONS,
        "Lists the named periods of reports, and what each is compared with.\n\
         \n\
         Days are those of `tributary.timezone`, and now is `tributary.as_of`, so both settings \
         move the bounds. `today` ends now; `yesterday`, `last_7_days`, `last_14_days` and \
         `last_30_days` are whole days before today; `month_to_date` begins with the month and \
         ends before today; `last_7_days_vtex_literal` and its siblings have one day more; \
         `custom` is there when `tributary.period` is set. A period is compared with as many days \
         right before it, and `today` with the same hours of yesterday.\n\
         \n\
         Returns: one row for each period: `period` VARCHAR, and the instants (TIMESTAMP in UTC) \
         `period_start`, `period_end`, `previous_start` and `previous_end`. The start belongs to \
         the period, the end does not.\n\
         \n\
         NULL: never.\n\
         \n\
         Errors: at planning, when it is given an argument (`periods: expected no argument, got \
         1`).",
        "periods()",
    )
    .with_sql_example(
        "```sql\n\
         > set tributary.timezone = 'Europe/Berlin';\n\
         > set tributary.as_of = '2026-08-15T10:00:00Z';\n\
         > select period, period_start, period_end, previous_start\n\
         \x20 from periods()\n\
         \x20 where period in ('today', 'last_7_days', 'month_to_date')\n\
         \x20 order by period;\n\
         +---------------+----------------------+----------------------+----------------------+\n\
         | period        | period_start         | period_end           | previous_start       |\n\
         +---------------+----------------------+----------------------+----------------------+\n\
         | last_7_days   | 2026-08-07T22:00:00Z | 2026-08-14T22:00:00Z | 2026-07-31T22:00:00Z |\n\
         | month_to_date | 2026-07-31T22:00:00Z | 2026-08-14T22:00:00Z | 2026-07-17T22:00:00Z |\n\
         | today         | 2026-08-14T22:00:00Z | 2026-08-15T10:00:00Z | 2026-08-13T22:00:00Z |\n\
         +---------------+----------------------+----------------------+----------------------+\n\
         ```",
    )
    .build()
});

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
