//! `local_date(at [, zone])`: the calendar day of an instant.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Date32Array, StringArray, new_null_array},
        datatypes::{DataType, TimeUnit, TimestampMicrosecondType},
    },
    common::{
        Result, ScalarValue,
        cast::{as_primitive_array, as_string_array},
        exec_datafusion_err, exec_err, plan_err,
    },
    logical_expr::{
        ColumnarValue, Documentation, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
        Signature, Volatility, interval_arithmetic::Interval, preimage::PreimageResult,
        scalar_doc_sections::DOC_SECTION_DATETIME, simplify::SimplifyContext,
    },
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::{
    day::{from_date32, local_day},
    period::midnight,
};
use crate::query::settings::Settings;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_DATETIME,
        "Says on which calendar day an instant was, where the clocks of a zone are.\n\
         \n\
         A comparison of it with a day, as in `where local_date(ordered_at) >= date \
         '2026-08-01'`, reaches the files as a range of instants.\n\
         \n\
         Returns: DATE.\n\
         \n\
         NULL: when at or zone is NULL.\n\
         \n\
         Errors: at execution, for a zone that there is not (`local_date: argument zone must be \
         an IANA zone such as Europe/Berlin, got Mars`). At planning, for arguments of other \
         types (`local_date: expected (TIMESTAMP [, VARCHAR]), got [Int64]`).",
        "local_date(at [, zone])",
    )
    .with_argument("at", "TIMESTAMP; one without a zone is UTC.")
    .with_argument(
        "zone",
        "VARCHAR, an IANA zone. Default: `tributary.timezone`.",
    )
    .with_sql_example(
        "```sql\n\
         > select local_date(timestamp '2026-08-01T02:00:00Z', 'America/New_York') as day;\n\
         +------------+\n\
         | day        |\n\
         +------------+\n\
         | 2026-07-31 |\n\
         +------------+\n\
         ```",
    )
    .with_related_udf("local_midnight")
    .build()
});

/// The scalar function `local_date`.
///
/// Immutable, although the session's zone may change: it does not within a query, no plan outlives
/// its query, and the optimizer turns only comparisons of immutable functions into ranges.
pub fn local_date_udf() -> ScalarUDF {
    ScalarUDF::from(LocalDate {
        signature: Signature::user_defined(Volatility::Immutable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LocalDate {
    signature: Signature,
}

impl ScalarUDFImpl for LocalDate {
    fn name(&self) -> &str {
        "local_date"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let instant = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        match types {
            [at] if is_instant(at) => Ok(vec![instant]),
            [at, zone] if is_instant(at) && is_text(zone) => Ok(vec![instant, DataType::Utf8]),
            _ => plan_err!("local_date: expected (TIMESTAMP [, VARCHAR]), got {types:?}"),
        }
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let session_zone = || Settings::of(&args.config_options).map(|s| s.timezone.clone());
        match args.args.as_slice() {
            [ColumnarValue::Scalar(at)] => {
                let days = in_zone(&at.to_array()?, &session_zone()?)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                    &days, 0,
                )?))
            }
            [ColumnarValue::Array(at)] => Ok(ColumnarValue::Array(in_zone(at, &session_zone()?)?)),
            [at, ColumnarValue::Scalar(zone)] => {
                let at = at.to_array(args.number_rows)?;
                let zone = zone.try_as_str().flatten();
                Ok(ColumnarValue::Array(match zone {
                    Some(zone) => in_zone(&at, &zone_named(zone)?)?,
                    None => new_null_array(&DataType::Date32, at.len()),
                }))
            }
            [at, zone] => {
                let at = at.to_array(args.number_rows)?;
                let zone = zone.to_array(args.number_rows)?;
                Ok(ColumnarValue::Array(in_zones(
                    &at,
                    as_string_array(&zone)?,
                )?))
            }
            args => exec_err!(
                "local_date: expected one or two arguments, got {}",
                args.len()
            ),
        }
    }

    fn preimage(
        &self,
        args: &[Expr],
        day: &Expr,
        info: &SimplifyContext,
    ) -> Result<PreimageResult> {
        let (Some(at), Expr::Literal(ScalarValue::Date32(Some(day)), _)) = (args.first(), day)
        else {
            return Ok(PreimageResult::None);
        };
        let instants = match &args[1..] {
            [] => instants_of(*day, &Settings::of(info.config_options())?.timezone)?,
            [Expr::Literal(zone, _)] => match zone.try_as_str().flatten() {
                Some(zone) => instants_of(*day, &zone_named(zone)?)?,
                None => None,
            },
            _ => None,
        };
        let Some(instants) = instants else {
            return Ok(PreimageResult::None);
        };
        let [start, end] = instants.map(|at| {
            ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), Some("UTC".into()))
        });
        Ok(PreimageResult::Range {
            expr: at.clone(),
            interval: Box::new(Interval::try_new(start, end)?),
        })
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn is_instant(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..) | DataType::Null)
}

