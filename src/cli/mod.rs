//! The command line: what the user wrote, and one file per command.

mod demo;
mod import;
mod progress;
mod report;
mod sample;
mod serve;
mod sql;
mod stdout;

use clap::{Parser, Subcommand};
use datafusion::common::Result;

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
}

impl Cli {
    /// Runs the command.
    ///
    /// # Returns
    /// The exit code: 0, or what the command says a partial success is.
    pub async fn run(self) -> Result<u8> {
        match self.command {
            Command::Demo(demo) => demo.run(self.config).await,
            Command::Serve(serve) => serve.run(&self.config).await,
            Command::Sql(sql) => sql.run(&self.config).await,
            Command::Report(report) => report.run(&self.config).await,
            Command::Import(import) => import.run(&self.config).await,
            Command::Sample(sample) => sample.run(&self.config),
        }
    }
}

async fn open(config: &Config) -> Result<Engine> {
    Engine::open(config, Clock::System).await
}
