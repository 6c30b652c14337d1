//! Which span each period is compared with, and the spans that `in_periods()` tags rows with.

use datafusion::common::{Result, plan_datafusion_err};
use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::query::time::period::{Period, Span, midnight};

/// The one period that has the same days in another month.
const MONTH_TO_DATE: &str = "month_to_date";

/// What a period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// As many days as it has, right before it.
    PreviousPeriod,
    /// The same, but for the month to date: those days of the month before.
    SameDaysOfPreviousMonth,
}

impl Comparison {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "previous_period" => Some(Self::PreviousPeriod),
            "same_days_prev_month" => Some(Self::SameDaysOfPreviousMonth),
            _ => None,
        }
    }

    /// The span that a period is compared with.
    fn previous(self, period: &Period, zone: &TimeZone) -> Result<Span> {
        match self {
            Self::SameDaysOfPreviousMonth if period.name == MONTH_TO_DATE => {
                same_days_of_previous_month(&period.current, zone)
            }
            _ => Ok(period.previous),
        }
    }
}

/// The days of the month before with the same numbers; fewer if that month has fewer.
fn same_days_of_previous_month(current: &Span, zone: &TimeZone) -> Result<Span> {
    let outside = |error| plan_datafusion_err!("in_periods: expected days of a calendar: {error}");
    let first_of_month = current.first_day;
    let first_day = first_of_month.checked_sub(1.month()).map_err(outside)?;
    let count = first_of_month.until(current.end_day).map_err(outside)?;
    let end_day: Date = first_day.checked_add(count).map_err(outside)?;
    let end_day = end_day.min(first_of_month);
    Ok(Span {
        start: midnight(zone, first_day)?,
        end: midnight(zone, end_day)?,
        first_day,
        end_day,
    })
}

/// A period, or what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PeriodSpan {
    pub(super) period: &'static str,
    pub(super) is_previous: bool,
    pub(super) span: Span,
}

/// Every period, each with the span before it if they are compared.
pub(super) fn spans(
    periods: &[Period],
    comparison: Option<Comparison>,
    zone: &TimeZone,
) -> Result<Vec<PeriodSpan>> {
    let mut spans = Vec::with_capacity(2 * periods.len());
    for period in periods {
        let of = |is_previous, span| PeriodSpan {
            period: period.name,
            is_previous,
            span,
        };
        spans.push(of(false, period.current));
        if let Some(comparison) = comparison {
            spans.push(of(true, comparison.previous(period, zone)?));
        }
    }
    Ok(spans)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Comparison, spans};
    use crate::{
        clock::Clock,
        query::{settings::Settings, time::period::named_periods},
    };

    /// First day and the day after the last of the span before the month to date.
    fn before_month_to_date(now: &str, comparison: Comparison) -> (String, String) {
        let settings = Settings::new(Clock::Fixed(now.parse().unwrap()));
        let periods = named_periods(&settings).unwrap();
        let spans = spans(&periods, Some(comparison), &TimeZone::UTC).unwrap();
        assert_eq!(spans.len(), 2 * periods.len());
        let previous = spans
            .iter()
            .find(|it| it.period == "month_to_date" && it.is_previous);
        let span = previous.unwrap().span;
        assert_eq!(span.start.to_string()[..10], span.first_day.to_string());
        assert_eq!(span.end.to_string()[..10], span.end_day.to_string());
        (span.first_day.to_string(), span.end_day.to_string())
    }

    #[test]
    fn a_month_so_far_is_compared_with_as_many_days_or_with_those_of_the_month_before() {
        let day = |day: &str| day.to_owned();
        for (now, preceding, same_days) in [
            (
                "2026-11-20T15:30:00Z",
                ("2026-10-13", "2026-11-01"),
                ("2026-10-01", "2026-10-20"),
            ),
            // February has no 29th and 30th.
            (
                "2026-03-31T12:00:00Z",
                ("2026-01-30", "2026-03-01"),
                ("2026-02-01", "2026-03-01"),
            ),
            // On the first there is nothing yet to compare.
            (
                "2026-03-01T12:00:00Z",
                ("2026-03-01", "2026-03-01"),
                ("2026-02-01", "2026-02-01"),
            ),
        ] {
            let expected = |(first, end)| (day(first), day(end));
            let found = before_month_to_date(now, Comparison::PreviousPeriod);
            assert_eq!(found, expected(preceding), "{now}");
            let found = before_month_to_date(now, Comparison::SameDaysOfPreviousMonth);
            assert_eq!(found, expected(same_days), "{now}");
        }
    }
}