fn is_text(data_type: &DataType) -> bool {
    data_type.is_string() || *data_type == DataType::Null
}

fn in_zone(at: &ArrayRef, zone: &TimeZone) -> Result<ArrayRef> {
    let at = as_primitive_array::<TimestampMicrosecondType>(at)?;
    let days = at.iter().map(|at| at.map(|at| day(at, zone)).transpose());
    Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
}

fn in_zones(at: &ArrayRef, zones: &StringArray) -> Result<ArrayRef> {
    let at = as_primitive_array::<TimestampMicrosecondType>(at)?;
    let mut known: HashMap<&str, TimeZone> = HashMap::new();
    let days = at.iter().zip(zones).map(|row| match row {
        (Some(at), Some(name)) => {
            if !known.contains_key(name) {
                known.insert(name, zone_named(name)?);
            }
            day(at, &known[name]).map(Some)
        }
        _ => Ok(None),
    });
    Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
}

fn day(micros: i64, zone: &TimeZone) -> Result<i32> {
    local_day(micros, zone).map_err(|error| error.context("local_date"))
}

/// The half-open range of instants that are a day; `None` where clocks were set back across its
/// midnight, so that the day is in pieces.
fn instants_of(days: i32, zone: &TimeZone) -> Result<Option<[Timestamp; 2]>> {
    let Ok(day) = from_date32(days) else {
        return Ok(None);
    };
    let (Ok(next), Ok(before)) = (day.tomorrow(), day.yesterday()) else {
        return Ok(None);
    };
    let [start, end] = [midnight(zone, day)?, midnight(zone, next)?];
    let mut changes = zone
        .following(midnight(zone, before)?)
        .take_while(|change| change.timestamp() <= end + DAY);
    let is_in_pieces = changes.any(|change| {
        let date = |at| zone.to_datetime(at).date();
        date(change.timestamp()) < date(change.timestamp() - MICROSECOND)
    });
    Ok((!is_in_pieces).then_some([start, end]))
}

fn zone_named(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        exec_datafusion_err!(
            "local_date: argument zone must be an IANA zone such as Europe/Berlin, got {name}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{TimeZone, Timestamp, day, instants_of};

    /// Every instant of the days around one, by the minute, is in the range if and only if its day is.
    #[test]
    fn a_range_of_instants_is_a_day() {
        for (zone, at) in [
            ("UTC", "2026-11-20T12:00:00Z"),
            ("America/New_York", "2026-11-01T12:00:00Z"),
            ("Europe/Berlin", "2026-03-29T12:00:00Z"),
            ("America/Havana", "2026-03-08T12:00:00Z"),
            ("Pacific/Apia", "2011-12-30T12:00:00Z"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            let noon: Timestamp = at.parse().unwrap();
            let of = |minute: i64| noon.as_microsecond() + minute * 60_000_000;
            for offset in [-1, 0, 1] {
                let this = day(noon.as_microsecond(), &zone).unwrap() + offset;
                let [start, end] = instants_of(this, &zone).unwrap().unwrap();
                let range = start.as_microsecond()..end.as_microsecond();
                for minute in -5000..5000 {
                    let is_in = range.contains(&of(minute));
                    assert_eq!(
                        day(of(minute), &zone).unwrap() == this,
                        is_in,
                        "{zone:?} {minute}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_day_in_pieces_has_no_range() {
        // The clocks of Newfoundland went from 00:01 back to 23:01 of the day before.
        let zone = TimeZone::get("America/St_Johns").unwrap();
        let at: Timestamp = "2009-11-01T12:00:00Z".parse().unwrap();
        let this = day(at.as_microsecond(), &zone).unwrap();
        assert!(instants_of(this, &zone).unwrap().is_none());
        assert!(instants_of(this - 1, &zone).unwrap().is_none());
        assert!(instants_of(this + 2, &zone).unwrap().is_some());
    }
}
