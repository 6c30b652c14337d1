//! `tributary token`

use std::io::{self, Write};

use clap::Args;
use datafusion::common::Result;

use crate::security::login::new_api_token;

/// Make a random token and print it with its SHA-256
///
/// The token goes to the program that uses it. The configuration gets only the SHA-256:
/// [[security.tokens]] sha256 = "…"
#[derive(Debug, Args)]
pub(super) struct Token {}

impl Token {
    pub(super) fn run(&self) -> Result<u8> {
        let (token, digest) = new_api_token()?;
        writeln!(io::stdout(), "token  = \"{token}\"\nsha256 = \"{digest}\"")?;
        Ok(0)
    }
}
