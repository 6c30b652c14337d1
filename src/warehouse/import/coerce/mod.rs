//! One column of a file as the contract wants it, and the values that cannot be.

mod currency;
mod decimal;
mod extra;
mod instant;
mod number;
mod text;
mod time;
mod tombstone;

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayAccessor, ArrayRef, ArrowPrimitiveType, BooleanArray, PrimitiveArray,
            new_null_array,
        },
        compute::{CastOptions, cast_with_options},
        datatypes::DataType,
    },
    common::{Result, internal_err},
};

use self::decimal::{Decimal, Surplus};
pub(super) use self::{
    extra::{coerce_extra, storable},
    tombstone::tombstones,
};
use crate::warehouse::contract::Kind;

/// Why a value is refused; words that follow the name of its column.
pub(super) type Reason = Cow<'static, str>;

/// A coerced column: NULL where the source is NULL or bad.
pub(super) struct Coerced {
    pub(super) values: ArrayRef,
    /// Row of the batch and reason of each bad value.
    pub(super) bad: Vec<(usize, Reason)>,
    /// For instants: which values are only a date.
    pub(super) date_only: Option<BooleanArray>,
}

impl Coerced {
    fn new(values: impl Array + 'static, bad: Vec<(usize, Reason)>) -> Self {
        Self {
            values: Arc::new(values),
            bad,
            date_only: None,
        }
    }
}

/// Whether a column of the type can hold values of the kind at all.
pub(super) fn accepts(kind: Kind, data_type: &DataType) -> bool {
    let data_type = plain(data_type);
    let is_text = matches!(data_type, DataType::Utf8 | DataType::Null);
    let is_time = data_type.is_temporal()
        && matches!(
            data_type,
            DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _)
        );
    is_text
        || match kind {
            Kind::Id | Kind::Text | Kind::Word | Kind::Currency => {
                data_type.is_numeric()
                    || is_time
                    || matches!(data_type, DataType::Boolean | DataType::FixedSizeBinary(16))
            }
            Kind::Instant | Kind::Date => is_time,
            Kind::Money | Kind::UnitPrice | Kind::Rate | Kind::Quantity | Kind::Integer => {
                data_type.is_numeric()
            }
            Kind::Flag => data_type.is_integer() || data_type == DataType::Boolean,
        }
}

/// Whether values of the kind lose something when they come as this type.
pub(super) fn rounds(kind: Kind, data_type: &DataType) -> bool {
    plain(data_type).is_floating() && matches!(kind, Kind::Money | Kind::UnitPrice | Kind::Rate)
}

/// The column as values of the kind.
///
/// An empty text is NULL, except in [`Kind::Text`] and [`Kind::Word`], where it is a value.
pub(super) fn coerce(kind: Kind, source: &ArrayRef) -> Result<Coerced> {
    let array = cast_safe(source, &plain(source.data_type()))?;
    let mut coerced = match kind {
        _ if array.data_type() == &DataType::Null => {
            let nulls = new_null_array(&kind.data_type(), array.len());
            Coerced {
                values: nulls,
                bad: vec![],
                date_only: None,
            }
        }
        Kind::Text | Kind::Word => Coerced::new(text::text(kind, &array)?, vec![]),
        Kind::Id => text::id(&array)?,
        Kind::Currency => text::codes(&text::text(kind, &array)?),
        Kind::Instant => time::instants(&array)?,
        Kind::Date => time::dates(&array)?,
        Kind::Flag => text::flags(&array)?,
        Kind::Money | Kind::UnitPrice | Kind::Rate => {
            let DataType::Decimal128(precision, scale) = kind.data_type() else {
                return internal_err!("{kind:?} is not a decimal");
            };
            let surplus = match rounds(kind, array.data_type()) {
                true => Surplus::Round,
                false => Surplus::Refuse,
            };
            let scale = scale.unsigned_abs();
            number::amounts(
                &array,
                Decimal {
                    precision,
                    scale,
                    surplus,
                },
            )?
        }
        Kind::Quantity | Kind::Integer => number::integers(&array)?,
    };
    let lost = lost(source, &array).into_iter();
    coerced
        .bad
        .extend(lost.map(|row| (row, "not UTF-8 text".into())));
    Ok(coerced)
}

/// The type without its encoding: no dictionary, no view, no 64-bit offsets.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain(values),
        DataType::RunEndEncoded(_, values) => plain(values.data_type()),
        DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => DataType::Utf8,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        // Arrow prints all of its digits, and text is read exactly.
        DataType::Decimal256(_, _) => DataType::Utf8,
        other => other.clone(),
    }
}

/// Rows that have a value before a cast and none after it.
pub(super) fn lost(before: &ArrayRef, after: &ArrayRef) -> Vec<usize> {
    let nulls = before.logical_nulls();
    let is_null = |row| nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
    match after.null_count() {
        0 => vec![],
        _ => (0..after.len())
            .filter(|&row| after.is_null(row) && !is_null(row))
            .collect(),
    }
}

pub(super) fn cast_safe(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    if array.data_type() == data_type {
        return Ok(Arc::clone(array));
    }
    let options = CastOptions {
        safe: true,
        ..Default::default()
    };
    Ok(cast_with_options(array, data_type, &options)?)
}

/// The values of a column, each converted or bad.
fn map<A, T>(
    array: A,
    mut convert: impl FnMut(usize, A::Item) -> Result<T::Native, Reason>,
) -> (PrimitiveArray<T>, Vec<(usize, Reason)>)
where
    A: ArrayAccessor,
    T: ArrowPrimitiveType,
{
    let mut bad = Vec::new();
    let values = (0..array.len())
        .map(|row| {
            if array.is_null(row) {
                return None;
            }
            match convert(row, array.value(row)) {
                Ok(value) => Some(value),
                Err(reason) => {
                    bad.push((row, reason));
                    None
                }
            }
        })
        .collect::<PrimitiveArray<T>>();
    (values, bad)
}
