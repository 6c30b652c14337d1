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
        "Returns as INTEGER how many steps in a row were reached, each at or after the one before \
         and all of them within window of the first; 0 without the first step. Steps at one \
         instant may follow each other in their order. The order of rows does not matter. The \
         steps, modes and results are those of ClickHouse's windowFunnel; the README names the \
         exceptions. The events of a group are held in memory.",
        "window_funnel(window, ts, cond1, …, condN [, mode …])",
    );
    describe(builder)
    .with_sql_example(
        "```sql\n\
         > select visitor, window_funnel(interval '1 hour', at, step = 'click', step = 'cart', step = 'order') as steps\n\
         \x20 from (values ('ada', 'click', timestamp '2026-08-01T10:00:00'),\n\
         \x20              ('ada', 'cart',  timestamp '2026-08-01T10:20:00'),\n\
         \x20              ('ada', 'order', timestamp '2026-08-01T11:00:00'),\n\
         \x20              ('bob', 'click', timestamp '2026-08-01T10:00:00'),\n\
         \x20              ('bob', 'order', timestamp '2026-08-01T10:05:00')) as visits (visitor, step, at)\n\
         \x20 group by visitor order by visitor;\n\
         +---------+-------+\n\
         | visitor | steps |\n\
         +---------+-------+\n\
         | ada     | 3     |\n\
         | bob     | 1     |\n\
         +---------+-------+\n\
         ```",
    )
    .build()
});
