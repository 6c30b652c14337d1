//! The server under pressure: more queries than fit, queries that never end, and what it says.

#![expect(
    clippy::disallowed_methods,
    reason = "each test starts the runtime that its server and client run on"
)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails its test")]

mod admission;
mod collector;
mod collectors;
mod idle_cpu;
mod logged;
mod memory;
mod monitor;
mod observed;
mod stopped;
mod support;
mod timeouts;
mod traced;
