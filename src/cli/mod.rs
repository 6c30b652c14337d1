//! The command line: what the user wrote, and one file per command.

mod access;
mod check;
mod demo;
mod import;
mod optimize;
mod password;
mod progress;
mod refresh;
mod report;
mod sample;
mod serve;
mod sql;
mod stdout;
mod token;

use clap::{Parser, Subcommand};
use datafusion::common::Result;
use futures::{FutureExt, future::BoxFuture};

use crate::{
    clock::Clock,
    config::{Config, Findings, Flags, Read, Severity},
    engine::Engine,
    materialize,
};

/// Shows which conversation earned which sale, in SQL
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the sample warehouse if it is absent, print its reports, and serve them
    Demo(demo::Demo),
    /// Check the configuration, the warehouse and the query files, and start nothing
    Check(check::Check),
    /// Serve the warehouse over Arrow Flight SQL
    Serve(serve::Serve),
    /// Run SQL statements and print the result
    Sql(sql::Sql),
    /// Print a report, or one of its views, for a period
    Report(report::Report),
    /// Load files into a table: new rows are added, rows with a known key are replaced
    Import(import::Import),
    /// Join small files of tables into large ones, and delete files that are out of use
    Optimize(optimize::Optimize),
    /// Make the stored rows of materialized views again
    Refresh(refresh::Refresh),
    /// Write sample data: a believable shop, the same at every run
    Sample(sample::Sample),
    /// Print the hash of a password, as the configuration takes it
    Password(password::Password),
    /// Make a random token and print it with its SHA-256
    Token(token::Token),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Returns
    /// The exit code: 0, or what the command says a partial success is.
    pub fn run(self) -> BoxFuture<'static, Result<u8>> {
        // Behind a pointer, so that the engine is compiled here and not once more into the program.
        let Self { mut flags, command } = self;
        flags.listen = match &command {
            Command::Serve(serve) | Command::Demo(demo::Demo { serve, .. }) => serve.listen,
            _ => None,
        };
        async move {
            let config = |serves| configuration(&flags, serves);
            match command {
                Command::Check(check) => check.run(&flags).await,
                Command::Demo(demo) => demo.run(config(true)?).await,
                Command::Serve(serve) => serve.run(&config(true)?).await,
                Command::Sql(sql) => sql.run(&config(false)?).await,
                Command::Report(report) => report.run(&config(false)?).await,
                Command::Import(import) => import.run(&config(false)?).await,
                Command::Optimize(optimize) => optimize.run(&config(false)?).await,
                Command::Refresh(refresh) => refresh.run(&config(false)?).await,
                Command::Sample(sample) => sample.run(&config(false)?),
                Command::Password(password) => password.run(),
                Command::Token(token) => token.run(),
            }
        }
        .boxed()
    }
}

/// What the user asked for; warnings are logged.
///
/// # Arguments
/// `serves`: whether values are checked that only a server uses, such as keys and certificates.
fn configuration(flags: &Flags, serves: bool) -> Result<Config> {
    let read = Read::new(flags)?;
    let mut findings = read.warnings.clone();
    if serves {
        findings.extend(read.validate());
    }
    if findings.iter().any(|it| it.severity == Severity::Error) {
        return Err(Findings(findings).into());
    }
    for warning in findings {
        tracing::warn!("{warning}");
    }
    Ok(read.config)
}

async fn open(config: &Config) -> Result<Engine> {
    materialize::open(config, Clock::System).await
}
