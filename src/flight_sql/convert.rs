//! Batches of the engine to batches of the announced schema, by a checked cast.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, RecordBatchOptions},
        compute::{CastOptions, cast_with_options},
        datatypes::{DataType, Field, SchemaRef},
    },
    common::{Result, internal_err},
};

use super::client_type::client_type;

/// The same rows in the schema that the client was told.
///
/// Only the representation may change: a column whose plain type is not the announced one was
/// announced wrongly, and a cast between numbers would then truncate in silence. A decimal may also
/// have fewer places than were announced.
///
/// # Errors
/// An internal error for such a column, an Arrow error for a value that the plain type cannot
/// hold (a decimal of more than 38 digits, more than 2 GiB of text in one batch).
pub(super) fn convert(batch: &RecordBatch, announced: &SchemaRef) -> Result<RecordBatch> {
    let (columns, fields) = (batch.columns(), announced.fields());
    if columns.len() != fields.len() {
        return internal_err!(
            "the result was announced with {} columns, got {}",
            fields.len(),
            columns.len()
        );
    }
    let columns = columns
        .iter()
        .zip(fields)
        .map(|(column, field)| convert_column(column, field))
        .collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(announced),
        columns,
        &options,
    )?)
}

fn convert_column(column: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    if column.data_type() == field.data_type() {
        return Ok(Arc::clone(column));
    }
    let plain = client_type(column.data_type());
    if !plain.equals_datatype(field.data_type()) && !is_widened(&plain, field.data_type()) {
        return internal_err!(
            "column {} was announced as {}, got {}",
            field.name(),
            field.data_type(),
            column.data_type()
        );
    }
    let options = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    Ok(cast_with_options(column, field.data_type(), &options)?)
}

/// Whether every value stays what it is: `round(total, 1)` keeps the scale of `total` until
/// constants are folded, and then has one place.
fn is_widened(from: &DataType, to: &DataType) -> bool {
    match (from, to) {
        (DataType::Decimal128(_, from), DataType::Decimal128(_, to)) => from <= to,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::{
        array::{
            Array, AsArray, Decimal128Array, Decimal256Array, DictionaryArray, DurationSecondArray,
            Float64Array, ListArray, NullArray, StringViewArray, StructArray,
            Time64NanosecondArray, TimestampNanosecondArray, new_empty_array,
        },
        datatypes::{
            Decimal128Type, Int8Type, Schema, Time64MicrosecondType, TimestampMicrosecondType, i256,
        },
    };

    use super::{super::client_type::client_schema, *};

    fn converted(column: ArrayRef) -> Result<ArrayRef> {
        let batch = RecordBatch::try_from_iter([("c", column)])?;
        let announced = client_schema(&batch.schema());
        Ok(Arc::clone(convert(&batch, &announced)?.column(0)))
    }

    #[test]
    fn representations_change_and_values_stay() {
        let nested: DictionaryArray<Int8Type> = [Some("a"), None, Some("a")].into_iter().collect();
        let fields = vec![Field::new("word", nested.data_type().clone(), true)];
        let nested = StructArray::new(fields.into(), vec![Arc::new(nested)], None);
        let words = converted(Arc::new(nested)).unwrap();
        let words = words.as_struct().column(0).as_string::<i32>();
        assert_eq!(
            words.iter().collect::<Vec<_>>(),
            [Some("a"), None, Some("a")]
        );

        let views = StringViewArray::from(vec!["a string that is not inlined", "b"]);
        let list = ListArray::new(
            Arc::new(Field::new("item", DataType::Utf8View, false)),
            datafusion::arrow::buffer::OffsetBuffer::from_lengths([2]),
            Arc::new(views),
            None,
        );
        let list = converted(Arc::new(list)).unwrap();
        assert_eq!(
            list.as_list::<i32>().value(0).as_string::<i32>().value(1),
            "b"
        );

        let hour = converted(Arc::new(DurationSecondArray::from(vec![3600]))).unwrap();
        assert_eq!(hour.as_string::<i32>().value(0), "PT3600S");
        assert!(converted(Arc::new(NullArray::new(2))).unwrap().is_null(1));
    }

    #[test]
    fn times_keep_their_instant() {
        let instant = TimestampNanosecondArray::from(vec![1_767_323_045_123_456_789]);
        let instant = converted(Arc::new(instant.with_timezone("+02:00"))).unwrap();
        let micros = instant.as_primitive::<TimestampMicrosecondType>().value(0);
        assert_eq!(micros, 1_767_323_045_123_456);
        let noon = converted(Arc::new(Time64NanosecondArray::from(vec![1_999]))).unwrap();
        assert_eq!(noon.as_primitive::<Time64MicrosecondType>().value(0), 1);
    }

    #[test]
    fn a_value_that_does_not_fit_is_an_error() {
        let column = |value| {
            let values = Decimal256Array::from(vec![value]);
            Arc::new(values.with_precision_and_scale(60, 2).unwrap()) as ArrayRef
        };
        assert!(converted(column(i256::from_i128(702))).is_ok());
        let error = converted(column(i256::from_string(&"9".repeat(50)).unwrap())).unwrap_err();
        assert!(error.to_string().contains("overflow") || error.to_string().contains("cast"));
    }

    #[test]
    fn numbers_are_never_truncated_to_what_was_announced() {
        let batch = RecordBatch::try_from_iter([(
            "c",
            Arc::new(Float64Array::from(vec![2.5])) as ArrayRef,
        )])
        .unwrap();
        let announced = Arc::new(Schema::new(vec![Field::new("c", DataType::Int64, true)]));
        let error = convert(&batch, &announced).unwrap_err().to_string();
        assert!(error.contains("announced as Int64, got Float64"), "{error}");
    }

    #[test]
    fn decimals_get_more_places_and_never_fewer() {
        let converted = |scale: i8| {
            let values = Decimal128Array::from(vec![125]);
            let values = values.with_precision_and_scale(19, 1).unwrap();
            let batch = RecordBatch::try_from_iter([("c", Arc::new(values) as ArrayRef)]).unwrap();
            let field = Field::new("c", DataType::Decimal128(20, scale), true);
            convert(&batch, &Arc::new(Schema::new(vec![field])))
        };
        let wider = converted(2).unwrap();
        assert_eq!(
            wider.column(0).as_primitive::<Decimal128Type>().value(0),
            1250
        );
        assert!(converted(0).is_err());
    }

    #[test]
    fn every_plain_type_can_be_cast_to() {
        for data_type in [
            DataType::Float16,
            DataType::LargeBinary,
            DataType::BinaryView,
        ] {
            assert!(
                converted(new_empty_array(&data_type)).is_ok(),
                "{data_type}"
            );
        }
    }
}
