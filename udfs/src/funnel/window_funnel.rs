//! `window_funnel(window, ts, cond1, …, condN [, mode])`: how many steps were reached.

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

/// Returns the aggregate function `window_funnel(window, ts, cond1, …, condN [, mode])`.
pub fn window_funnel_udaf() -> Arc<AggregateUDF> {
    static WINDOW_FUNNEL: LazyLock<Arc<AggregateUDF>> =
        LazyLock::new(|| Arc::new(AggregateUDF::new_from_impl(WindowFunnel::new())));
    Arc::clone(&WINDOW_FUNNEL)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
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

#[derive(Debug, PartialEq, Eq, Hash)]
struct WindowFunnel {
    signature: Signature,
}

impl WindowFunnel {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }

    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        let funnel = funnel(self.name(), args)?;
        Ok(Box::new(FunnelGroups::new(funnel, Answer::StepCount)))
    }
}

impl AggregateUDFImpl for WindowFunnel {
    fn name(&self) -> &str {
        "window_funnel"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), types)
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    /// What no rows give.
    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        ScalarValue::new_zero(data_type)
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
