//! The Flight SQL server, asked by a real client over a real connection.

#![expect(
    clippy::disallowed_methods,
    reason = "each test starts the runtime that its server and client run on"
)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails its test")]

mod actions;
mod metadata;
mod parameters;
mod python;
mod refusals;
mod schemas;
mod streams;
pub(crate) mod support;
