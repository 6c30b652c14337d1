//! Which rows of a view a run makes again.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::{
    common::Result,
    execution::SessionState,
    logical_expr::{Expr, lit},
    scalar::ScalarValue,
};
use jiff::{SignedDuration, Timestamp, ToSpan, Unit, civil::Date};

use super::changed::{Changed, changed};
use crate::{
    engine::Session,
    query::{
        catalog::Query,
        materialized::{Basis, Materialization, Refresh, differs, reads_clock},
        settings::Settings,
        view::View,
    },
    warehouse::{
        pins::Pins,
        stored_view::{Replaced, StoredView},
    },
};

/// The rows that a run makes again, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    All {
        reason: String,
    },
    /// Those of these days that somebody asked for; the other days stay as they were.
    Asked {
        from: Date,
        to: Date,
    },
    /// Those of these days: with them, all are as of now. `None` is the day of rows that have none.
    Days(BTreeSet<Option<Date>>),
    /// No row is another one than it was.
    Nothing,
}

/// Who asks what to make again, and what there is.
pub(super) struct Asking<'a> {
    pub(super) session: &'a Session,
    /// Of a query that reads the tables of `pins`.
    pub(super) state: &'a SessionState,
    pub(super) query: &'a Query,
    pub(super) view: &'a View,
    pub(super) materialized: &'a Materialization,
    pub(super) stored: Option<&'a StoredView>,
    pub(super) basis: &'a Basis,
    pub(super) pins: &'a Arc<Pins>,
    /// The stored rows of other views that the query reads.
    pub(super) below: &'a Pins,
}

impl Extent {
    /// Works out what to make again.
    ///
    /// # Errors
    /// A plan error for a parameter with a wrong value.
    pub(super) async fn of(what: Refresh, asking: &Asking<'_>) -> Result<Self> {
        let Asking {
            query,
            view,
            materialized,
            ..
        } = asking;
        let all = |reason: &str| {
            Ok(Self::All {
                reason: reason.to_owned(),
            })
        };
        let Some(stored) = asking.stored else {
            return all("nothing is stored");
        };
        if what == Refresh::Full {
            return all("asked for");
        }
        if let Some(why) = differs(&stored.run, asking.basis) {
            return all(&why.to_string());
        }
        if materialized.day.is_none() {
            return all("its rows have no day");
        }
        if let Refresh::Days { from, to } = what {
            return Ok(Self::Asked { from, to });
        }
        if reads_clock(query, view)? {
            return all("it reads the clock");
        }
        let restated = restated(materialized, query.settings()?)?;
        let changed = changed(asking, stored).await?;
        Ok(Self::with_restated(changed, restated))
    }

    fn with_restated(changed: Changed, restated: BTreeSet<Option<Date>>) -> Self {
        match changed {
            Changed::All { reason } => Self::All { reason },
            Changed::Nothing if restated.is_empty() => Self::Nothing,
            Changed::Nothing => Self::Days(restated),
            Changed::Days(mut days) => {
                days.extend(restated);
                Self::Days(days)
            }
        }
    }

    /// What of the table the rows replace.
    pub(super) fn replaced(&self) -> Replaced {
        match self {
            Self::All { .. } => Replaced::All,
            Self::Asked { from, to } => Replaced::Days(vec![(*from, *to)]),
            Self::Days(days) if days.contains(&None) => Replaced::Days(ranges(days)),
            Self::Days(days) => Replaced::Dated(ranges(days)),
            Self::Nothing => Replaced::Dated(Vec::new()),
        }
    }

    /// Why all rows are made again, if they are.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::All { reason } => Some(reason),
            _ => None,
        }
    }

    /// How many days are made again; `None` for all.
    pub fn day_count(&self) -> Option<i64> {
        match self {
            Self::All { .. } => None,
            Self::Asked { from, to } => from
                .until((Unit::Day, *to))
                .ok()
                .map(|span| i64::from(span.get_days()) + 1),
            Self::Days(days) => i64::try_from(days.len()).ok(),
            Self::Nothing => Some(0),
        }
    }
}

/// Which rows are replaced, given their day.
pub(super) fn is_replaced(replaced: &Replaced, day: Expr) -> Option<Expr> {
    let (ranges, undated) = match replaced {
        Replaced::All => return None,
        Replaced::Days(ranges) => (ranges, Some(day.clone().is_null())),
        Replaced::Dated(ranges) => (ranges, None),
    };
    let days = ranges.iter().map(|(from, to)| match from == to {
        true => day.clone().eq(date(*from)),
        false => day.clone().between(date(*from), date(*to)),
    });
    let conditions = undated.into_iter().chain(days);
    Some(conditions.reduce(Expr::or).unwrap_or_else(|| lit(false)))
}

