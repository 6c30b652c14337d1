//! When a view is due.
//!
//! The times of a schedule are the multiples of its interval since 1970: those of every hour are
//! the full hours, whoever asks. Between two of them lies one run, however many were missed.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};

use crate::{query::view::ViewName, warehouse::ledger::Ledger};

/// Warehouses of one store begin within this, at most, so that they do not all begin at once. The
/// views of a warehouse do: each is made from what is stored of those that it reads.
const MAX_JITTER: SignedDuration = SignedDuration::from_mins(2);
/// The part of the interval that jitter may take.
const JITTER_SHARE: i32 = 20;
/// How long after a failed run the next one begins; twice as long after each further one.
const FIRST_RETRY: SignedDuration = SignedDuration::from_secs(10);
const LAST_RETRY: SignedDuration = SignedDuration::from_mins(15);

/// When to run next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Now, for this time of the schedule: missed ones before it are part of it.
    Now { slot: Timestamp },
    /// Not before.
    At(Timestamp),
}

/// When a view is to be refreshed next.
///
/// # Arguments
/// `every`: the interval; less than a second counts as a second.
pub fn due(
    warehouse: &str,
    view: &ViewName,
    every: SignedDuration,
    ledger: &Ledger,
    now: Timestamp,
) -> Due {
    let every = every.max(SignedDuration::from_secs(1));
    let jitter = jitter(warehouse, every);
    let slot = slot(after(now, -jitter), every);
    if ledger.last_slot().is_some_and(|last| last >= slot) {
        return Due::At(after(after(slot, every), jitter));
    }
    match ledger.failures() {
        (failures, Some(failed_at)) if after(failed_at, retry(view, failures)) > now => {
            Due::At(after(failed_at, retry(view, failures)))
        }
        _ => Due::Now { slot },
    }
}

/// The latest time of a schedule that is not after `at`.
fn slot(at: Timestamp, every: SignedDuration) -> Timestamp {
    let every = every.as_micros();
    let at = i128::from(at.as_microsecond());
    let slot = i64::try_from(at.div_euclid(every) * every).unwrap_or(i64::MIN);
    Timestamp::from_microsecond(slot).unwrap_or(Timestamp::MIN)
}

/// How long after its time a view begins: always the same for one view.
fn jitter(warehouse: &str, every: SignedDuration) -> SignedDuration {
    let most = (every / JITTER_SHARE).min(MAX_JITTER).as_millis();
    let part = i128::from(hash(&warehouse) % 1_000);
    SignedDuration::from_millis(i64::try_from(most * part / 1_000).unwrap_or_default())
}

/// How long to wait after so many failures in a row: half of it, or up to all of it.
fn retry(view: &ViewName, failures: u32) -> SignedDuration {
    let doubled = 2_i32.saturating_pow(failures.saturating_sub(1).min(20));
    let full = FIRST_RETRY.saturating_mul(doubled).min(LAST_RETRY);
    let half = full / 2;
    let part = i64::try_from(hash(&(&view.name, failures)) % 1_000).unwrap_or_default();
    let more = i64::try_from(half.as_millis()).unwrap_or_default() * part / 1_000;
    half.saturating_add(SignedDuration::from_millis(more))
}

fn hash(value: &impl Hash) -> u64 {
    // With fixed keys, so that it is the same in every process.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn after(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::ledger::{Begun, RunOutcome, RunRecord, Trigger};

    const WAREHOUSE: &str = "s3://shop/warehouse/";
    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn view() -> ViewName {
        ViewName {
            schema: "revenue".to_owned(),
            name: "attributed_orders".to_owned(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ledger(runs: &[(&str, &str, bool)]) -> Ledger {
        let mut ledger = Ledger::default();
        for (slot, ended, is_done) in runs {
            let outcome = match is_done {
                false => RunOutcome::Failed {
                    error: "no".to_owned(),
                },
                true => RunOutcome::Done {
                    days: None,
                    reason: None,
                    rows: 0,
                    bytes: 0,
                    version: 0,
                },
            };
            ledger.runs.push(RunRecord {
                begun: Begun {
                    id: (*ended).to_owned(),
                    trigger: Trigger::Schedule,
                    slot: Some(at(slot)),
                    at: at(ended),
                    attempt: 1,
                },
                ended_at: at(ended),
                outcome,
            });
        }
        ledger
    }

    #[test]
    fn missed_times_are_one_run() {
        let done = ledger(&[("2026-08-01T03:00:00Z", "2026-08-01T03:01:00Z", true)]);
        let now = at("2026-08-02T10:30:00Z");
        let slot = at("2026-08-02T10:00:00Z");
        assert_eq!(due(WAREHOUSE, &view(), HOUR, &done, now), Due::Now { slot });
        assert_eq!(
            due(WAREHOUSE, &view(), HOUR, &Ledger::default(), now),
            Due::Now { slot }
        );
        let done = ledger(&[("2026-08-02T10:00:00Z", "2026-08-02T10:01:00Z", true)]);
        let Due::At(next) = due(WAREHOUSE, &view(), HOUR, &done, now) else {
            panic!("the time of this hour is done");
        };
        assert!(
            next >= at("2026-08-02T11:00:00Z") && next < at("2026-08-02T11:02:00Z"),
            "{next}"
        );
    }

    #[test]
    fn warehouses_do_not_all_begin_at_once() {
        let begin = |name: &str| jitter(&format!("s3://shops/{name}/"), HOUR);
        let begins: std::collections::BTreeSet<_> = ["a", "b", "c", "d", "e"].map(begin).into();
        assert!(begins.len() > 3, "{begins:?}");
        assert!(
            begins
                .iter()
                .all(|it| *it <= MAX_JITTER && !it.is_negative())
        );
        assert_eq!(begin("a"), begin("a"));
    }

    #[test]
    fn failures_wait_longer_and_longer() {
        let slot = "2026-08-01T03:00:00Z";
        let failed = (slot, "2026-08-01T03:05:00Z", false);
        let soon = at("2026-08-01T03:05:01Z");
        let waits = |count: usize| match due(
            WAREHOUSE,
            &view(),
            HOUR,
            &ledger(&vec![failed; count]),
            soon,
        ) {
            Due::At(next) => next.duration_since(at(failed.1)),
            Due::Now { .. } => panic!("it failed a second ago"),
        };
        assert!(waits(1) >= FIRST_RETRY / 2 && waits(1) <= FIRST_RETRY);
        assert!(waits(4) > waits(1));
        assert!(waits(20) <= LAST_RETRY);
        let later = due(
            WAREHOUSE,
            &view(),
            HOUR,
            &ledger(&[failed]),
            at("2026-08-01T03:06:00Z"),
        );
        assert_eq!(later, Due::Now { slot: at(slot) });
    }
}
