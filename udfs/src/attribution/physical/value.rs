//! The value of a conversion and its pieces, in the type of the column.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{
    DataType, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use datafusion::common::{Result, internal_err};

use crate::attribution::conversion_path::Credit;
use crate::attribution::split::split_exactly;

/// An amount: whole smallest units of its type, or a float.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Amount {
    Exact(i128),
    Approximate(f64),
}

/// The pieces of one value, one per touchpoint that gets any.
#[derive(Debug)]
pub(crate) enum Pieces {
    /// Every touchpoint gets this.
    Same(Option<Amount>),
    /// Pieces that sum to the value.
    Exact(Vec<i128>),
    /// This times the credit.
    Proportional(f64),
}

impl Pieces {
    /// Divides a value. Floats are multiplied by the credit: their sum is as exact as floats are.
    pub(crate) fn of(value: Option<Amount>, credit: &Credit) -> Self {
        match (value, credit) {
            (Some(Amount::Exact(amount)), Credit::Shared(weights)) => {
                Self::Exact(split_exactly(amount, weights))
            }
            (Some(Amount::Approximate(amount)), Credit::Shared(_)) => Self::Proportional(amount),
            (value, _) => Self::Same(value),
        }
    }

    /// The piece of the touchpoint at `idx`, whose credit is given.
    pub(crate) fn get(&self, idx: usize, credit: f64) -> Option<Amount> {
        match self {
            Self::Same(value) => *value,
            Self::Exact(pieces) => Some(Amount::Exact(pieces[idx])),
            Self::Proportional(amount) => Some(Amount::Approximate(amount * credit)),
        }
    }
}

/// Calls a macro with the Arrow type of each data type that a value may have.
macro_rules! with_value_type {
    ($data_type:expr, $call:ident, $otherwise:expr) => {
        match $data_type {
            DataType::Int8 => $call!(Exact, Int8Type),
            DataType::Int16 => $call!(Exact, Int16Type),
            DataType::Int32 => $call!(Exact, Int32Type),
            DataType::Int64 => $call!(Exact, Int64Type),
            DataType::UInt8 => $call!(Exact, UInt8Type),
            DataType::UInt16 => $call!(Exact, UInt16Type),
            DataType::UInt32 => $call!(Exact, UInt32Type),
            DataType::UInt64 => $call!(Exact, UInt64Type),
            DataType::Decimal32(_, _) => $call!(Exact, Decimal32Type),
            DataType::Decimal64(_, _) => $call!(Exact, Decimal64Type),
            DataType::Decimal128(_, _) => $call!(Exact, Decimal128Type),
            DataType::Float32 => $call!(Approximate, Float32Type),
            DataType::Float64 => $call!(Approximate, Float64Type),
            _ => $otherwise,
        }
    };
}

/// Returns the value in this row; `None` if it is NULL.
pub(crate) fn amount_at(array: &ArrayRef, row: usize) -> Result<Option<Amount>> {
    if array.is_null(row) {
        return Ok(None);
    }
    macro_rules! read {
        ($kind:ident, $type:ty) => {
            Amount::$kind(array.as_primitive::<$type>().value(row).into())
        };
    }
    let other = array.data_type();
    Ok(Some(with_value_type!(
        other,
        read,
        return internal_err!("attribute: value must be a number, got {other}")
    )))
}

/// Returns amounts as an array of this type. A piece is never larger than its value, so it fits.
pub(crate) fn to_array(amounts: &[Option<Amount>], data_type: &DataType) -> Result<ArrayRef> {
    macro_rules! write {
        ($kind:ident, $type:ty) => {
            Arc::new(primitive::<$type>(amounts, data_type))
        };
    }
    Ok(with_value_type!(
        data_type,
        write,
        return internal_err!("attribute: value must be a number, got {data_type}")
    ))
}

fn primitive<T: ArrowPrimitiveType>(
    amounts: &[Option<Amount>],
    data_type: &DataType,
) -> PrimitiveArray<T>
where
    T::Native: FromAmount,
{
    let values = amounts
        .iter()
        .map(|amount| amount.map(T::Native::from_amount));
    values
        .collect::<PrimitiveArray<T>>()
        .with_data_type(data_type.clone())
}

/// A number that an amount of its kind is turned back into.
trait FromAmount {
    fn from_amount(amount: Amount) -> Self;
}

macro_rules! from_amount {
    ($($type:ty),*) => {
        $(impl FromAmount for $type {
            fn from_amount(amount: Amount) -> Self {
                match amount {
                    Amount::Exact(amount) => amount as $type,
                    Amount::Approximate(amount) => amount as $type,
                }
            }
        })*
    };
}

from_amount!(i8, i16, i32, i64, i128, u8, u16, u32, u64, f32, f64);
