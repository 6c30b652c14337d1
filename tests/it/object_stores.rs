//! What object stores are asked, and what becomes of requests that fail.

// Requests that fail in every way that a network knows.
pub(crate) mod faults;
// A proxy that makes them fail.
pub(crate) mod proxy;
// Refreshes while requests fail, asked for and on schedule.
mod refreshes;
// How many requests a query needs.
mod requests;
