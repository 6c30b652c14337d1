//! The Flight SQL server: what BI tools, ADBC, JDBC and `tributary sql --server` talk to.
//!
//! A request travels: `incoming` takes the connection, `login` finds out who asks, `service`
//! receives it, `command` decodes it and `metadata` answers questions about the catalog. A statement
//! goes the way of `lifecycle`: `statement` plans its SQL, `admission` gives it its turn, `runtime`
//! runs the plan, `encode` makes messages of its rows, and `execution` is the statement meanwhile.
//! Handles and tickets carry the SQL text and its parameters, so any replica can answer any request;
//! what `announced` keeps of a query only spares planning it twice. What changes views takes effect
//! once, when it is asked for (GetFlightInfo) or sent as an update (DoPut); redeeming a ticket never
//! changes anything.
//!
//! It implements arrow-flight's `FlightService` itself instead of its `FlightSqlService`: that
//! trait answers GetSchema with "not implemented", lists actions that we do not have, and asks
//! for two methods per metadata command where one enum lets the compiler check every arm.

mod accepted;
mod action;
mod admission;
mod announced;
mod asker;
mod bound;
pub mod client;
mod client_settings;
mod client_type;
mod command;
mod compression;
mod convert;
mod deadline;
mod encode;
mod execution;
mod exposure;
mod follow;
mod handle;
mod handshake;
mod incoming;
mod ingest;
mod lifecycle;
mod login;
mod metadata;
mod metrics;
mod monitor;
mod parameters;
mod put;
mod queue;
mod readiness;
mod running;
mod runtime;
mod serve;
mod service;
mod session_option;
mod statement;
mod status;
mod store_metrics;
mod tls;

pub use exposure::check as check_exposure;
pub use running::Running;
pub use serve::{Server, serve};
