//! Traces of statements, for an OpenTelemetry collector.
//!
//! The spans of a statement are made when it ends, from what the server knows of it then. They are
//! not those of the log: so the filter of the log does not decide what is traced, nothing that a
//! library logs leaves the machine, and a server that traces nothing does nothing.
//!
//! What has the feature `otlp` is in `collector` (sending, and which statements) and `statement`
//! (the spans of one); `absent` stands for both without it.

#[cfg(not(feature = "otlp"))]
mod absent;
#[cfg(feature = "otlp")]
mod collector;
#[cfg(feature = "otlp")]
mod parent;
#[cfg(feature = "otlp")]
mod statement;

#[cfg(not(feature = "otlp"))]
pub use absent::{Parent, Sending, Trace, start};
#[cfg(feature = "otlp")]
pub use {
    collector::{Sending, start},
    parent::Parent,
    statement::Trace,
};
