//! The error of whoever may not do what they ask.

use datafusion::common::DataFusionError;
use thiserror::Error;

/// A statement that the caller's roles do not allow; it says what and why.
#[derive(Debug, Error)]
#[error("{action} is not allowed: {reason}")]
pub struct Refusal {
    action: String,
    reason: &'static str,
}

impl Refusal {
    /// # Arguments
    /// `action`: the statement or what it does, as its user would say it.
    pub fn new(action: impl Into<String>, reason: &'static str) -> Self {
        Self {
            action: action.into(),
            reason,
        }
    }
}

impl From<Refusal> for DataFusionError {
    fn from(refusal: Refusal) -> Self {
        Self::External(Box::new(refusal))
    }
}
