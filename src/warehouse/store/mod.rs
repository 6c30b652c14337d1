//! What stands between the program and an object store: its requests are counted here, and their
//! errors explained.

mod client;
mod counted;
mod explained;
mod requests;
mod upload;

pub(super) use client::client;
pub(super) use counted::Counted;
pub use requests::{Operation, Outcome, Requests};
