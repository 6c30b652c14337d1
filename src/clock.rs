//! The only place that reads the time, so that tests and re-run reports can set it.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;

/// What time it is: the system's, or one that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    System,
    Fixed(Timestamp),
    Manual(ManualClock),
}

impl Clock {
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(instant) => instant,
            Self::Manual(clock) => clock.now(),
        }
    }

    /// The time since an instant that stays the same for the life of the process; it goes on
    /// evenly when somebody sets the clock of the system.
    pub fn elapsed(self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(now);
        match self {
            Self::System => START.elapsed(),
            set => Duration::from_micros(set.now().as_microsecond().max(0).unsigned_abs()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn now() -> Instant {
    Instant::now()
}

/// A clock that stands still until it is advanced.
#[derive(Debug, Clone, Copy)]
pub struct ManualClock {
    /// Microseconds since 1970; never freed, so that a clock is as easy to copy as any other.
    now: &'static AtomicI64,
}

impl ManualClock {
    pub fn starting_at(instant: Timestamp) -> Self {
        let now = Box::leak(Box::new(AtomicI64::new(instant.as_microsecond())));
        Self { now }
    }

    pub fn advance(self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    fn now(self) -> Timestamp {
        Timestamp::from_microsecond(self.now.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
    }
}

impl PartialEq for ManualClock {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.now, other.now)
    }
}

impl Eq for ManualClock {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_all_its_copies() {
        let clock = ManualClock::starting_at("2026-09-01T00:00:00Z".parse().unwrap());
        let (clock, seen) = (clock, Clock::Manual(clock));
        let started = seen.elapsed();
        clock.advance(Duration::from_millis(1500));
        assert_eq!(seen.now().to_string(), "2026-09-01T00:00:01.5Z");
        assert_eq!(seen.elapsed() - started, Duration::from_millis(1500));
    }
}
