//! When things happen: the sample's clock, its 120 days, and the rhythm of day and week.

use super::dice::Dice;

/// Microseconds since 1970 UTC, or a length of time in microseconds.
pub(crate) type Micros = i64;

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const MINUTE: Micros = 60 * SECOND;
pub(crate) const HOUR: Micros = 60 * MINUTE;
pub(crate) const DAY: Micros = 24 * HOUR;

/// The days of the sample before the day of its clock.
pub(crate) const DAYS: i64 = 120;

/// Days from 1970 to the day of the clock, a Friday.
pub(crate) const LAST_DATE: i64 = 20_777;

/// The clock of the sample, 2026-11-20T15:30:00Z: nothing is later.
pub(crate) const NOW: Micros = LAST_DATE * DAY + 15 * HOUR + 30 * MINUTE;

/// The first instant of the sample, midnight in New York of 2026-07-23.
pub(crate) const START: Micros = (LAST_DATE - DAYS) * DAY + 4 * HOUR;

/// Which side of the ocean a customer or a store is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    America,
    Europe,
}

impl Home {
    pub(crate) fn currency(self) -> &'static str {
        match self {
            Self::America => "USD",
            Self::Europe => "EUR",
        }
    }

    /// What local clocks are ahead of UTC; both zones end their summer time within the sample.
    pub(crate) fn offset(self, at: Micros) -> Micros {
        let end_of_october = 20_751 * DAY + HOUR;
        match self {
            Self::America if at < end_of_october + 7 * DAY + 5 * HOUR => -4 * HOUR,
            Self::America => -5 * HOUR,
            Self::Europe if at < end_of_october => 2 * HOUR,
            Self::Europe => HOUR,
        }
    }

    /// The local midnight at or before that instant; clocks are never changed at midnight.
    pub(crate) fn midnight(self, at: Micros) -> Micros {
        let local = self.day(at);
        local - self.offset(local)
    }

    /// The local day of an instant as a date is stored in an instant: its midnight in UTC.
    pub(crate) fn day(self, at: Micros) -> Micros {
        (at + self.offset(at)).div_euclid(DAY) * DAY
    }
}

/// Visits by hour of the local day, from midnight.
const CHAT_HOURS: [f64; 24] = [
    2.0, 1.0, 0.5, 0.3, 0.3, 0.6, 1.5, 3.0, 5.0, 6.5, 7.0, 7.0, 7.5, 7.0, 6.0, 5.5, 5.5, 6.0, 7.0,
    8.0, 8.5, 8.0, 6.0, 4.0,
];

/// The same while a store is open, from ten to eight.
const STORE_HOURS: [f64; 24] = [
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 5.0, 8.0, 7.0, 6.0, 6.0, 7.0, 9.0, 8.0,
    4.0, 0.0, 0.0, 0.0, 0.0,
];

/// Visits by day of the week, from Monday.
const WEEKDAYS: [f64; 7] = [0.95, 0.9, 0.92, 1.0, 1.15, 1.25, 1.1];

/// Cumulative weights to draw instants from.
pub(super) struct Seasons {
    days: Vec<f64>,
    chat_hours: Vec<f64>,
    store_hours: Vec<f64>,
}

impl Seasons {
    pub(super) fn new() -> Self {
        let days = (0..=DAYS).map(|day| {
            let weekday = (LAST_DATE - DAYS + day + 3).rem_euclid(7) as usize;
            let growth = 1.0 + 0.3 * day as f64 / DAYS as f64;
            // A sale in the second week of November, as shops hold before the holidays.
            let sale = if (108..=112).contains(&day) { 1.4 } else { 1.0 };
            WEEKDAYS[weekday] * growth * sale
        });
        Self {
            days: running_sum(days),
            chat_hours: running_sum(CHAT_HOURS),
            store_hours: running_sum(STORE_HOURS),
        }
    }

    /// An instant at which a customer at home there writes or browses.
    pub(super) fn awake(&self, dice: &mut Dice, home: Home) -> Micros {
        self.instant(dice, home, &self.chat_hours)
    }

    /// An instant at which a store there is open.
    pub(super) fn open(&self, dice: &mut Dice, home: Home) -> Micros {
        self.instant(dice, home, &self.store_hours)
    }

    fn instant(&self, dice: &mut Dice, home: Home, hours: &[f64]) -> Micros {
        let date = LAST_DATE - DAYS + dice.cumulative(&self.days) as i64;
        let hour = dice.cumulative(hours) as i64;
        let local = date * DAY + hour * HOUR + dice.between(0, 3_599_999) * (SECOND / 1_000);
        local - home.offset(local)
    }
}

fn running_sum(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let sums = weights.into_iter().scan(0.0, |sum, weight| {
        *sum += weight;
        Some(*sum)
    });
    sums.collect()
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::{DAY, HOUR, Home, NOW, START};

    #[test]
    fn the_clock_is_the_stated_one() {
        let text = |at| Timestamp::from_microsecond(at).unwrap().to_string();
        assert_eq!(text(NOW), "2026-11-20T15:30:00Z");
        assert_eq!(text(START), "2026-07-23T04:00:00Z");
    }

    #[test]
    fn offsets_equal_those_of_the_zone_database() {
        for (home, zone) in [
            (Home::America, "America/New_York"),
            (Home::Europe, "Europe/Berlin"),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            for at in (START..NOW + DAY).step_by((HOUR / 2) as usize) {
                let expected = zone.to_offset(Timestamp::from_microsecond(at).unwrap());
                let seconds = i64::from(expected.seconds());
                assert_eq!(home.offset(at), seconds * super::SECOND, "{zone:?} at {at}");
            }
        }
    }
}
