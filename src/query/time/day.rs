//! Calendar days as the values of a DATE: days since 1970-01-01.

use datafusion::common::{Result, exec_datafusion_err};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

const FIRST: Date = jiff::civil::date(1970, 1, 1);

/// The day of an instant in a zone.
///
/// # Errors
/// An execution error for an instant outside the years -9999 to 9999.
pub(in crate::query) fn local_day(micros: i64, zone: &TimeZone) -> Result<i32> {
    let at = Timestamp::from_microsecond(micros)
        .map_err(|error| exec_datafusion_err!("expected an instant of the calendar: {error}"))?;
    Ok(to_date32(zone.to_datetime(at).date()))
}

pub(in crate::query) fn to_date32(day: Date) -> i32 {
    // A calendar of 20,000 years has 7.3 million days.
    (day.duration_since(FIRST).as_hours() / 24) as i32
}

/// # Errors
/// An execution error for a day outside the years -9999 to 9999.
pub(in crate::query) fn from_date32(days: i32) -> Result<Date> {
    FIRST
        .checked_add(i64::from(days).days())
        .map_err(|error| exec_datafusion_err!("expected a day of the calendar: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{Date, FIRST, from_date32, to_date32};

    #[test]
    fn there_and_back() {
        for (day, value) in [
            (FIRST, 0),
            ("1969-12-31".parse().unwrap(), -1),
            ("2026-11-22".parse().unwrap(), 20_779),
            (Date::MIN, -4_371_587),
            (Date::MAX, 2_932_896),
        ] {
            assert_eq!(to_date32(day), value, "{day}");
            assert_eq!(from_date32(value).unwrap(), day);
        }
        assert!(from_date32(2_932_897).is_err());
    }
}
