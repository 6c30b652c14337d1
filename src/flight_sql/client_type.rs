//! The types that every client knows: what goes over the wire in place of the engine's types.
//!
//! Old Arrow libraries do not know view types, tools show large strings and dictionaries as
//! binary objects, and JavaScript reads 256-bit decimals as zero. Where values keep their type
//! only by a change of representation, that is made here, for results and for table schemas.

use std::sync::Arc;

use datafusion::arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DECIMAL128_MAX_SCALE, DataType, Field, FieldRef, Fields, Schema,
    SchemaRef, TimeUnit,
};

/// The schema that clients are told; everything is nullable, because tools compare schemas and
/// nullability changes between a plan and its optimized form.
pub(super) fn client_schema(schema: &Schema) -> SchemaRef {
    let fields: Fields = schema.fields().iter().map(client_field).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

/// The plain type with the same values.
///
/// # Nulls and edges
/// A 256-bit decimal becomes a 128-bit one, or text when its scale alone exceeds 38 digits.
/// Intervals and durations become text. Times are of microseconds, and instants of UTC: what is
/// finer is cut off, because Python and tools that use it show nanoseconds as bare numbers or not
/// at all. The entries and keys of a map stay non-null.
pub(super) fn client_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8
        | DataType::Utf8View
        | DataType::LargeUtf8
        | DataType::Null
        | DataType::Duration(_)
        | DataType::Interval(_) => DataType::Utf8,
        DataType::Binary | DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Float16 => DataType::Float32,
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::Decimal256(precision, scale) if *scale <= DECIMAL128_MAX_SCALE => {
            DataType::Decimal128(*(precision.min(&DECIMAL128_MAX_PRECISION)), *scale)
        }
        DataType::Decimal256(..) => DataType::Utf8,
        DataType::Timestamp(_, zone) => {
            let zone = zone.as_ref().map(|_| Arc::from("UTC"));
            DataType::Timestamp(TimeUnit::Microsecond, zone)
        }
        DataType::Time64(_) => DataType::Time64(TimeUnit::Microsecond),
        DataType::Dictionary(_, values) => client_type(values),
        DataType::RunEndEncoded(_, values) => client_type(values.data_type()),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => DataType::List(Arc::new(client_field(item))),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(client_field).collect()),
        DataType::Map(entries, sorted) => DataType::Map(client_entries(entries), *sorted),
        DataType::Union(..)
        | DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64
        | DataType::Float32
        | DataType::Float64
        | DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::FixedSizeBinary(_)
        | DataType::Decimal128(..) => data_type.clone(),
    }
}

fn client_field(field: &FieldRef) -> Field {
    Field::new(field.name(), client_type(field.data_type()), true)
        .with_metadata(field.metadata().clone())
}

fn client_entries(entries: &FieldRef) -> FieldRef {
    let DataType::Struct(fields) = entries.data_type() else {
        return Arc::clone(entries);
    };
    let fields: Fields = fields
        .iter()
        .enumerate()
        .map(|(position, field)| client_field(field).with_nullable(position > 0))
        .collect();
    Arc::new(Field::new(entries.name(), DataType::Struct(fields), false))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{Field, IntervalUnit, TimeUnit};

    use super::{Arc, DataType, client_type};

    fn item(data_type: DataType) -> Arc<Field> {
        Arc::new(Field::new("item", data_type, true))
    }

    #[test]
    fn every_type_becomes_one_that_clients_know() {
        let words = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8View));
        for (engine, client) in [
            (DataType::Utf8View, DataType::Utf8),
            (DataType::Null, DataType::Utf8),
            (DataType::LargeBinary, DataType::Binary),
            (DataType::Interval(IntervalUnit::DayTime), DataType::Utf8),
            (DataType::Duration(TimeUnit::Second), DataType::Utf8),
            (
                DataType::Timestamp(TimeUnit::Nanosecond, None),
                DataType::Timestamp(TimeUnit::Microsecond, None),
            ),
            (
                DataType::Timestamp(TimeUnit::Second, Some("+02:00".into())),
                DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ),
            (
                DataType::Time64(TimeUnit::Nanosecond),
                DataType::Time64(TimeUnit::Microsecond),
            ),
            (DataType::Decimal64(9, 2), DataType::Decimal128(9, 2)),
            (DataType::Decimal256(45, 4), DataType::Decimal128(38, 4)),
            (DataType::Decimal256(76, 40), DataType::Utf8),
            (
                DataType::LargeListView(item(words)),
                DataType::List(item(DataType::Utf8)),
            ),
        ] {
            assert_eq!(client_type(&engine), client, "{engine}");
            assert_eq!(client_type(&client), client, "{client} must stay");
        }
    }
}
