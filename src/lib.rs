//! Tributary: the SQL engine that shows which conversation earned which sale.
//!
//! A query travels: `cli` or `flight_sql` take it, `engine` gives it a session, `query` turns its
//! text into a plan, `warehouse` opens the tables that the plan reads, `security` says for whom.

pub mod cli;
pub mod clock;
pub mod config;
pub mod engine;
pub mod error_text;
pub mod flight_sql;
pub mod log;
pub mod materialize;
pub mod output;
pub mod query;
pub mod sample;
pub mod security;
pub mod system;
pub mod trace;
pub mod warehouse;
