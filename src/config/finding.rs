//! What is wrong with what the user wrote: where, what was expected, and what came.

use std::{error::Error, fmt};

use datafusion::common::{DataFusionError, utils::datafusion_strsim::levenshtein};
use serde::Serialize;

/// Whether the program can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One thing that is wrong. Texts are empty where there is nothing to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub severity: Severity,
    /// The file with line and column, the environment variable, or the flag.
    pub place: String,
    /// What it is about: a key such as `server.listen`, or the name of a table, a view or a role.
    pub key: String,
    pub expected: String,
    /// What came; never a secret.
    pub got: String,
}

impl Finding {
    pub fn error(key: impl ToString, expected: impl ToString, got: impl ToString) -> Self {
        Self {
            severity: Severity::Error,
            place: String::new(),
            key: key.to_string(),
            expected: expected.to_string(),
            got: got.to_string(),
        }
    }

    pub fn warning(key: impl ToString, expected: impl ToString, got: impl ToString) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(key, expected, got)
        }
    }

    /// The same, with where it was written.
    pub fn at(self, place: impl ToString) -> Self {
        Self {
            place: place.to_string(),
            ..self
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.place, &self.key] {
            if !part.is_empty() {
                write!(f, "{part}: ")?;
            }
        }
        match self.expected.is_empty() {
            true => f.write_str(&self.got),
            false => write!(f, "expected {}, got {}", self.expected, self.got),
        }
    }
}

/// Everything that is wrong, at least one error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [finding] = self.0.as_slice() {
            return finding.fmt(f);
        }
        write!(f, "the configuration has {} faults:", self.0.len())?;
        self.0
            .iter()
            .try_for_each(|finding| write!(f, "\n  {}: {finding}", finding.severity))
    }
}

impl Error for Findings {}

impl From<Findings> for DataFusionError {
    fn from(findings: Findings) -> Self {
        Self::External(Box::new(findings))
    }
}

/// The name that somebody who wrote `written` most likely meant.
pub(super) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = written.chars().count().div_ceil(3);
    let distances = known.into_iter().map(|it| (levenshtein(written, it), it));
    let (distance, name) = distances.min()?;
    (distance <= most).then_some(name)
}
