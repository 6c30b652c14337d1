//! `window_funnel_events(window, ts, cond1, …, condN [, mode])`: when the steps were reached.

use std::sync::{Arc, LazyLock};

use datafusion::logical_expr::{
    AggregateUDF, Documentation, aggregate_doc_sections::DOC_SECTION_GENERAL,
};

use super::arguments::describe;
use super::funnel_udaf::{Question, funnel_udaf};

/// Returns the aggregate function `window_funnel_events(window, ts, cond1, …, condN [, mode])`.
pub fn window_funnel_events_udaf() -> Arc<AggregateUDF> {
    static WINDOW_FUNNEL_EVENTS: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(funnel_udaf(Question::WhenReached)));
    Arc::clone(&WINDOW_FUNNEL_EVENTS)
}

pub(super) static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    let builder = Documentation::builder(
        DOC_SECTION_GENERAL,
        "Says when the steps were reached that `window_funnel` counts, for the time from one to \
         another.\n\
         \n\
         Where there are several ways to get as far, these are the times of the one that got \
         there first; of those with the latest first step; and from there each step at its \
         earliest. The events of a group are held in memory.\n\
         \n\
         Returns: a LIST of TIMESTAMP, one for each step reached; an empty list without the \
         first.",
        "window_funnel_events(window, ts, cond1, …, condN [, mode …])",
    );
    describe(builder, "window_funnel_events")
    .with_sql_example(
        "```sql\n\
         > select steps[1] as first, steps[2] - steps[1] as time_to_order\n\
         \x20 from (\n\
         \x20     select window_funnel_events(interval '1 day', at, step = 'click', step = 'order') as steps\n\
         \x20     from (values\n\
         \x20         ('click', timestamp '2026-08-01T10:00:00'),\n\
         \x20         ('click', timestamp '2026-08-01T10:20:00'),\n\
         \x20         ('order', timestamp '2026-08-01T11:00:00')\n\
         \x20     ) as visits (step, at)\n\
         \x20 );\n\
         +---------------------+---------------+\n\
         | first               | time_to_order |\n\
         +---------------------+---------------+\n\
         | 2026-08-01T10:20:00 | PT2400S       |\n\
         +---------------------+---------------+\n\
         ```",
    )
    .with_related_udf("window_funnel")
    .build()
});
