//! The dated rates into one currency, and what an amount is worth by them.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::array::{Decimal128Array, RecordBatch},
    common::{
        Result,
        cast::{as_date32_array, as_decimal128_array, as_string_array},
        exec_err,
    },
    execution::{SessionState, TaskContext},
    physical_plan::collect,
};
use jiff::tz::TimeZone;

use crate::query::{catalog::with_all_rights, settings::Settings, time::day::from_date32};

/// How old a rate may be: longer than any month, for tables with one rate a month.
pub(super) const MAX_AGE_DAYS: i32 = 31;

/// Decimals of a rate here: more than the contract's ten lose nothing that matters, and leave the
/// products room in 128 bits.
const DECIMALS: u32 = 12;
const ONE: i128 = 10_i128.pow(DECIMALS);

/// The rates of `fx_rates` between the session's currency and any other.
#[derive(Debug)]
pub(super) struct Rates {
    /// The currency that amounts are converted to.
    pub(super) currency: String,
    /// The zone whose days the rates are of.
    pub(super) zone: TimeZone,
    pairs: HashMap<String, Pair>,
}

/// The rates between another currency and the session's, each by day.
#[derive(Debug, Default)]
struct Pair {
    into: Vec<(i32, i128)>,
    out_of: Vec<(i32, i128)>,
}

/// What an amount is multiplied with, and then divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    times: i128,
    over: i128,
}

impl Rates {
    /// Reads the rates that the query of this state sees; a missing table has none.
    ///
    /// # Errors
    /// An execution error for a rate that is not above zero, or two that contradict each other.
    pub(super) async fn load(state: &SessionState, context: &Arc<TaskContext>) -> Result<Self> {
        let settings = Settings::of(state.config_options())?;
        let currency = &settings.currency;
        let sql = format!(
            "select cast(date as date), cast(from_currency as varchar),
                 cast(to_currency as varchar), cast(rate as decimal(38, {DECIMALS}))
             from public.fx_rates
             where rate is not null and date is not null and from_currency <> to_currency
                 and (from_currency = '{currency}' or to_currency = '{currency}')"
        );
        let plan = with_all_rights(state).create_logical_plan(&sql).await?;
        let plan = state.create_physical_plan(&plan).await?;
        let batches = collect(plan, Arc::clone(context)).await?;
        Self::try_new(currency.clone(), settings.timezone.clone(), &batches)
    }

    /// The rates of batches of (day, from, to, rate).
    fn try_new(currency: String, zone: TimeZone, batches: &[RecordBatch]) -> Result<Self> {
        let mut pairs: HashMap<String, Pair> = HashMap::new();
        for batch in batches {
            let days = as_date32_array(batch.column(0))?;
            let from = as_string_array(batch.column(1))?;
            let to = as_string_array(batch.column(2))?;
            let rates: &Decimal128Array = as_decimal128_array(batch.column(3))?;
            for row in 0..batch.num_rows() {
                let (from, to) = (from.value(row), to.value(row));
                let rate = (days.value(row), rates.value(row));
                if rate.1 <= 0 {
                    let (day, rate) = (from_date32(rate.0)?, rates.value_as_string(row));
                    return exec_err!(
                        "fx_rates: a rate must be above 0, got {rate} from {from} to {to} on {day}"
                    );
                }
                if to == currency {
                    pairs.entry(from.to_owned()).or_default().into.push(rate);
                } else {
                    pairs.entry(to.to_owned()).or_default().out_of.push(rate);
                }
            }
        }
        for (other, pair) in &mut pairs {
            sort(&mut pair.into, other, &currency)?;
            sort(&mut pair.out_of, &currency, other)?;
        }
        Ok(Self {
            currency,
            zone,
            pairs,
        })
    }

    /// The rate from another currency on a day.
    ///
    /// # Errors
    /// An execution error when there is none of that day or the days before it.
    pub(super) fn rate(&self, from: &str, day: i32) -> Result<Rate> {
        let pair = self.pairs.get(from);
        let into = pair.and_then(|pair| latest(&pair.into, day));
        let out_of = || pair.and_then(|pair| latest(&pair.out_of, day));
        match (into, out_of) {
            (Some(rate), _) => Ok(Rate {
                times: rate,
                over: ONE,
            }),
            (None, out_of) => match out_of() {
                Some(rate) => Ok(Rate {
                    times: ONE,
                    over: rate,
                }),
                None => exec_err!(
                    "convert: no rate from {from} to {} on {} or in the {MAX_AGE_DAYS} days \
                     before it: add it to fx_rates",
                    self.currency,
                    from_date32(day)?
                ),
            },
        }
    }
}

impl Rate {
    /// The amount at this rate, rounded half away from zero; `None` when it is too large a number.
    pub(super) fn apply(self, amount: i128) -> Option<i128> {
        let product = amount.checked_mul(self.times)?;
        let (whole, rest) = (product / self.over, product % self.over);
        let is_half = rest.unsigned_abs() >= self.over.unsigned_abs().div_ceil(2);
        Some(whole + if is_half { product.signum() } else { 0 })
    }
}

fn sort(rates: &mut Vec<(i32, i128)>, from: &str, to: &str) -> Result<()> {
    rates.sort_unstable();
    rates.dedup();
    for days in rates.windows(2) {
        if days[0].0 == days[1].0 {
            let day = from_date32(days[0].0)?;
            return exec_err!("fx_rates: expected one rate from {from} to {to} on {day}, got two");
        }
    }
    Ok(())
}

