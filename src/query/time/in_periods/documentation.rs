//! What `in_periods()` does, for its page.

use std::sync::LazyLock;

use datafusion::logical_expr::Documentation;

use crate::query::table_functions::TABLE_FUNCTIONS;

/// Returns the documentation of `in_periods(…)`.
pub(in crate::query) fn in_periods_documentation() -> &'static Documentation {
    static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(documentation);
    &DOCUMENTATION
}

fn documentation() -> Documentation {
    Documentation::builder(
        TABLE_FUNCTIONS,
        "Puts the rows of a table or query into the named periods of reports.\n\
         \n\
         A filter on `period` is applied to the list of periods before the plan over them is \
         built: a query for one period reads the files of that period alone. `periods()` lists \
         the periods and their bounds; the start of a period belongs to it, the end does not. A \
         period without rows has none here.\n\
         \n\
         Returns: a column `period` VARCHAR, then the columns of rows. A row is there once for \
         each period it lies in. With compare, a BOOLEAN `is_previous` follows `period`, and a \
         row is also there once for each period in whose previous span it lies.\n\
         \n\
         NULL: a row whose time is NULL lies in no period.\n\
         \n\
         Errors: at planning, for an argument that is missing (`in_periods: argument rows is \
         missing`), unknown or given twice, a column that rows do not have (`in_periods: argument \
         at must name a column of rows (order_id, ordered_at), got placed_at`) or that is no \
         time, and an unknown comparison.",
        "in_periods(rows => table or (query), at => 'column' [, compare => comparison])",
    )
    .with_argument("rows", "A table, view, CTE or (query).")
    .with_argument(
        "at",
        "The column of rows that places them, in a string: TIMESTAMP, or DATE, a day of \
         `tributary.timezone`.",
    )
    .with_argument(
        "compare",
        "Whether each period comes with the span before it: `true` or `'previous_period'`, as many \
         days right before (`today`: the same hours of yesterday); `'same_days_prev_month'`, which \
         compares `month_to_date` with those days of the month before. Default: `false`.",
    )
    .with_sql_example(
        "```sql\n\
         > set tributary.as_of = '2026-08-15T10:00:00Z';\n\
         > with orders as (\n\
         \x20     select * from (values\n\
         \x20         ('o1', timestamp '2026-08-02T12:00:00Z'),\n\
         \x20         ('o2', timestamp '2026-08-14T12:00:00Z'),\n\
         \x20         ('o3', timestamp '2026-08-15T09:00:00Z')\n\
         \x20     ) as orders (order_id, ordered_at)\n\
         \x20 )\n\
         \x20 select period, is_previous, count(*) as orders\n\
         \x20 from in_periods(rows => orders, at => 'ordered_at', compare => true)\n\
         \x20 where period in ('today', 'last_7_days')\n\
         \x20 group by period, is_previous\n\
         \x20 order by period, is_previous;\n\
         +-------------+-------------+--------+\n\
         | period      | is_previous | orders |\n\
         +-------------+-------------+--------+\n\
         | last_7_days | false       | 1      |\n\
         | last_7_days | true        | 1      |\n\
         | today       | false       | 1      |\n\
         +-------------+-------------+--------+\n\
         ```",
    )
    .build()
}
