//! `convert(amount, currency, at)`: an amount in the currency that reports are in.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, LazyLock},
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Decimal128Array, PrimitiveArray},
        datatypes::{
            DataType, Date32Type, Decimal128Type, DecimalType, TimeUnit, TimestampMicrosecondType,
        },
    },
    common::{
        Result, ScalarValue,
        cast::{as_decimal128_array, as_primitive_array, as_string_array},
        exec_datafusion_err, exec_err, internal_datafusion_err, plan_err,
    },
    logical_expr::{
        ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
        Volatility, scalar_doc_sections::DOC_SECTION_OTHER,
    },
};

use super::rates::{Rate, Rates};
use crate::query::time::day::local_day;

/// The name of the function.
pub const CONVERT: &str = "convert";

/// What a number that is no DECIMAL is taken as.
const MONEY: DataType = DataType::Decimal128(18, 2);

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_OTHER,
        "Converts an amount of money into the currency that reports are in, by a dated rate.\n\
         \n\
         The rate is that of the day of at in the table `fx_rates` (date, from_currency, \
         to_currency, rate), else the latest of the 31 days before it, which bridges weekends and \
         tables with one rate a month. Where there is no rate into the currency, the inverse of \
         one out of it stands in. An amount that is in the currency already needs no rate. Each \
         amount is rounded on its own, so a sum of converted amounts is the sum of its parts.\n\
         \n\
         Returns: the amount in `tributary.currency`, in the type of the amount, rounded to its \
         decimals, halves away from zero.\n\
         \n\
         NULL: when the amount is NULL, whatever the other arguments are.\n\
         \n\
         Errors: at execution, for a missing rate (`convert: no rate from GBP to USD on \
         2026-08-02 or in the 31 days before it: add it to fx_rates`), an amount without a \
         currency (`convert: expected the currency of 10.00, got NULL: use coalesce(currency, \
         report_currency())`) or without a time, a result that the type cannot hold, and rates \
         that contradict each other or are not above 0. At planning, for arguments of other types \
         (`convert: expected (DECIMAL, VARCHAR, TIMESTAMP or DATE), got [Utf8, Utf8, Date32]`).",
        "convert(amount, currency, at)",
    )
    .with_argument(
        "amount",
        "DECIMAL; any other number is taken as DECIMAL(18, 2).",
    )
    .with_argument("currency", "VARCHAR, the ISO 4217 code of the amount.")
    .with_argument(
        "at",
        "TIMESTAMP, whose day in `tributary.timezone` counts, or DATE.",
    )
    .with_sql_example(
        "```sql\n\
         > create table fx_rates as\n\
         \x20 select date '2026-08-01' as date, 'GBP' as from_currency, 'USD' as to_currency,\n\
         \x20     cast(1.25 as decimal(18, 10)) as rate;\n\
         > set tributary.currency = 'USD';\n\
         > select convert(10, 'GBP', date '2026-08-02') as dollars;\n\
         +---------+\n\
         | dollars |\n\
         +---------+\n\
         | 12.50   |\n\
         +---------+\n\
         ```",
    )
    .with_related_udf("report_currency")
    .build()
});

/// The scalar function `convert`, which cannot run before it has rates.
pub fn convert_udf() -> ScalarUDF {
    with(None)
}

/// The scalar function `convert` with these rates.
pub(super) fn convert_with(rates: Arc<Rates>) -> ScalarUDF {
    with(Some(rates))
}

/// Whether this is `convert` without rates.
pub(super) fn is_unbound(function: &ScalarUDF) -> bool {
    let convert = function.inner().downcast_ref::<Convert>();
    convert.is_some_and(|convert| convert.rates.is_none())
}

fn with(rates: Option<Arc<Rates>>) -> ScalarUDF {
    ScalarUDF::from(Convert {
        signature: Signature::user_defined(Volatility::Stable),
        rates,
    })
}

#[derive(Debug)]
struct Convert {
    signature: Signature,
    rates: Option<Arc<Rates>>,
}

/// Two of one plan are equal: they have the same rates, or none yet.
impl PartialEq for Convert {
    fn eq(&self, other: &Self) -> bool {
        self.rates.as_ref().map(Arc::as_ptr) == other.rates.as_ref().map(Arc::as_ptr)
    }
}

impl Eq for Convert {}

impl Hash for Convert {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rates.as_ref().map(Arc::as_ptr).hash(state);
    }
}

