//! The command line: what the user wrote, and one file per command.

mod access;
mod demo;
mod import;
mod password;
mod progress;
mod report;
mod sample;
mod serve;
mod sql;
mod stdout;
mod token;

use clap::{Parser, Subcommand};
use datafusion::common::Result;
use futures::{FutureExt, future::BoxFuture};

use crate::{clock::Clock, config::Config, engine::Engine};

/// Shows which conversation earned which sale, in SQL
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the sample warehouse if it is absent, print its reports, and serve them
    Demo(demo::Demo),
    /// Serve the warehouse over Arrow Flight SQL
    Serve(serve::Serve),
    /// Run SQL statements and print the result
    Sql(sql::Sql),
    /// Print a report, or one of its views, for a period
    Report(report::Report),
    /// Load files into a table: new rows are added, rows with a known key are replaced
    Import(import::Import),
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
        let Self { config, command } = self;
        async move {
            match command {
                Command::Demo(demo) => demo.run(config).await,
                Command::Serve(serve) => serve.run(&config).await,
                Command::Sql(sql) => sql.run(&config).await,
                Command::Report(report) => report.run(&config).await,
                Command::Import(import) => import.run(&config).await,
                Command::Sample(sample) => sample.run(&config),
                Command::Password(password) => password.run(),
                Command::Token(token) => token.run(),
            }
        }
        .boxed()
    }
}

async fn open(config: &Config) -> Result<Engine> {
    Engine::open(config, Clock::System).await
}
