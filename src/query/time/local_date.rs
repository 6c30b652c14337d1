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
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility, scalar_doc_sections::DOC_SECTION_DATETIME,
    },
};
use jiff::{Timestamp, tz::TimeZone};

use super::day::to_date32;
use crate::query::settings::Settings;

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_DATETIME,
        "Returns the calendar day of an instant in a zone; NULL when either is NULL.",
        "local_date(at [, zone])",
    )
    .with_argument("at", "TIMESTAMP; without a zone it is UTC.")
    .with_argument(
        "zone",
        "VARCHAR, an IANA zone. Default: tributary.timezone.",
    )
    .with_sql_example(
        "```sql\n\
         > select local_date(timestamp '2026-08-01T02:00:00Z', 'America/New_York');\n\
         2026-07-31\n\
         ```",
    )
    .build()
});

/// The scalar function `local_date`.
pub fn local_date_udf() -> ScalarUDF {
    ScalarUDF::from(LocalDate {
        signature: Signature::user_defined(Volatility::Stable),
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
    let at = Timestamp::from_microsecond(micros)
        .map_err(|error| exec_datafusion_err!("local_date: {error}"))?;
    Ok(to_date32(zone.to_datetime(at).date()))
}

fn zone_named(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        exec_datafusion_err!(
            "local_date: argument zone must be an IANA zone such as Europe/Berlin, got {name}"
        )
    })
}
