//! What the user asked for: file, environment, flags and defaults. It builds nothing.
//!
//! Each layer becomes a tree of values that know where they were written (`node`). The trees are
//! laid over each other, and decoded at once (`read`, `decode`). What keys there are, the types
//! say (`shape`, `key`): variables, errors and documentation follow from them.

mod aws_profile;
mod decode;
mod environment;
mod finding;
mod flags;
mod key;
mod node;
mod read;
mod resolve;
mod secret;
mod security;
mod server;
mod session;
mod shape;
mod size;
mod store;
mod text;
mod tracing;
mod validate;

use std::{collections::HashMap, num::NonZeroUsize, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use finding::{Finding, Findings, Severity};
pub use flags::Flags;
pub use key::{Key, keys};
pub use read::{Read, Source};
pub use secret::Secret;
pub use security::{
    ApiToken, Attributes, ColumnMask, Issuer, Role, RowPolicy, Security, User, Values,
};
pub use server::{Limits, Log, Server, Tls};
pub use session::SessionDefaults;
pub use store::Store;
pub use tracing::Tracing;

/// Prefixes of the environment variables that object stores understand.
const STORE_PREFIXES: [&str; 4] = ["AWS_", "GOOGLE_", "AZURE_", "SERVICE_ACCOUNT"];
const DEFAULT_WAREHOUSE: &str = "warehouse";

/// Everything that can be configured.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the tables are: a folder, or a file://, s3://, gs:// or az:// URL; absent: the folder
    /// `warehouse`.
    #[schemars(extend("format" = "location"), example = &"s3://bucket/warehouse")]
    pub warehouse: Option<String>,
    /// A folder of SCHEMA/VIEW.sql files that add to or replace the shipped reports.
    #[schemars(extend("format" = "path"), example = &"queries")]
    pub queries: Option<PathBuf>,
    /// Partitions that a query runs in; absent: one per core.
    #[schemars(example = 8)]
    pub threads: Option<NonZeroUsize>,
    /// Memory that all queries share; absent: unlimited.
    #[serde(with = "size")]
    #[schemars(with = "Option<String>", extend("format" = "size"), example = &"4GiB")]
    pub memory: Option<usize>,
    /// How patient the program is with the object store behind the warehouse.
    pub store: Store,
    /// What the settings of a session are until it sets them, and what RESET goes back to.
    pub session: SessionDefaults,
    /// Where the server listens, and what it lets clients have.
    pub server: Server,
    /// Who may connect, and what each role may read and change.
    pub security: Security,
}

impl Config {
    /// The warehouse URL, or the default folder.
    pub fn warehouse(&self) -> &str {
        self.warehouse.as_deref().unwrap_or(DEFAULT_WAREHOUSE)
    }

    /// Credentials, endpoints and time limits of object stores, under names in lower case: those of
    /// the environment, and of the AWS profile in effect if the warehouse is in S3.
    ///
    /// # Errors
    /// A profile that cannot be used.
    pub fn store_options(&self) -> Result<HashMap<String, String>, Findings> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| STORE_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
            .map(|(name, value)| (name.to_lowercase(), value));
        let mut options: HashMap<_, _> = variables.chain(self.store.timeouts()).collect();
        if ["s3://", "s3a://"]
            .iter()
            .any(|it| self.warehouse().starts_with(it))
        {
            let home = std::env::home_dir();
            aws_profile::complete(&mut options, home.as_deref())
                .map_err(|finding| Findings(vec![finding]))?;
        }
        Ok(options)
    }
}
