//! A fixed length of time, read from an INTERVAL and written the way a person would.

use std::fmt;

use datafusion::scalar::ScalarValue;

const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// A length of time in nanoseconds. 128 bits, because an INTERVAL of many days exceeds 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) nanos: i128,
}

/// What an INTERVAL literal may turn out to be.
pub(crate) enum Interval {
    /// Only days and shorter units: always the same length.
    Fixed(Span),
    /// With months, whose length depends on the date.
    Calendar,
    /// Not an INTERVAL.
    Other,
}

impl Span {
    pub(crate) const fn days(days: i128) -> Self {
        Self {
            nanos: days * NANOS_PER_DAY,
        }
    }
}

impl From<&ScalarValue> for Interval {
    fn from(value: &ScalarValue) -> Self {
        let fixed = |days: i32, nanos: i128| {
            Self::Fixed(Span {
                nanos: i128::from(days) * NANOS_PER_DAY + nanos,
            })
        };
        match value {
            ScalarValue::IntervalMonthDayNano(Some(value)) if value.months == 0 => {
                fixed(value.days, i128::from(value.nanoseconds))
            }
            ScalarValue::IntervalDayTime(Some(value)) => {
                fixed(value.days, i128::from(value.milliseconds) * 1_000_000)
            }
            ScalarValue::DurationSecond(Some(value)) => {
                fixed(0, i128::from(*value) * 1_000_000_000)
            }
            ScalarValue::DurationMillisecond(Some(value)) => {
                fixed(0, i128::from(*value) * 1_000_000)
            }
            ScalarValue::DurationMicrosecond(Some(value)) => fixed(0, i128::from(*value) * 1_000),
            ScalarValue::DurationNanosecond(Some(value)) => fixed(0, i128::from(*value)),
            ScalarValue::IntervalMonthDayNano(Some(_))
            | ScalarValue::IntervalYearMonth(Some(_)) => Self::Calendar,
            _ => Self::Other,
        }
    }
}

/// `14 days`, `-1 day`, `1 day 12 hours`, `1.5 seconds`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, rest) = (self.nanos / NANOS_PER_DAY, self.nanos % NANOS_PER_DAY);
        let (hours, rest) = (rest / 3_600_000_000_000, rest % 3_600_000_000_000);
        let (minutes, rest) = (rest / 60_000_000_000, rest % 60_000_000_000);
        let mut parts = vec![];
        for (count, unit) in [(days, "day"), (hours, "hour"), (minutes, "minute")] {
            match count {
                0 => {}
                1 | -1 => parts.push(format!("{count} {unit}")),
                _ => parts.push(format!("{count} {unit}s")),
            }
        }
        if rest != 0 || parts.is_empty() {
            parts.push(format!("{} seconds", rest as f64 / 1e9));
        }
        f.write_str(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn spans_read_as_written() {
        for (nanos, expected) in [
            (0, "0 seconds"),
            (-86_400_000_000_000, "-1 day"),
            (14 * 86_400_000_000_000, "14 days"),
            (129_600_000_000_000, "1 day 12 hours"),
            (61_500_000_000, "1 minute 1.5 seconds"),
        ] {
            assert_eq!(Span { nanos }.to_string(), expected);
        }
    }
}
