//! What the user asked for: flags, environment and defaults. It builds nothing.

mod secret;
mod security;
mod server;

use std::{collections::HashMap, num::NonZeroUsize, path::PathBuf};

use clap::Args;

pub use secret::Secret;
pub use security::{
    ApiToken, Attributes, ColumnMask, Issuer, Role, RowPolicy, Security, User, Values,
};
pub use server::{Limits, Log, Server, Tls};

/// Prefixes of the environment variables that object stores understand.
const STORE_PREFIXES: [&str; 4] = ["AWS_", "GOOGLE_", "AZURE_", "SERVICE_ACCOUNT"];
const DEFAULT_WAREHOUSE: &str = "warehouse";

/// Options of every command that opens a warehouse.
#[derive(Debug, Clone, Default, Args)]
pub struct Config {
    /// Where the tables are: a folder, or a file://, s3://, gs:// or az:// URL
    #[arg(long, value_name = "URL", env = "TRIBUTARY_WAREHOUSE", global = true)]
    pub warehouse: Option<String>,

    /// A folder of SCHEMA/VIEW.sql files that add to or replace the shipped reports
    #[arg(long, value_name = "DIR", env = "TRIBUTARY_QUERIES", global = true)]
    pub queries: Option<PathBuf>,

    /// Partitions that a query runs in [default: one per core]
    #[arg(long, value_name = "N", env = "TRIBUTARY_THREADS", global = true)]
    pub threads: Option<NonZeroUsize>,

    /// Memory that all queries share, such as 512MiB or 4GiB [default: unlimited]
    #[arg(long, value_name = "SIZE", env = "TRIBUTARY_MEMORY", value_parser = size, global = true)]
    pub memory: Option<usize>,

    #[arg(skip)]
    pub server: Server,

    #[arg(skip)]
    pub security: Security,
}

impl Config {
    /// The warehouse URL, or the default folder.
    pub fn warehouse(&self) -> &str {
        self.warehouse.as_deref().unwrap_or(DEFAULT_WAREHOUSE)
    }

    /// Credentials and endpoints of object stores, from the environment, in lower case.
    pub fn store_options(&self) -> HashMap<String, String> {
        std::env::vars()
            .filter(|(name, _)| STORE_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect()
    }
}

/// Parses a number of bytes with an optional unit KiB, MiB or GiB.
fn size(text: &str) -> Result<usize, String> {
    let expected = || format!("expected a size such as 512MiB or 4GiB, got {text}");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match &text[digits.len()..] {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        _ => return Err(expected()),
    };
    let number: usize = digits.parse().map_err(|_| expected())?;
    number
        .checked_mul(1 << shift)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units() {
        assert_eq!(size("4GiB"), Ok(4 << 30));
        assert_eq!(size("100"), Ok(100));
        for bad in ["", "0", "4GB", "GiB", "-1MiB", "99999999999999999GiB"] {
            assert!(size(bad).unwrap_err().contains("expected a size"), "{bad}");
        }
    }
}
