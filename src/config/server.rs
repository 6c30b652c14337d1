//! `[server]`: where the server listens, and what it lets clients have.

use std::{
    net::{Ipv4Addr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use jiff::fmt::serde::unsigned_duration::friendly::compact::{
    optional as optional_friendly, required as friendly,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tracing::Tracing;

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address that Flight SQL is served on.
    #[schemars(extend("format" = "address"))]
    pub listen: SocketAddr,
    /// Address of the plain HTTP pages `/metrics`, `/healthz` and `/readyz`; absent: none of them.
    #[schemars(extend("format" = "address"), example = &"127.0.0.1:9464")]
    pub monitor: Option<SocketAddr>,
    /// How long a connection may be silent before the server asks whether its client is still
    /// there; `0s`: it never asks.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub keepalive: Duration,
    /// How long running queries may go on after a shutdown.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub drain: Duration,
    /// Age of the newest data beyond which `/readyz` says no; absent: any.
    #[serde(with = "optional_friendly")]
    #[schemars(with = "Option<String>", extend("format" = "duration"), example = &"26h")]
    pub max_data_age: Option<Duration>,
    /// Log every query, and how the lines look; absent: only warnings and errors, as text.
    #[schemars(example = &"json")]
    pub log: Option<Log>,
    /// Refresh materialized views when they are due. Those that come with the program are, once
    /// somebody has refreshed them.
    pub refresh: bool,
    /// How long a view is left to a process that refreshes it and is not heard of any more, at least
    /// one second; it says four times in this that it is still there.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub refresh_lease: Duration,
    /// Serve other machines although TLS or logins are missing.
    pub insecure: bool,
    /// TLS; absent: plaintext.
    pub tls: Option<Tls>,
    /// What clients get at most.
    pub limits: Limits,
    /// Where traces of statements are sent, for OpenTelemetry.
    pub tracing: Tracing,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 50051).into(),
            monitor: None,
            keepalive: Duration::from_secs(60),
            drain: Duration::from_secs(10),
            max_data_age: None,
            log: None,
            refresh: true,
            refresh_lease: Duration::from_secs(60),
            insecure: false,
            tls: None,
            limits: Limits::default(),
            tracing: Tracing::default(),
        }
    }
}

/// How the lines of the log look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Log {
    Text,
    Json,
}

/// `[server.tls]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file of the certificate and those that lead to its root; read again when it changes.
    #[schemars(extend("format" = "path"), example = &"server.crt")]
    pub certificate: PathBuf,
    /// PEM file of the private key of the certificate.
    #[schemars(extend("format" = "path"), example = &"server.key")]
    pub key: PathBuf,
    /// PEM file of the authorities whose clients may connect; absent: clients need no certificate.
    #[schemars(extend("format" = "path"), example = &"clients.crt")]
    pub client_authorities: Option<PathBuf>,
}

/// `[server.limits]`
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Queries that run at once; absent: one per core, and at least four.
    #[schemars(example = 8)]
    pub running: Option<NonZeroUsize>,
    /// Queries of one user that run at once; absent: as many as run at all.
    #[schemars(example = 2)]
    pub running_per_user: Option<NonZeroUsize>,
    /// Queries that wait for their turn; more are refused.
    pub queued: usize,
    /// How long a statement may take, from its start to the last row that its client takes.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub statement_timeout: Duration,
    /// Share of the memory that one query may take, from 0 to 1.
    pub memory_share: f64,
    /// Longest SQL text in bytes.
    pub statement_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            running: None,
            running_per_user: None,
            queued: 100,
            statement_timeout: Duration::from_secs(600),
            memory_share: 0.5,
            statement_bytes: 1 << 20,
        }
    }
}
