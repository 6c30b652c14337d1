//! SQL names of the types that clients see, for columns and for the list of types.

use std::sync::Arc;

use arrow_flight::{
    error::FlightError,
    sql::{
        CommandGetXdbcTypeInfo, Nullable, Searchable, XdbcDataType, XdbcDatetimeSubcode,
        metadata::{XdbcTypeInfo, XdbcTypeInfoDataBuilder},
    },
};
use datafusion::arrow::{
    array::RecordBatch,
    datatypes::{DECIMAL128_MAX_PRECISION, DataType, IntervalUnit, SchemaRef, TimeUnit},
};

/// A type as a SQL user calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SqlType {
    pub(super) name: &'static str,
    /// Digits of a number; none where the type has no such limit.
    pub(super) precision: Option<i32>,
    /// Digits after the decimal point, of the second for times.
    pub(super) scale: Option<i32>,
}

impl SqlType {
    pub(super) fn of(data_type: &DataType) -> Self {
        let (name, precision, scale) = match data_type {
            DataType::Boolean => ("BOOLEAN", None, None),
            DataType::Int8 => ("TINYINT", Some(3), Some(0)),
            DataType::Int16 => ("SMALLINT", Some(5), Some(0)),
            DataType::Int32 => ("INTEGER", Some(10), Some(0)),
            DataType::Int64 => ("BIGINT", Some(19), Some(0)),
            DataType::UInt8 => ("TINYINT UNSIGNED", Some(3), Some(0)),
            DataType::UInt16 => ("SMALLINT UNSIGNED", Some(5), Some(0)),
            DataType::UInt32 => ("INTEGER UNSIGNED", Some(10), Some(0)),
            DataType::UInt64 => ("BIGINT UNSIGNED", Some(20), Some(0)),
            DataType::Float16 | DataType::Float32 => ("REAL", Some(7), None),
            DataType::Float64 => ("DOUBLE", Some(15), None),
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
            | DataType::Decimal256(precision, scale) => (
                "DECIMAL",
                Some(i32::from(*precision)),
                Some(i32::from(*scale)),
            ),
            DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                ("VARCHAR", None, None)
            }
            DataType::Binary
            | DataType::FixedSizeBinary(_)
            | DataType::LargeBinary
            | DataType::BinaryView => ("VARBINARY", None, None),
            DataType::Date32 | DataType::Date64 => ("DATE", None, None),
            DataType::Time32(unit) | DataType::Time64(unit) => ("TIME", None, Some(digits(*unit))),
            DataType::Timestamp(unit, None) => ("TIMESTAMP", None, Some(digits(*unit))),
            DataType::Timestamp(unit, Some(_)) => {
                ("TIMESTAMP WITH TIME ZONE", None, Some(digits(*unit)))
            }
            DataType::Duration(_)
            | DataType::Interval(
                IntervalUnit::YearMonth | IntervalUnit::DayTime | IntervalUnit::MonthDayNano,
            ) => ("INTERVAL", None, None),
            DataType::List(_)
            | DataType::LargeList(_)
            | DataType::ListView(_)
            | DataType::LargeListView(_)
            | DataType::FixedSizeList(..) => ("ARRAY", None, None),
            DataType::Struct(_) => ("STRUCT", None, None),
            DataType::Map(..) => ("MAP", None, None),
            DataType::Union(..) => ("UNION", None, None),
            DataType::Dictionary(_, values) => return Self::of(values),
            DataType::RunEndEncoded(_, values) => return Self::of(values.data_type()),
        };
        Self {
            name,
            precision,
            scale,
        }
    }
}

fn digits(unit: TimeUnit) -> i32 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}

pub(super) fn schema() -> SchemaRef {
    XdbcTypeInfoDataBuilder::new().schema()
}

/// Answers GetXdbcTypeInfo.
pub(super) fn rows(command: CommandGetXdbcTypeInfo) -> Result<RecordBatch, FlightError> {
    let mut builder = XdbcTypeInfoDataBuilder::new();
    for (data_type, code) in types() {
        builder.append(type_info(&data_type, code));
    }
    command.into_builder(&builder.build()?).build()
}

fn types() -> [(DataType, XdbcDataType); 17] {
    let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")));
    [
        (DataType::Boolean, XdbcDataType::XdbcBit),
        (DataType::Int8, XdbcDataType::XdbcTinyint),
        (DataType::Int16, XdbcDataType::XdbcSmallint),
        (DataType::Int32, XdbcDataType::XdbcInteger),
        (DataType::Int64, XdbcDataType::XdbcBigint),
        (DataType::UInt8, XdbcDataType::XdbcTinyint),
        (DataType::UInt16, XdbcDataType::XdbcSmallint),
        (DataType::UInt32, XdbcDataType::XdbcInteger),
        (DataType::UInt64, XdbcDataType::XdbcBigint),
        (DataType::Float32, XdbcDataType::XdbcReal),
        (DataType::Float64, XdbcDataType::XdbcDouble),
        (
            DataType::Decimal128(DECIMAL128_MAX_PRECISION, 0),
            XdbcDataType::XdbcDecimal,
        ),
        (DataType::Utf8, XdbcDataType::XdbcVarchar),
        (DataType::Binary, XdbcDataType::XdbcVarbinary),
        (DataType::Date32, XdbcDataType::XdbcDate),
        (
            DataType::Time64(TimeUnit::Microsecond),
            XdbcDataType::XdbcTime,
        ),
        (zoned, XdbcDataType::XdbcTimestamp),
    ]
}

fn type_info(data_type: &DataType, code: XdbcDataType) -> XdbcTypeInfo {
    let SqlType {
        name, precision, ..
    } = SqlType::of(data_type);
    let is_decimal = matches!(data_type, DataType::Decimal128(..));
    let quote = (!data_type.is_numeric() && code != XdbcDataType::XdbcBit).then(|| "'".to_owned());
    XdbcTypeInfo {
        type_name: name.to_owned(),
        data_type: code,
        column_size: precision,
        literal_prefix: quote.clone(),
        literal_suffix: quote,
        create_params: is_decimal.then(|| vec!["precision".to_owned(), "scale".to_owned()]),
        nullable: Nullable::NullabilityNullable,
        case_sensitive: code == XdbcDataType::XdbcVarchar,
        searchable: Searchable::Full,
        unsigned_attribute: data_type
            .is_numeric()
            .then(|| data_type.is_unsigned_integer()),
        fixed_prec_scale: false,
        auto_increment: Some(false),
        local_type_name: Some(name.to_owned()),
        minimum_scale: is_decimal.then_some(0),
        maximum_scale: is_decimal.then_some(DECIMAL128_MAX_PRECISION.into()),
        sql_data_type: code,
        datetime_subcode: match code {
            XdbcDataType::XdbcTimestamp => {
                Some(XdbcDatetimeSubcode::XdbcSubcodeTimestampWithTimezone)
            }
            _ => None,
        },
        num_prec_radix: data_type.is_numeric().then_some(10),
        interval_precision: None,
    }
}
