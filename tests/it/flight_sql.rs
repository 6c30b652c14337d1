//! The Flight SQL server, asked by a real client over a real connection.

#![expect(
    clippy::disallowed_methods,
    reason = "each test starts the runtime that its server and client run on"
)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails its test")]

mod actions;
/// From GetFlightInfo to DoGet.
mod announced;
/// Which item of the protocol's checklist which tests prove.
mod checklist;
/// Other people's clients.
mod clients;
mod compression;
/// What drivers do that no registry has.
mod drivers;
/// Connections on which nothing happens.
mod idle;
mod metadata;
mod parameters;
mod refusals;
mod schemas;
/// What a client sets for its connection.
mod sessions;
pub(crate) mod small_warehouse;
mod streams;
pub(crate) mod support;
/// CREATE VIEW and DROP VIEW.
mod view_changes;
