//! What `attribute()` and its companions promise, through SQL.
#![expect(
    clippy::disallowed_methods,
    reason = "tokio::test blocks on the runtime that it makes"
)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails its test")]

mod documented;
mod errors;
mod events;
mod execution;
mod function_laws;
mod laws;
mod limits;
mod naive;
mod naive_functions;
mod names;
mod plans;
mod ratio;
mod session;
mod tables;
mod types;
