//! `MEASURE(m)`: a measure of a metric view, at the grain of the query.

use std::sync::{Arc, LazyLock};

use datafusion::{
    arrow::datatypes::{DataType, FieldRef},
    common::{Result, plan_err},
    logical_expr::{
        Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, Signature, Volatility,
        aggregate_doc_sections::DOC_SECTION_GENERAL, function::AccumulatorArgs,
    },
};

pub(super) const MEASURE: &str = "measure";

/// Returns the aggregate function `measure(m)`, also named `agg`.
pub fn measure_udaf() -> Arc<AggregateUDF> {
    static MEASURE: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(Measure::new())));
    Arc::clone(&MEASURE)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_GENERAL,
        "Computes a measure of a metric view for each group of a query, as the view defines it.\n\
         \n\
         A measure is computed from the rows of its own fact alone, so it does not depend on what \
         else the query asks for. `docs/metric-views.md` says what may stand around it. FILTER \
         (WHERE …) is allowed, on dimensions.\n\
         \n\
         Returns: the measure, in its own type.\n\
         \n\
         NULL: in a group without rows of the fact, except for counts and sums, which are 0; for \
         a ratio whose denominator is 0; and for a measure whose condition WHEN EXISTS does not \
         hold.\n\
         \n\
         Errors: at planning, for what is no measure (`measure: expected a measure of a metric \
         view, got …`), a dimension (`metric view replies: channel is a dimension: select it and \
         GROUP BY it`), an expression around the measure's name, a dimension that the measure's \
         fact lacks, and a query above LIMIT, DISTINCT, UNION or a join; each says what to write \
         instead.",
        "measure(m)",
    )
    .with_alternative_syntax("agg(m)")
    .with_argument("m", "A measure of the metric view that the query reads.")
    .with_sql_example(
        "```sql\n\
         > create or replace temporary metric view replies\n\
         \x20 facts\n\
         \x20     (\n\
         \x20         select * from (values\n\
         \x20             (timestamp '2026-08-01T10:00:00Z', 'chat', 2),\n\
         \x20             (timestamp '2026-08-01T11:00:00Z', 'chat', 4),\n\
         \x20             (timestamp '2026-08-02T10:00:00Z', 'email', 9)\n\
         \x20         ) as replies (sent_at, channel, minutes)\n\
         \x20     ) as r time r.sent_at\n\
         \x20 dimensions\n\
         \x20     channel = { r: r.channel }\n\
         \x20 measures\n\
         \x20     replies = count(*) on r,\n\
         \x20     minutes = sum(r.minutes) on r,\n\
         \x20     minutes_per_reply = ratio(minutes, replies);\n\
         > select channel, measure(replies) as replies, measure(minutes_per_reply) as minutes_per_reply\n\
         \x20 from replies\n\
         \x20 group by rollup (channel)\n\
         \x20 order by channel nulls last;\n\
         +---------+---------+-------------------+\n\
         | channel | replies | minutes_per_reply |\n\
         +---------+---------+-------------------+\n\
         | chat    | 2       | 3.0               |\n\
         | email   | 1       | 9.0               |\n\
         | NULL    | 3       | 5.0               |\n\
         +---------+---------+-------------------+\n\
         ```",
    )
    .build()
});

/// A placeholder: [`super::rewrite_measures`] puts the measure's own aggregates in its place.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Measure {
    signature: Signature,
    aliases: Vec<String>,
}

impl Measure {
    fn new() -> Self {
        Self {
            signature: Signature::any(1, Volatility::Immutable),
            aliases: vec!["agg".to_owned()],
        }
    }
}

impl AggregateUDFImpl for Measure {
    fn name(&self) -> &str {
        MEASURE
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        Ok(arguments[0].clone())
    }

    fn return_field(&self, arguments: &[FieldRef]) -> Result<FieldRef> {
        let measure = arguments[0].as_ref().clone();
        Ok(Arc::new(measure.with_name(MEASURE).with_nullable(true)))
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        plan_err!("measure: expected a measure of a metric view")
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