/// The rate of the day, else the last before it that is not too old.
fn latest(rates: &[(i32, i128)], day: i32) -> Option<i128> {
    let after = rates.partition_point(|(of, _)| *of <= day);
    let (of, rate) = rates.get(after.checked_sub(1)?)?;
    (day.checked_sub(*of)? <= MAX_AGE_DAYS).then_some(*rate)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{
        array::{Array, ArrayRef, Date32Array, StringArray},
        datatypes::{Field, Schema},
    };

    use super::{DECIMALS, Decimal128Array, ONE, Rate, Rates, RecordBatch, Result, TimeZone};
    use crate::query::time::day::to_date32;

    fn day(text: &str) -> i32 {
        to_date32(text.parse().unwrap())
    }

    /// Rates into euros, in ten-thousandths.
    fn rates(rows: &[(&str, &str, &str, i128)]) -> Result<Rates> {
        let columns: [ArrayRef; 4] = [
            Arc::new(Date32Array::from_iter_values(
                rows.iter().map(|row| day(row.0)),
            )),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.1))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.2))),
            Arc::new(
                Decimal128Array::from_iter_values(rows.iter().map(|row| row.3 * ONE / 10_000))
                    .with_precision_and_scale(38, DECIMALS as i8)
                    .unwrap(),
            ),
        ];
        let fields = columns.iter().zip(["date", "from", "to", "rate"]);
        let fields =
            fields.map(|(column, name)| Field::new(name, column.data_type().clone(), true));
        let schema = Schema::new(fields.collect::<Vec<_>>());
        // One row a batch: what holds must not depend on how the table is stored.
        let whole = RecordBatch::try_new(Arc::new(schema), columns.to_vec()).unwrap();
        let parts: Vec<_> = (0..rows.len()).map(|row| whole.slice(row, 1)).collect();
        Rates::try_new("EUR".to_owned(), TimeZone::UTC, &parts)
    }

    /// What 100.00 is on a day, in cents, or the error.
    fn hundred(rates: &Rates, from: &str, on: &str) -> Result<i128, String> {
        let rate = rates.rate(from, day(on)).map_err(|error| error.to_string());
        rate.map(|rate| rate.apply(10_000).unwrap())
    }

    #[test]
    fn the_rate_is_the_last_of_up_to_31_days() {
        let rates = rates(&[
            ("2026-08-10", "USD", "EUR", 9_100), // a Monday
            ("2026-08-07", "USD", "EUR", 9_000), // a Friday
        ])
        .unwrap();
        for (on, cents) in [
            ("2026-08-07", 9_000),
            ("2026-08-09", 9_000), // the Sunday after
            ("2026-08-10", 9_100),
            ("2026-09-10", 9_100), // 31 days old
        ] {
            assert_eq!(hundred(&rates, "USD", on), Ok(cents), "{on}");
        }
        for on in ["2026-08-06", "2026-09-11"] {
            let error = hundred(&rates, "USD", on).unwrap_err();
            assert_eq!(
                error,
                format!(
                    "Execution error: convert: no rate from USD to EUR on {on} or in the 31 days \
                     before it: add it to fx_rates"
                )
            );
        }
        assert!(hundred(&rates, "GBP", "2026-08-10").is_err());
    }

    #[test]
    fn an_inverse_stands_in_only_where_no_direct_rate_does() {
        let rates = rates(&[
            ("2026-08-01", "USD", "EUR", 9_000),
            ("2026-08-03", "EUR", "USD", 12_500),
            ("2026-09-03", "EUR", "USD", 12_800),
        ])
        .unwrap();
        assert_eq!(hundred(&rates, "USD", "2026-08-31"), Ok(9_000));
        // The direct rate is 33 days old: 100 / 1.28 = 78.125.
        assert_eq!(hundred(&rates, "USD", "2026-09-03"), Ok(7_813));
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (amount, times, over, converted) in [
            (1, 5, 10, 1), // half a cent
            (-1, 5, 10, -1),
            (1, 4, 10, 0),
            (-1, 4, 10, 0),
            (-3, 5, 10, -2),
            (1, 1, 3, 0),
            (2, 1, 3, 1),
            (-2, 1, 3, -1),
            (7, 1, 1, 7),
            (0, 9, 10, 0),
        ] {
            let rate = Rate { times, over };
            assert_eq!(rate.apply(amount), Some(converted), "{amount}");
        }
        let rate = Rate { times: 10, over: 1 };
        assert_eq!(rate.apply(i128::MAX), None);
    }

    #[test]
    fn rates_that_are_no_rates_are_refused() {
        let twice = ("2026-08-01", "USD", "EUR", 9_000);
        assert!(rates(&[twice, twice]).is_ok());
        for (row, expected) in [
            (
                ("2026-08-01", "USD", "EUR", 9_001),
                "expected one rate from USD to EUR on 2026-08-01, got two",
            ),
            (
                ("2026-08-02", "USD", "EUR", 0),
                "a rate must be above 0, got 0.000000000000 from USD to EUR on 2026-08-02",
            ),
        ] {
            let error = rates(&[twice, row]).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
