//! `[store]`: how patient the program is with the object store behind the warehouse.

use std::time::Duration;

use jiff::fmt::serde::unsigned_duration::friendly::compact::required as friendly;
use object_store::{BackoffConfig, RetryConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// How often a request that failed is tried again.
    pub retries: usize,
    /// How long after its first try a request may be tried again.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub retry_timeout: Duration,
    /// Pause before the first retry, more or less; each one after it is twice as long.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub first_pause: Duration,
    /// Longest pause before a retry.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub longest_pause: Duration,
    /// How long one try may take, with its whole answer.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub timeout: Duration,
    /// How long it may take to connect.
    #[serde(with = "friendly")]
    #[schemars(with = "String", extend("format" = "duration"))]
    pub connect_timeout: Duration,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            retries: 10,
            // A request is signed once, and signatures of S3 hold for five minutes at least.
            retry_timeout: Duration::from_secs(120),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(5),
        }
    }
}

impl Store {
    /// When requests are tried again.
    pub fn retry(&self) -> RetryConfig {
        RetryConfig {
            max_retries: self.retries,
            retry_timeout: self.retry_timeout,
            backoff: BackoffConfig {
                init_backoff: self.first_pause,
                max_backoff: self.longest_pause.max(self.first_pause),
                base: 2.0,
            },
        }
    }

    /// Time limits of one try, as options of a store.
    pub(super) fn timeouts(&self) -> [(String, String); 2] {
        let option = |name: &str, limit: Duration| {
            let limit = format!("{}ms", limit.as_millis());
            (name.to_owned(), limit)
        };
        [
            option("timeout", self.timeout),
            option("connect_timeout", self.connect_timeout),
        ]
    }
}
