//! Columns outside the contract: kept in a type that Delta has.

use datafusion::{
    arrow::{
        array::ArrayRef,
        datatypes::{DataType, TimeUnit},
    },
    common::Result,
};

use super::{Coerced, cast_safe, lost};

/// A column outside the contract as the type it is stored in.
pub(in super::super) fn coerce_extra(source: &ArrayRef, data_type: &DataType) -> Result<Coerced> {
    let values = cast_safe(source, data_type)?;
    let bad = lost(source, &values)
        .into_iter()
        .map(|row| (row, format!("not a {data_type}").into()))
        .collect();
    Ok(Coerced {
        values,
        bad,
        date_only: None,
    })
}

/// The type in which Delta keeps a column outside the contract; `None` if it has no such type.
pub(in super::super) fn storable(data_type: &DataType) -> Option<DataType> {
    Some(match data_type {
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::Float32
        | DataType::Float64
        | DataType::Date32
        | DataType::Utf8
        | DataType::Binary => data_type.clone(),
        DataType::Null | DataType::LargeUtf8 | DataType::Utf8View | DataType::Decimal256(_, _) => {
            DataType::Utf8
        }
        DataType::Time32(_) | DataType::Time64(_) => DataType::Utf8,
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 => DataType::Float32,
        DataType::Date64 => DataType::Date32,
        DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            DataType::Binary
        }
        DataType::Timestamp(_, _) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
            if *scale >= 0 =>
        {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Dictionary(_, values) => storable(values)?,
        DataType::RunEndEncoded(_, values) => storable(values.data_type())?,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => DataType::new_list(storable(item.data_type())?, true),
        DataType::Struct(fields) => DataType::Struct(
            fields
                .iter()
                .map(|field| {
                    let data_type = storable(field.data_type())?;
                    Some(
                        field
                            .as_ref()
                            .clone()
                            .with_data_type(data_type)
                            .with_nullable(true),
                    )
                })
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}
