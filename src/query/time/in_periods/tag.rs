//! The function that says which periods an instant lies in.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ListBuilder, StringBuilder},
        compute::cast,
        datatypes::{DataType, Field, Int64Type},
    },
    common::{Result, cast::as_primitive_array, exec_datafusion_err},
    logical_expr::{
        ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    },
};

use super::{bounds::Bounds, node::PERIOD};

/// The names of the periods that a TIMESTAMP or DATE lies in, as a list; none for NULL.
///
/// It is not in any catalog: only the expansion of `in_periods()` makes it, with its periods.
pub(super) fn periods_of_udf(periods: Vec<Bounds>) -> ScalarUDF {
    ScalarUDF::from(PeriodsOf {
        periods,
        signature: Signature::any(1, Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct PeriodsOf {
    periods: Vec<Bounds>,
    signature: Signature,
}

fn item() -> Arc<Field> {
    Arc::new(Field::new(PERIOD, DataType::Utf8, false))
}

impl ScalarUDFImpl for PeriodsOf {
    fn name(&self) -> &str {
        "periods_of"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(item()))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [at] = <[ColumnarValue; 1]>::try_from(args.args).map_err(|args| {
            exec_datafusion_err!("periods_of: expected one argument, got {}", args.len())
        })?;
        let at = cast(&at.into_array(args.number_rows)?, &DataType::Int64)?;
        let mut names = ListBuilder::new(StringBuilder::new()).with_field(item());
        for at in as_primitive_array::<Int64Type>(&at)? {
            let periods = self.periods.iter();
            for period in periods.filter(|it| at.is_some_and(|at| it.start <= at && at < it.end)) {
                names.values().append_value(period.name);
            }
            names.append(true);
        }
        Ok(ColumnarValue::Array(Arc::new(names.finish())))
    }
}
