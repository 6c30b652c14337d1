//! `window_funnel(window, ts, cond1, …, condN [, mode])`: how many steps were reached.

use std::sync::{Arc, LazyLock};

use datafusion::logical_expr::{
    AggregateUDF, Documentation, aggregate_doc_sections::DOC_SECTION_GENERAL,
};

use super::arguments::describe;
use super::funnel_udaf::{Question, funnel_udaf};

/// Returns the aggregate function `window_funnel(window, ts, cond1, …, condN [, mode])`.
pub fn window_funnel_udaf() -> Arc<AggregateUDF> {
    static WINDOW_FUNNEL: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(funnel_udaf(Question::HowManySteps)));
    Arc::clone(&WINDOW_FUNNEL)
}

pub(super) static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    let builder = Documentation::builder(
        DOC_SECTION_GENERAL,
        "Says how many steps a customer, or any group of rows, got through in order and in time.\n\
         \n\
         Each step is at or after the one before it, and all of them are within window of the \
         first. Steps at one instant may follow each other in their order; the order of rows does \
         not matter. Steps, modes and results are those of ClickHouse's `windowFunnel`; \
         `udfs/README.md` names the few differences. The events of a group are held in memory.\n\
         \n\
         Returns: INTEGER, the number of steps reached in a row; 0 without the first.",
        "window_funnel(window, ts, cond1, …, condN [, mode …])",
    );
    describe(builder, "window_funnel")
    .with_sql_example(
        "```sql\n\
         > select visitor, window_funnel(interval '1 hour', at, step = 'click', step = 'cart', step = 'order') as steps\n\
         \x20 from (values\n\
         \x20     ('ada', 'click', timestamp '2026-08-01T10:00:00'),\n\
         \x20     ('ada', 'cart',  timestamp '2026-08-01T10:20:00'),\n\
         \x20     ('ada', 'order', timestamp '2026-08-01T11:00:00'),\n\
         \x20     ('bob', 'click', timestamp '2026-08-01T10:00:00'),\n\
         \x20     ('bob', 'order', timestamp '2026-08-01T10:05:00')\n\
         \x20 ) as visits (visitor, step, at)\n\
         \x20 group by visitor\n\
         \x20 order by visitor;\n\
         +---------+-------+\n\
         | visitor | steps |\n\
         +---------+-------+\n\
         | ada     | 3     |\n\
         | bob     | 1     |\n\
         +---------+-------+\n\
         ```",
    )
    .with_related_udf("window_funnel_events")
    .build()
});
