//! The session's settings: `SET tributary.timezone = 'Europe/Berlin'` and the like.
//!
//! They are a DataFusion configuration extension, so SET, SHOW and RESET work on them as on
//! DataFusion's own, and every query is planned with the values of its session.

use std::{any::Any, collections::BTreeMap};

use datafusion::common::{
    Result,
    config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions},
    config_datafusion_err, config_err,
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::materialized::fixed_length;
use crate::{clock::Clock, warehouse::import::BadRows};

/// Settings under `tributary.`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Zone whose days the reports count.
    pub timezone: TimeZone,
    /// What "now" means; rows that happened or became known later are not seen.
    pub as_of: Option<Timestamp>,
    /// ISO 4217 code of the currency reports are in.
    pub currency: String,
    /// First day and the day after the last of the period named `custom`.
    pub period: Option<(Date, Date)>,
    /// How old the stored rows of a materialized view may be; `None`: as the view says, zero: none
    /// are read.
    pub max_staleness: Option<SignedDuration>,
    /// What is done when a value of some rows that the session writes cannot be stored.
    pub bad_rows: BadRows,
    /// Values of view parameters, by `schema.name`, as text.
    pub parameters: BTreeMap<String, String>,
    clock: Clock,
}

impl Settings {
    pub fn new(clock: Clock) -> Self {
        Self {
            timezone: TimeZone::UTC,
            as_of: None,
            currency: "USD".to_owned(),
            period: None,
            max_staleness: None,
            bad_rows: BadRows::Refuse,
            parameters: BTreeMap::new(),
            clock,
        }
    }

    /// The settings of a session.
    ///
    /// # Errors
    /// A configuration error when the session was not built by the engine.
    pub fn of(options: &ConfigOptions) -> Result<&Self> {
        options
            .extensions
            .get::<Self>()
            .ok_or_else(|| config_datafusion_err!("the session has no tributary settings"))
    }

    /// The instant that relative periods count from.
    pub fn now(&self) -> Timestamp {
        self.as_of.unwrap_or_else(|| self.clock.now())
    }

    /// What time it is, whatever "now" means.
    pub fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets a setting, named without its prefix, to what it is in `defaults`.
    ///
    /// # Errors
    /// A configuration error when there is no such setting.
    pub fn reset(&mut self, key: &str, defaults: &Self) -> Result<()> {
        match key {
            "timezone" => self.timezone = defaults.timezone.clone(),
            "as_of" => self.as_of = defaults.as_of,
            "currency" => self.currency.clone_from(&defaults.currency),
            "period" => self.period = defaults.period,
            "max_staleness" => self.max_staleness = defaults.max_staleness,
            "bad_rows" => self.bad_rows = defaults.bad_rows,
            _ => match key.strip_prefix("param.") {
                Some(name) => match defaults.parameters.get(name) {
                    Some(value) => drop(self.parameters.insert(name.to_owned(), value.clone())),
                    None => drop(self.parameters.remove(name)),
                },
                None => return unknown(key),
            },
        }
        Ok(())
    }

    /// Stops the clock, so that every part of one query has the same "now".
    pub fn freeze(&mut self) {
        self.clock = Clock::Fixed(self.clock.now());
    }
}

impl ConfigExtension for Settings {
    const PREFIX: &'static str = "tributary";
}

