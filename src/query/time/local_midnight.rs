//! `local_midnight(day)`: the instant at which a calendar day begins.

use std::sync::{Arc, LazyLock};

use datafusion::{
    arrow::{
        array::TimestampMicrosecondArray,
        datatypes::{DataType, Date32Type, TimeUnit},
    },
    common::{Result, ScalarValue, cast::as_primitive_array, exec_err},
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility, scalar_doc_sections::DOC_SECTION_DATETIME,
    },
};

use super::{day::from_date32, period::midnight};
use crate::query::settings::Settings;

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_DATETIME,
        "Says at which instant a calendar day begins in `tributary.timezone`.\n\
         \n\
         Returns: TIMESTAMP in UTC, the first instant of the day; where the clocks skip midnight, \
         the first after it.\n\
         \n\
         NULL: when day is NULL.\n\
         \n\
         Errors: at execution, for a day that no calendar has. At planning, for anything but one \
         DATE.",
        "local_midnight(day)",
    )
    .with_argument("day", "DATE, a day of `tributary.timezone`.")
    .with_sql_example(
        "```sql\n\
         > set tributary.timezone = 'America/New_York';\n\
         > select local_midnight(date '2026-08-01') as begins_at;\n\
         +----------------------+\n\
         | begins_at            |\n\
         +----------------------+\n\
         | 2026-08-01T04:00:00Z |\n\
         +----------------------+\n\
         ```",
    )
    .with_related_udf("local_date")
    .build()
});

/// The scalar function `local_midnight`.
pub fn local_midnight_udf() -> ScalarUDF {
    let signature = Signature::exact(vec![DataType::Date32], Volatility::Stable);
    ScalarUDF::from(LocalMidnight { signature })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LocalMidnight {
    signature: Signature,
}

impl ScalarUDFImpl for LocalMidnight {
    fn name(&self) -> &str {
        "local_midnight"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Timestamp(
            TimeUnit::Microsecond,
            Some("UTC".into()),
        ))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let settings = Settings::of(&args.config_options)?;
        let instant = |days: i32| {
            let day = from_date32(days).map_err(|error| error.context("local_midnight"))?;
            Ok(midnight(&settings.timezone, day)?.as_microsecond())
        };
        match args.args.as_slice() {
            [ColumnarValue::Scalar(ScalarValue::Date32(day))] => {
                let at = day.map(instant).transpose()?;
                Ok(ColumnarValue::Scalar(ScalarValue::TimestampMicrosecond(
                    at,
                    Some("UTC".into()),
                )))
            }
            [ColumnarValue::Array(days)] => {
                let days = as_primitive_array::<Date32Type>(days)?;
                let instants = days.iter().map(|day| day.map(instant).transpose());
                let instants = instants.collect::<Result<TimestampMicrosecondArray>>()?;
                Ok(ColumnarValue::Array(Arc::new(
                    instants.with_timezone("UTC"),
                )))
            }
            _ => exec_err!("local_midnight: expected (DATE)"),
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}
