//! Amounts, quantities and other numbers.

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Decimal128Array, PrimitiveArray},
        compute::cast,
        datatypes::{DataType, Decimal128Type, Int64Type},
    },
    common::Result,
};

use super::{
    Coerced, Reason,
    decimal::{Decimal, Surplus},
    map,
    text::text,
};
use crate::warehouse::contract::Kind;

/// Amounts of a decimal type.
pub(super) fn amounts(array: &ArrayRef, decimal: Decimal) -> Result<Coerced> {
    let (values, bad) = numbers(array, decimal)?;
    let scale = decimal.scale.cast_signed();
    let values = values.with_precision_and_scale(decimal.precision, scale)?;
    Ok(Coerced::new(values, bad))
}

/// Whole numbers.
pub(super) fn integers(array: &ArrayRef) -> Result<Coerced> {
    let decimal = Decimal {
        precision: 19,
        scale: 0,
        surplus: Surplus::Refuse,
    };
    let (values, mut bad) = numbers(array, decimal)?;
    let (values, large) = map(&values, |_, value| {
        i64::try_from(value).map_err(|_| "too large for BIGINT".into())
    });
    bad.extend(large);
    let values: PrimitiveArray<Int64Type> = values;
    Ok(Coerced::new(values, bad))
}

/// Numbers of any type in units of the decimal's scale.
pub(super) fn numbers(
    array: &ArrayRef,
    decimal: Decimal,
) -> Result<(Decimal128Array, Vec<(usize, Reason)>)> {
    Ok(match array.data_type() {
        DataType::Decimal128(_, scale) => {
            let scale = i64::from(*scale);
            map(array.as_primitive::<Decimal128Type>(), |_, value| {
                decimal.rescale(value, scale)
            })
        }
        data_type if data_type.is_integer() => {
            let integers = cast(array, &DataType::Int64)?;
            map(integers.as_primitive::<Int64Type>(), |_, value| {
                decimal.rescale(i128::from(value), 0)
            })
        }
        // A float means the shortest decimal that reads back as it, which is how Arrow prints it.
        _ => map(&text(Kind::Money, array)?, |_, text| decimal.parse(text)),
    })
}
