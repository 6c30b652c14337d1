//! Functions of two numbers: which arguments they take, and the loop over rows.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, Float64Array};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

/// Returns DOUBLE for both arguments.
///
/// # Errors
/// At planning, when there are not two arguments or one is not a number.
pub(super) fn doubles(
    function: &str,
    names: [&str; 2],
    types: &[DataType],
) -> Result<Vec<DataType>> {
    let [first, second] = names;
    if types.len() != 2 {
        return plan_err!(
            "{function}: arguments must be {first} and {second}, got {} arguments",
            types.len()
        );
    }
    for (name, data_type) in names.iter().zip(types) {
        if !data_type.is_numeric() && !data_type.is_null() {
            return plan_err!("{function}: argument {name} must be a number, got {data_type}");
        }
    }
    Ok(vec![DataType::Float64; 2])
}

/// Returns `of` for each row in which neither argument is NULL; NULL for the others.
pub(super) fn each(
    args: &ScalarFunctionArgs,
    of: impl Fn(f64, f64) -> Option<f64>,
) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(&args.args)?;
    let first = arrays[0].as_primitive::<Float64Type>();
    let second = arrays[1].as_primitive::<Float64Type>();
    let pairs = first.iter().zip(second);
    let values: Float64Array = pairs.map(|(a, b)| of(a?, b?)).collect();
    Ok(ColumnarValue::Array(Arc::new(values)))
}
