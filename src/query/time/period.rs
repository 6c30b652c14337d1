//! The named periods of the reports: which instants `last_7_days` is.
//!
//! Days are days of the session's zone, bounds are half-open instants, and a previous period is
//! the one of equal length right before, so that the two never share an instant.

use datafusion::common::{Result, plan_datafusion_err};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use crate::query::settings::Settings;

/// A half-open range of instants that is also a range of whole local days, but for a last day
/// that is still running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
    pub first_day: Date,
    /// The day after the last one that has an instant in the span.
    pub end_day: Date,
}

/// A period with a name, and the one before it that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Period {
    pub name: &'static str,
    pub current: Span,
    pub previous: Span,
}

/// Full days before today, by name.
const DAYS_BEFORE_TODAY: [(&str, i64); 7] = [
    ("yesterday", 1),
    ("last_7_days", 7),
    ("last_14_days", 14),
    ("last_30_days", 30),
    // The literal text of the VTEX page counts from the eighth day before today, and so on.
    ("last_7_days_vtex_literal", 8),
    ("last_14_days_vtex_literal", 15),
    ("last_30_days_vtex_literal", 31),
];

/// Every named period as of the session's now; `custom` only when one is set.
///
/// # Errors
/// A plan error when the days leave the years that a calendar has.
pub fn named_periods(settings: &Settings) -> Result<Vec<Period>> {
    let zone = &settings.timezone;
    let now = settings.now();
    let today = zone.to_datetime(now).date();

    let mut periods = vec![today_so_far(zone, now)?];
    for (name, count) in DAYS_BEFORE_TODAY {
        periods.push(whole_days(name, zone, before(today, count)?, today)?);
    }
    periods.push(whole_days(
        "month_to_date",
        zone,
        today.first_of_month(),
        today,
    )?);
    if let Some((first, end)) = settings.period {
        periods.push(whole_days("custom", zone, first, end)?);
    }
    Ok(periods)
}

/// The running day, compared with the same local hours of the day before.
fn today_so_far(zone: &TimeZone, now: Timestamp) -> Result<Period> {
    let local = zone.to_datetime(now);
    let today = local.date();
    let yesterday = before(today, 1)?;
    let same_hour = instant(zone, yesterday.to_datetime(local.time()))?;
    let current = Span {
        start: midnight(zone, today)?,
        end: now,
        first_day: today,
        end_day: before(today, -1)?,
    };
    let previous = Span {
        start: midnight(zone, yesterday)?,
        end: same_hour,
        first_day: yesterday,
        end_day: today,
    };
    Ok(Period {
        name: "today",
        current,
        previous,
    })
}

fn whole_days(name: &'static str, zone: &TimeZone, first: Date, end: Date) -> Result<Period> {
    let length = i64::from(first.until(end).map_err(outside)?.get_days());
    let previous_first = before(first, length)?;
    Ok(Period {
        name,
        current: days(zone, first, end)?,
        previous: days(zone, previous_first, first)?,
    })
}

fn days(zone: &TimeZone, first_day: Date, end_day: Date) -> Result<Span> {
    Ok(Span {
        start: midnight(zone, first_day)?,
        end: midnight(zone, end_day)?,
        first_day,
        end_day,
    })
}

fn before(day: Date, count: i64) -> Result<Date> {
    day.checked_sub(count.days()).map_err(outside)
}

/// The first instant of a local day, which is not 00:00 where the clocks skip it.
pub fn midnight(zone: &TimeZone, day: Date) -> Result<Timestamp> {
    instant(zone, day.to_datetime(jiff::civil::Time::midnight()))
}

fn instant(zone: &TimeZone, local: jiff::civil::DateTime) -> Result<Timestamp> {
    zone.to_timestamp(local).map_err(outside)
}

fn outside(error: jiff::Error) -> datafusion::common::DataFusionError {
    plan_datafusion_err!("periods: expected days within the calendar: {error}")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Period, named_periods};
    use crate::{clock::Clock, query::settings::Settings};

    fn periods(zone: &str, now: &str) -> Vec<Period> {
        let mut settings = Settings::new(Clock::Fixed(now.parse().unwrap()));
        settings.timezone = TimeZone::get(zone).unwrap();
        settings.period = Some(("2026-08-01".parse().unwrap(), "2026-09-01".parse().unwrap()));
        named_periods(&settings).unwrap()
    }

    fn bounds(zone: &str, now: &str, name: &str) -> [String; 4] {
        let periods = periods(zone, now);
        let Period {
            current, previous, ..
        } = periods.iter().find(|period| period.name == name).unwrap();
        [current.start, current.end, previous.start, previous.end].map(|at| at.to_string())
    }

    #[test]
    fn days_are_local_and_half_open() {
        let now = "2026-08-08T03:00:00Z"; // still the 7th in New York
        assert_eq!(
            bounds("America/New_York", now, "last_7_days"),
            [
                "2026-07-31T04:00:00Z",
                "2026-08-07T04:00:00Z",
                "2026-07-24T04:00:00Z",
                "2026-07-31T04:00:00Z"
            ]
        );
        assert_eq!(
            bounds("America/New_York", now, "today"),
            [
                "2026-08-07T04:00:00Z",
                now,
                "2026-08-06T04:00:00Z",
                "2026-08-07T03:00:00Z"
            ]
        );
    }

    #[test]
    fn a_period_and_the_one_before_have_as_many_days_and_share_no_instant() {
        for now in [
            "2026-03-29T12:00:00Z",
            "2026-10-26T00:30:00Z",
            "2024-03-01T00:00:00Z",
        ] {
            for Period {
                name,
                current,
                previous,
            } in periods("Europe/Berlin", now)
            {
                assert!(previous.end <= current.start, "{name}");
                let days = |first: jiff::civil::Date, end| first.until(end).unwrap().get_days();
                assert_eq!(
                    days(current.first_day, current.end_day),
                    days(previous.first_day, previous.end_day),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn the_day_the_clocks_change_has_23_or_25_hours() {
        let hours = |now| {
            let [start, end, ..] = bounds("Europe/Berlin", now, "yesterday");
            let [start, end]: [jiff::Timestamp; 2] = [start, end].map(|at| at.parse().unwrap());
            (end - start).get_seconds() / 3600
        };
        assert_eq!(hours("2026-03-30T12:00:00Z"), 23);
        assert_eq!(hours("2026-10-26T12:00:00Z"), 25);
        assert_eq!(hours("2026-06-26T12:00:00Z"), 24);
    }

    #[test]
    fn month_to_date_is_empty_on_the_first() {
        let [start, end, previous_start, previous_end] =
            bounds("UTC", "2026-08-01T12:00:00Z", "month_to_date");
        assert_eq!(start, end);
        assert_eq!(previous_start, previous_end);
    }

    #[test]
    fn a_literal_preset_has_a_day_more() {
        let [start, end, previous_start, _] =
            bounds("UTC", "2026-08-20T12:00:00Z", "last_7_days_vtex_literal");
        assert_eq!(
            [start, end, previous_start],
            [
                "2026-08-12T00:00:00Z",
                "2026-08-20T00:00:00Z",
                "2026-08-04T00:00:00Z"
            ]
        );
    }
}
