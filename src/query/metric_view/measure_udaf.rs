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
        "Returns a measure of a metric view for each group, as the view defines it. It has the \
         measure's type; counts and sums are 0 in a group without rows, the rest NULL.",
        "measure(m)",
    )
    .with_argument("m", "A measure of the metric view that the query reads.")
    .with_sql_example(
        "```sql\n\
         select channel, measure(cx_total_revenue)\n\
         from revenue.metrics\n\
         group by channel;\n\
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
