//! The aggregate functions over funnels: one for each answer that a funnel gives.

use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF,
    Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

use super::arguments::{coerce, funnel, state_fields};
use super::funnel_groups::{Answer, FunnelGroups};
use super::{window_funnel, window_funnel_events};
use crate::groups::{ByGroup, Groups, OneGroup};
use crate::lists::list_type;

/// What is asked of the funnel of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Question {
    HowManySteps,
    WhenReached,
}

/// Returns the aggregate function of a question.
pub(super) fn funnel_udaf(question: Question) -> AggregateUDF {
    AggregateUDF::new_from_impl(Funnel {
        question,
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Funnel {
    question: Question,
    signature: Signature,
}

impl Funnel {
    fn groups(&self, args: &AccumulatorArgs<'_>) -> Result<Box<dyn Groups>> {
        let funnel = funnel(self.name(), args)?;
        let answer = match self.question {
            Question::HowManySteps => Answer::StepCount,
            Question::WhenReached => Answer::Instants(args.expr_fields[1].data_type().clone()),
        };
        Ok(Box::new(FunnelGroups::new(funnel, answer)))
    }
}

impl AggregateUDFImpl for Funnel {
    fn name(&self) -> &str {
        match self.question {
            Question::HowManySteps => "window_funnel",
            Question::WhenReached => "window_funnel_events",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        coerce(self.name(), types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(match self.question {
            Question::HowManySteps => DataType::Int32,
            Question::WhenReached => list_type(&types[1]),
        })
    }

    fn is_nullable(&self) -> bool {
        false
    }

    /// What no rows give.
    fn default_value(&self, data_type: &DataType) -> Result<ScalarValue> {
        match self.question {
            Question::HowManySteps => ScalarValue::new_zero(data_type),
            Question::WhenReached => ScalarValue::new_default(data_type),
        }
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
        Some(match self.question {
            Question::HowManySteps => &window_funnel::DOCUMENTATION,
            Question::WhenReached => &window_funnel_events::DOCUMENTATION,
        })
    }
}
