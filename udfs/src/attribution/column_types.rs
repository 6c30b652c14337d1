//! Which types the columns of `attribute()` may have, and what both sides are brought to.

use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::logical_expr::{Expr, cast, try_cast};
use datafusion::logical_expr_common::type_coercion::binary::comparison_coercion;

/// Returns the type in which two keys are compared; `None` when they are not of one kind.
///
/// Stricter than `=` in SQL: a number and a string are refused, because `'007'` and `7` would match
/// or not depending on the side that is cast.
pub(crate) fn common_key_type(left: &DataType, right: &DataType) -> Option<DataType> {
    if kind(left) != kind(right) {
        return None;
    }
    comparison_coercion(left, right)
}

#[derive(PartialEq)]
enum Kind {
    Number,
    Text,
    Binary,
    Other,
}

fn kind(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Dictionary(_, value) => kind(value),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => Kind::Binary,
        number if number.is_numeric() => Kind::Number,
        _ => Kind::Other,
    }
}

/// Returns the unit in which these times are compared: nanoseconds if one has them, so that nothing
/// is rounded, else microseconds, which reach beyond the year 9999. `None` for a type without time.
pub(crate) fn time_unit(data_type: &DataType) -> Option<TimeUnit> {
    match data_type {
        DataType::Timestamp(TimeUnit::Nanosecond, _) => Some(TimeUnit::Nanosecond),
        DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64 => {
            Some(TimeUnit::Microsecond)
        }
        _ => None,
    }
}

/// Returns `expr` as an instant in `unit`, or `None` if it is one already.
///
/// A time zone stays, because it changes only how an instant is shown; a time without zone and the
/// midnight of a date are read as UTC. An instant that nanoseconds cannot hold (before 1677 or
/// after 2262) becomes NULL: the other side has nanoseconds, so it is out of reach.
pub(crate) fn to_instant(expr: Expr, data_type: &DataType, unit: TimeUnit) -> Option<Expr> {
    match data_type {
        DataType::Timestamp(from, _) if *from == unit => None,
        DataType::Timestamp(_, zone) => {
            Some(try_cast(expr, DataType::Timestamp(unit, zone.clone())))
        }
        _ => Some(try_cast(expr, DataType::Timestamp(unit, None))),
    }
}

/// Returns `expr` in the common key type, or `None` if it has it already.
pub(crate) fn to_key(expr: Expr, data_type: &DataType, common: &DataType) -> Option<Expr> {
    (data_type != common).then(|| cast(expr, common.clone()))
}

/// Whether a value of this type can be divided.
pub(crate) fn is_divisible(data_type: &DataType) -> bool {
    data_type.is_integer()
        || matches!(
            data_type,
            DataType::Float32
                | DataType::Float64
                | DataType::Decimal32(_, _)
                | DataType::Decimal64(_, _)
                | DataType::Decimal128(_, _)
        )
}

/// Whether touchpoint ids of this type have an order.
pub(crate) fn is_comparable(data_type: &DataType) -> bool {
    RowConverter::supports_fields(&[SortField::new(data_type.clone())])
}