impl ExtensionOptions for Settings {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(self.clone())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "timezone" => self.timezone = timezone(value)?,
            "as_of" => self.as_of = unless_empty(value, instant)?,
            "currency" => self.currency = currency(value)?,
            "period" => self.period = unless_empty(value, days)?,
            "max_staleness" => self.max_staleness = unless_empty(value, staleness)?,
            "bad_rows" => self.bad_rows = bad_rows(value)?,
            _ => match key.strip_prefix("param.") {
                Some(name) if name.split('.').count() == 2 => {
                    self.parameters.insert(name.to_owned(), value.to_owned());
                }
                Some(name) => {
                    return config_err!(
                        "tributary.param: expected <schema>.<parameter>, got {name}"
                    );
                }
                None => return unknown(key),
            },
        }
        Ok(())
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        let entry = |key: &str, value: Option<String>, description| ConfigEntry {
            key: format!("{}.{key}", Self::PREFIX),
            value,
            description,
        };
        let zone = self.timezone.iana_name().map(str::to_owned);
        let period = self.period.map(|(from, to)| format!("{from}/{to}"));
        let mut entries = vec![
            entry("timezone", zone, "IANA zone whose days the reports count"),
            entry(
                "as_of",
                self.as_of.map(|at| at.to_string()),
                "what now means, as RFC 3339",
            ),
            entry(
                "currency",
                Some(self.currency.clone()),
                "ISO 4217 code reports are in",
            ),
            entry(
                "period",
                period,
                "the period named custom, as FIRST_DAY/DAY_AFTER",
            ),
            entry(
                "max_staleness",
                self.max_staleness.map(|it| format!("{it:#}")),
                "how old stored rows of materialized views may be; 0 seconds reads none",
            ),
            entry(
                "bad_rows",
                Some(self.bad_rows.to_string()),
                "refuse to write rows with a bad one among them, or quarantine that one",
            ),
        ];
        entries.extend(self.parameters.iter().map(|(name, value)| {
            entry(
                &format!("param.{name}"),
                Some(value.clone()),
                "parameter of a view",
            )
        }));
        entries
    }
}

fn unknown(key: &str) -> Result<()> {
    config_err!(
        "tributary: expected timezone, as_of, currency, period, max_staleness, \
         bad_rows or param.<schema>.<parameter>, got {key}"
    )
}

fn unless_empty<T>(value: &str, parse: fn(&str) -> Result<T>) -> Result<Option<T>> {
    if value.is_empty() {
        Ok(None)
    } else {
        parse(value).map(Some)
    }
}

fn timezone(value: &str) -> Result<TimeZone> {
    TimeZone::get(value).map_err(|_| {
        config_datafusion_err!(
            "tributary.timezone: expected an IANA zone such as Europe/Berlin, got {value}"
        )
    })
}

fn instant(value: &str) -> Result<Timestamp> {
    value.parse().map_err(|_| {
        config_datafusion_err!(
            "tributary.as_of: expected an instant such as 2026-08-31T22:00:00Z, got {value}"
        )
    })
}

fn currency(value: &str) -> Result<String> {
    if value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(value.to_owned());
    }
    config_err!("tributary.currency: expected an ISO 4217 code such as EUR, got {value}")
}

fn staleness(value: &str) -> Result<SignedDuration> {
    fixed_length("tributary.max_staleness", value)
}

fn bad_rows(value: &str) -> Result<BadRows> {
    let known = [BadRows::Refuse, BadRows::Quarantine];
    match known.into_iter().find(|known| known.to_string() == value) {
        Some(known) => Ok(known),
        None => config_err!("tributary.bad_rows: expected refuse or quarantine, got {value}"),
    }
}

fn days(value: &str) -> Result<(Date, Date)> {
    let parsed = value
        .split_once('/')
        .and_then(|(from, to)| Some((from.parse::<Date>().ok()?, to.parse::<Date>().ok()?)));
    match parsed {
        Some((from, to)) if from < to => Ok((from, to)),
        _ => config_err!(
            "tributary.period: expected FIRST_DAY/DAY_AFTER_THE_LAST such as \
             2026-08-01/2026-09-01, got {value}"
        ),
    }
}

#[cfg(test)]
mod tests {
    use datafusion::common::config::ExtensionOptions;

    use super::{Clock, Settings};

    #[test]
    fn values_are_checked_when_set() {
        let mut settings = Settings::new(Clock::System);
        for (key, good, bad) in [
            ("timezone", "America/New_York", "New York"),
            ("as_of", "2026-08-31T22:00:00Z", "yesterday"),
            ("currency", "EUR", "euro"),
            ("period", "2026-08-01/2026-09-01", "2026-09-01/2026-08-01"),
            ("param.revenue.lookback", "3 days", ""),
        ] {
            settings.set(key, good).unwrap();
            if !bad.is_empty() {
                let error = settings.set(key, bad).unwrap_err().to_string();
                assert!(error.contains(&format!("got {bad}")), "{error}");
            }
            let entry = format!("tributary.{key}");
            let entries = settings.entries();
            let shown = entries.iter().find(|shown| shown.key == entry).unwrap();
            assert_eq!(shown.value.as_deref(), Some(good));
        }
        assert!(settings.set("nonsense", "1").is_err());
    }
}
