//! Why the rows of a materialized view were computed although they may be stored.

use std::fmt;

use jiff::SignedDuration;

/// The first reason that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// `tributary.max_staleness` is zero.
    TurnedOff,
    /// It was never refreshed, or its table has no run that wrote it.
    NotStored,
    /// The view, or one that it reads, has changed since.
    OtherDefinition,
    /// These settings are not those of the stored rows.
    OtherSettings(Vec<String>),
    /// The stored rows are older than the reader takes.
    TooOld {
        age: SignedDuration,
        max: SignedDuration,
    },
    /// The reader does not see everything that the stored rows were made from.
    Rights,
    /// A refresh reads its tables as of other versions than the stored rows were made from.
    OtherVersions,
    /// A table of the session hides one that the stored rows were made from.
    OwnTable(String),
    /// The stored table cannot be opened; the log says why.
    Unreadable,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TurnedOff => f.write_str("tributary.max_staleness is zero"),
            Self::NotStored => f.write_str("nothing is stored: it was never refreshed"),
            Self::OtherDefinition => f.write_str("its definition has changed since the refresh"),
            Self::OtherSettings(keys) => {
                write!(f, "the rows are stored with another {}", keys.join(", "))
            }
            Self::TooOld { age, max } => {
                write!(
                    f,
                    "the stored rows are {age:#} old, of which at most {max:#} are taken"
                )
            }
            Self::Rights => f.write_str("the reader may not see everything that it reads"),
            Self::OtherVersions => f.write_str("its tables have changed since the refresh"),
            Self::OwnTable(name) => write!(f, "the session has a table {name} of its own"),
            Self::Unreadable => f.write_str("the stored table cannot be opened"),
        }
    }
}
