//! Instants and dates.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, PrimitiveArray},
        compute::cast,
        datatypes::{DataType, Date32Type, TimestampMicrosecondType},
    },
    common::{Result, internal_err},
};

use super::{Coerced, cast_safe, instant, lost, map, text::text};
use crate::warehouse::contract::Kind;

/// Instants in UTC; a time without a zone is UTC, and a date its midnight.
pub(super) fn instants(array: &ArrayRef) -> Result<Coerced> {
    let utc = Kind::Instant.data_type();
    let mut date_only = vec![false; array.len()];
    let (values, bad) = match array.data_type() {
        DataType::Utf8 => map(&text(Kind::Instant, array)?, |row, text| {
            let (micros, only) = instant::parse(text)?;
            date_only[row] = only;
            Ok(micros)
        }),
        DataType::Date32 => {
            date_only.fill(true);
            map(array.as_primitive::<Date32Type>(), |_, days| {
                instant::in_range(i64::from(days).saturating_mul(instant::DAY_MICROS))
            })
        }
        DataType::Date64 => {
            let days = cast(array, &DataType::Date32)?;
            return instants(&days);
        }
        // Too far for microseconds is NULL here, and out of range.
        DataType::Timestamp(_, _) => {
            let cast = cast_safe(array, &utc)?;
            let micros = cast.as_primitive::<TimestampMicrosecondType>();
            let (values, mut bad) = map(micros, |_, micros| instant::in_range(micros));
            for row in lost(array, &cast) {
                bad.extend(
                    instant::in_range(i64::MAX)
                        .err()
                        .map(|reason| (row, reason)),
                );
            }
            (values, bad)
        }
        other => return internal_err!("{other} is not an instant"),
    };
    let values: PrimitiveArray<TimestampMicrosecondType> = values;
    let mut coerced = Coerced::new(values.with_timezone("UTC"), bad);
    coerced.date_only = Some(BooleanArray::from(date_only));
    Ok(coerced)
}

/// Calendar days: instants that are a midnight of UTC.
pub(super) fn dates(array: &ArrayRef) -> Result<Coerced> {
    let Coerced {
        values, mut bad, ..
    } = instants(array)?;
    let (days, timed) = map(
        values.as_primitive::<TimestampMicrosecondType>(),
        |_, micros| match micros % instant::DAY_MICROS {
            0 => Ok((micros / instant::DAY_MICROS) as i32),
            _ => Err("not a date without a time of day".into()),
        },
    );
    bad.extend(timed);
    let days: PrimitiveArray<Date32Type> = days;
    Ok(Coerced::new(days, bad))
}