impl ScalarUDFImpl for Convert {
    fn name(&self) -> &str {
        CONVERT
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        if let [amount, currency, at] = types
            && let Some(amount) = exact(amount)
            && is_text(currency)
            && let Some(at) = day_or_instant(at)
        {
            return Ok(vec![amount, DataType::Utf8, at]);
        }
        plan_err!("convert: expected (DECIMAL, VARCHAR, TIMESTAMP or DATE), got {types:?}")
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(types[0].clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rates = self.rates.as_ref();
        let rates = rates.ok_or_else(|| internal_datafusion_err!("convert has no rates yet"))?;
        let is_scalar = |arg: &ColumnarValue| matches!(arg, ColumnarValue::Scalar(_));
        let is_one = args.args.iter().all(is_scalar);
        let rows = if is_one { 1 } else { args.number_rows };
        let columns = args.args.iter().map(|arg| arg.to_array(rows));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let [amounts, currencies, times] = &columns[..] else {
            return exec_err!("convert: expected three arguments, got {}", columns.len());
        };
        let converted = converted(rates, amounts, currencies, times)?;
        Ok(if is_one {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&converted, 0)?)
        } else {
            ColumnarValue::Array(Arc::new(converted))
        })
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn exact(amount: &DataType) -> Option<DataType> {
    match amount {
        DataType::Decimal128(..) => Some(amount.clone()),
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            Some(DataType::Decimal128(*precision, *scale))
        }
        DataType::Decimal256(_, scale) => Some(DataType::Decimal128(38, *scale)),
        other if other.is_numeric() || other.is_null() => Some(MONEY),
        _ => None,
    }
}

fn is_text(currency: &DataType) -> bool {
    match currency {
        DataType::Dictionary(_, values) => values.is_string(),
        other => other.is_string() || other.is_null(),
    }
}

fn day_or_instant(at: &DataType) -> Option<DataType> {
    match at {
        DataType::Date32 | DataType::Date64 => Some(DataType::Date32),
        DataType::Timestamp(..) | DataType::Null => Some(DataType::Timestamp(
            TimeUnit::Microsecond,
            Some("UTC".into()),
        )),
        _ => None,
    }
}

fn converted(
    rates: &Rates,
    amounts: &ArrayRef,
    currencies: &ArrayRef,
    times: &ArrayRef,
) -> Result<Decimal128Array> {
    let amounts = as_decimal128_array(amounts)?;
    let currencies = as_string_array(currencies)?;
    let days = Days::try_new(times)?;
    // Rows come in runs of one currency and day.
    let mut last: Option<(&str, i32, Rate)> = None;
    let values = (0..amounts.len()).map(|row| {
        if amounts.is_null(row) {
            return Ok(None);
        }
        let amount = amounts.value(row);
        if currencies.is_null(row) {
            return exec_err!(
                "convert: expected the currency of {}, got NULL: \
                 use coalesce(currency, report_currency())",
                amounts.value_as_string(row)
            );
        }
        let currency = currencies.value(row);
        if currency == rates.currency {
            return Ok(Some(amount));
        }
        let day = days.of(row, rates)?.ok_or_else(|| {
            exec_datafusion_err!(
                "convert: expected the time of {} {currency}, got NULL",
                amounts.value_as_string(row)
            )
        })?;
        let rate = match last {
            Some((of, on, rate)) if of == currency && on == day => rate,
            _ => rates.rate(currency, day)?,
        };
        last = Some((currency, day, rate));
        let fits = |value: &i128| {
            let (precision, scale) = (amounts.precision(), amounts.scale());
            Decimal128Type::validate_decimal_precision(*value, precision, scale).is_ok()
        };
        let value = rate.apply(amount).filter(fits);
        value.map(Some).ok_or_else(|| {
            exec_datafusion_err!(
                "convert: expected an amount in {} that fits {}, got {} {currency}: \
                 cast it to a wider DECIMAL",
                rates.currency,
                amounts.data_type(),
                amounts.value_as_string(row)
            )
        })
    });
    let values = values.collect::<Result<Decimal128Array>>()?;
    Ok(values.with_precision_and_scale(amounts.precision(), amounts.scale())?)
}

/// The days of a column of times.
enum Days<'a> {
    Dates(&'a PrimitiveArray<Date32Type>),
    Instants(&'a PrimitiveArray<TimestampMicrosecondType>),
}

impl<'a> Days<'a> {
    fn try_new(times: &'a ArrayRef) -> Result<Self> {
        Ok(match times.data_type() {
            DataType::Date32 => Self::Dates(as_primitive_array(times)?),
            _ => Self::Instants(as_primitive_array(times)?),
        })
    }

    fn of(&self, row: usize, rates: &Rates) -> Result<Option<i32>> {
        match self {
            Self::Dates(days) => Ok(days.is_valid(row).then(|| days.value(row))),
            Self::Instants(at) if at.is_null(row) => Ok(None),
            Self::Instants(at) => local_day(at.value(row), &rates.zone).map(Some),
        }
    }
}
