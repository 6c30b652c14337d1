//! `window_funnel_events(window, ts, cond1, …, condN [, mode])`: when the steps were reached.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    Signature, Volatility, aggregate_doc_sections::DOC_SECTION_GENERAL,
};
use datafusion::scalar::ScalarValue;

use super::arguments::{coerce, describe, funnel, state_fields};
use super::funnel_groups::{Answer, FunnelGroups};
use crate::groups::{ByGroup, Groups, OneGroup};
use crate::lists::list_type;

/// Returns the aggregate function `window_funnel_events(window, ts, cond1, …, condN [, mode])`.
pub fn window_funnel_events_udaf() -> Arc<AggregateUDF> {
    static WINDOW_FUNNEL_EVENTS: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(WindowFunnelEvents::new())));
    Arc::clone(&WINDOW_FUNNEL_EVENTS)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    let builder = Documentation::builder(
        DOC_SECTION_GENERAL,
        "Returns as LIST when the steps were reached that window_funnel counts, one TIMESTAMP per \
         step; an empty list without the first step. Where there are several ways to get as far, \
         these are the times of the one that got there first; of those with the latest first \
         step; and from there each step at its earliest.",
        "window_funnel_events(window, ts, cond1, …, condN [, mode …])",
    );
    describe(builder)
    .with_sql_example(
        "```sql\n\
         > select steps[1] as first, steps[2] - steps[1] as time_to_order from (\n\
         \x20   select window_funnel_events(interval '1 day', at, step = 'click', step = 'order') as steps\n\
         \x20   from (values ('click', timestamp '2026-08-01T10:00:00'),\n\
         \x20                ('click', timestamp '2026-08-01T10:20:00'),\n\
         \x20                ('order', timestamp '2026-08-01T11:00:00')) as visits (step, at));\n\
         +---------------------+---------------+\n\
         | first               | time_to_order |\n\
         +---------------------+---------------+\n\
         | 2026-08-01T10:20:00 | PT2400S       |\n\
         +---------------------+---------------+\n\
         ```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct WindowFunnelEvents {
    signature: Signature,
}

impl WindowFunnelEvents {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        let funnel = funnel(self.name(), args)?;
        let instants = Answer::Instants(args.expr_fields[1].data_type().clone());
        Ok(Box::new(FunnelGroups::new(funnel, instants)))
    }
}

impl AggregateUDFImpl for WindowFunnelEvents {
    fn name(&self) -> &str {
        "window_funnel_events"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(list_type(&types[1]))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    /// What no rows give.
    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        ScalarValue::new_default(data_type)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(state_fields(&args))
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(OneGroup::new(self.groups(&args)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ByGroup::new(self.groups(&args)?)))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