fn date(day: Date) -> Expr {
    lit(ScalarValue::Date32(days_since_1970(day)))
}

pub(super) fn days_since_1970(day: Date) -> Option<i32> {
    let since_1970 = day.duration_since(Date::constant(1970, 1, 1));
    i32::try_from(since_1970.as_hours() / 24).ok()
}

/// The days that every run makes again, today included.
fn restated(materialized: &Materialization, settings: &Settings) -> Result<BTreeSet<Option<Date>>> {
    let Some(length) = materialized.restate else {
        return Ok(BTreeSet::new());
    };
    let first = first_restated(settings.now(), length);
    let day = |at: Timestamp| at.to_zoned(settings.timezone.clone()).date();
    let (first, last) = (day(first), day(settings.now()));
    Ok(first
        .series(1.day())
        .take_while(|day| *day <= last)
        .map(Some)
        .collect())
}

fn first_restated(now: Timestamp, length: SignedDuration) -> Timestamp {
    now.checked_sub(length).unwrap_or(Timestamp::MIN)
}

/// Days that follow each other, as ranges.
fn ranges(days: &BTreeSet<Option<Date>>) -> Vec<(Date, Date)> {
    let mut ranges: Vec<(Date, Date)> = Vec::new();
    for day in days.iter().flatten() {
        match ranges.last_mut() {
            Some((_, last)) if last.tomorrow().ok() == Some(*day) => *last = *day,
            _ => ranges.push((*day, *day)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> BTreeSet<Option<Date>> {
        let days = texts.iter().map(|text| Some(text.parse().unwrap()));
        days.collect()
    }

    #[test]
    fn days_in_a_row_are_one_range() {
        let ranges = ranges(&days(&[
            "2026-02-27",
            "2026-02-28",
            "2026-03-01",
            "2026-03-03",
        ]));
        let texts: Vec<_> = ranges.iter().map(|(a, b)| format!("{a} {b}")).collect();
        assert_eq!(texts, ["2026-02-27 2026-03-01", "2026-03-03 2026-03-03"]);
    }

    #[test]
    fn restated_days_come_on_top() {
        let restated = days(&["2026-08-31"]);
        let of = |changed| Extent::with_restated(changed, restated.clone());
        assert_eq!(of(Changed::Nothing), Extent::Days(restated.clone()));
        let both = days(&["2026-08-01", "2026-08-31"]);
        assert_eq!(of(Changed::Days(days(&["2026-08-01"]))), Extent::Days(both));
        let nothing = Extent::with_restated(Changed::Nothing, BTreeSet::new());
        assert_eq!((nothing.day_count(), nothing), (Some(0), Extent::Nothing));
        let reason = "a table is new".to_owned();
        let all = of(Changed::All {
            reason: reason.clone(),
        });
        assert_eq!(all, Extent::All { reason });
    }

    #[test]
    fn the_last_days_are_those_of_the_zone() {
        let mut settings = Settings::new(crate::clock::Clock::Fixed(
            "2026-08-31T22:30:00Z".parse().unwrap(),
        ));
        let materialized = Materialization {
            day: None,
            every: None,
            restate: Some(SignedDuration::from_hours(24)),
        };
        let of = |settings: &Settings| restated(&materialized, settings).unwrap();
        assert_eq!(of(&settings), days(&["2026-08-30", "2026-08-31"]));
        settings.timezone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(of(&settings), days(&["2026-08-31", "2026-09-01"]));
    }

    #[test]
    fn rows_without_a_day_are_replaced_where_they_are_meant() {
        let is_replaced = |replaced| {
            let condition = is_replaced(&replaced, datafusion::prelude::col("day"));
            condition.map(|it| it.to_string())
        };
        let day = || vec![("2026-08-01".parse().unwrap(), "2026-08-01".parse().unwrap())];
        assert_eq!(is_replaced(Replaced::All), None);
        for (replaced, expected) in [
            (Replaced::Days(Vec::new()), "day IS NULL"),
            (Replaced::Dated(Vec::new()), "Boolean(false)"),
            (
                Replaced::Days(day()),
                "day IS NULL OR day = Date32(\"2026-08-01\")",
            ),
            (Replaced::Dated(day()), "day = Date32(\"2026-08-01\")"),
        ] {
            assert_eq!(is_replaced(replaced).as_deref(), Some(expected));
        }
        let of = |days: BTreeSet<Option<Date>>| Extent::Days(days).replaced();
        assert_eq!(of([None].into()), Replaced::Days(Vec::new()));
        assert_eq!(of(days(&["2026-08-01"])), Replaced::Dated(day()));
    }
}
