//! The only place that reads the time, so that tests and re-run reports can set it.

use jiff::Timestamp;

/// What time it is: the system's, or one that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    System,
    Fixed(Timestamp),
}

impl Clock {
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(instant) => instant,
        }
    }
}
