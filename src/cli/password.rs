//! `tributary password`

use std::io::{self, IsTerminal, Read, Write};

use clap::Args;
use console::Term;
use datafusion::common::{Result, plan_err};

use crate::{config::Secret, security::login::hash_password};

/// Print the hash of a password, as the configuration takes it
///
/// Asks for the password at a terminal, or reads it from standard input. The hash goes into the
/// configuration: [[security.users]] password = "…"
#[derive(Debug, Args)]
pub(super) struct Password {}

impl Password {
    pub(super) fn run(&self) -> Result<u8> {
        let password = if can_ask() {
            let password = ask("Password: ")?;
            if ask("Again: ")?.expose() != password.expose() {
                return plan_err!("password: expected the same text twice, got different ones");
            }
            password
        } else {
            piped()?
        };
        if password.expose().is_empty() {
            return plan_err!("password: expected text, got none");
        }
        writeln!(io::stdout(), "{}", hash_password(password.expose())?)?;
        Ok(0)
    }
}

/// The whole input without the end of its only line.
fn piped() -> Result<Secret> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\n') {
        return plan_err!("password: expected one line, got several");
    }
    Ok(Secret::new(line.to_owned()))
}

/// Whether somebody sits at a terminal.
pub(super) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads what somebody types without showing it.
pub(super) fn ask(prompt: &str) -> Result<Secret> {
    let mut terminal = Term::stderr();
    write!(terminal, "{prompt}")?;
    Ok(Secret::new(terminal.read_secure_line()?))
}
