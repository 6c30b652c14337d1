//! The materialized views that a server refreshes on schedule.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// How the refreshes of a view go, whichever process makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewState {
    /// When the last run began that was done; `None` if none was yet.
    pub refreshed_at: Option<Timestamp>,
    /// Runs that failed since.
    pub failures: u32,
}

/// By the names of the views.
pub(super) type Views = BTreeMap<String, ViewState>;
