//! Exact sums: which values can be summed, in which type, and what overflows.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, ArrowNativeTypeOp, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
};
use datafusion::common::{Result, exec_datafusion_err, plan_err};
use datafusion::functions_aggregate::sum::sum_udaf;

/// The type in which values of this one are summed.
///
/// # Errors
/// At planning, for anything but a number.
pub(super) fn addend_type(
    function: &str,
    argument: &str,
    data_type: &DataType,
) -> Result<DataType> {
    match data_type {
        decimal if decimal.is_decimal() => Ok(decimal.clone()),
        signed if signed.is_signed_integer() => Ok(DataType::Int64),
        unsigned if unsigned.is_unsigned_integer() => Ok(DataType::UInt64),
        float if float.is_floating() => Ok(DataType::Float64),
        DataType::Null => Ok(DataType::Int64),
        other => plan_err!("{function}: argument {argument} must be a number, got {other}"),
    }
}

/// The type that SUM has for such values.
pub(super) fn sum_type(addend: &DataType) -> Result<DataType> {
    sum_udaf().return_type(std::slice::from_ref(addend))
}

/// Adds two values.
///
/// # Errors
/// At execution, when the sum leaves its type. SUM wraps around instead.
pub(super) fn add<T: ArrowPrimitiveType>(
    function: &str,
    sum_type: &DataType,
    [a, b]: [T::Native; 2],
) -> Result<T::Native> {
    a.add_checked(b)
        .map_err(|_| exec_datafusion_err!("{function}: the sum must fit its type {sum_type}"))
}

/// The sums as a column of their type.
///
/// # Errors
/// At execution, when a DECIMAL has more digits than its type.
pub(super) fn column<T: ArrowPrimitiveType>(
    function: &str,
    sums: impl Iterator<Item = Option<T::Native>>,
    data_type: &DataType,
) -> Result<ArrayRef> {
    let sums: PrimitiveArray<T> = sums.collect();
    let sums: ArrayRef = Arc::new(sums.with_data_type(data_type.clone()));
    let fits = match data_type {
        DataType::Decimal32(digits, _) => sums
            .as_primitive::<Decimal32Type>()
            .validate_decimal_precision(*digits),
        DataType::Decimal64(digits, _) => sums
            .as_primitive::<Decimal64Type>()
            .validate_decimal_precision(*digits),
        DataType::Decimal128(digits, _) => sums
            .as_primitive::<Decimal128Type>()
            .validate_decimal_precision(*digits),
        DataType::Decimal256(digits, _) => sums
            .as_primitive::<Decimal256Type>()
            .validate_decimal_precision(*digits),
        _ => Ok(()),
    };
    match fits {
        Ok(()) => Ok(sums),
        Err(error) => Err(datafusion::error::DataFusionError::from(error)
            .context(format!("{function}: the sum must fit its type {data_type}"))),
    }
}

/// Calls a macro with the Arrow type of a sum; an internal error for what [`sum_type`] never gives.
macro_rules! for_sum_type {
    ($data_type:expr, $of:ident) => {{
        use datafusion::arrow::datatypes as types;
        match $data_type {
            types::DataType::Int64 => $of!(types::Int64Type),
            types::DataType::UInt64 => $of!(types::UInt64Type),
            types::DataType::Float64 => $of!(types::Float64Type),
            types::DataType::Decimal32(..) => $of!(types::Decimal32Type),
            types::DataType::Decimal64(..) => $of!(types::Decimal64Type),
            types::DataType::Decimal128(..) => $of!(types::Decimal128Type),
            types::DataType::Decimal256(..) => $of!(types::Decimal256Type),
            other => datafusion::common::internal_err!("sums of {other} must not be planned"),
        }
    }};
}
pub(super) use for_sum_type;
