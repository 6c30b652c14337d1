//! `tributary sql`

use std::{
    io::{IsTerminal, Read},
    path::PathBuf,
};

use clap::Args;
use datafusion::common::{Result, plan_err};

use super::{access::Server, open, stdout};
use crate::{
    config::Config,
    flight_sql::client::Remote,
    output::{Columns, Format},
    query::statement,
};

/// Run SQL statements and print the result
#[derive(Debug, Args)]
pub(super) struct Sql {
    /// Statements separated by semicolons; a table created in one is there for the next
    #[arg(
        value_name = "SQL",
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    sql: Option<String>,

    /// Read the statements from a file, or from standard input for "-"
    #[arg(short, long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// How to print the result; formats other than table print only that of the last statement
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    server: Server,
}

impl Sql {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        let text = self.text()?;
        match self.server.connect().await? {
            Some(server) => self.run_remote(&server, &text).await?,
            None => self.run_local(config, &text).await?,
        }
        Ok(0)
    }

    fn text(&self) -> Result<String> {
        match (&self.sql, &self.file) {
            (Some(sql), _) => Ok(sql.clone()),
            (None, Some(file)) if file.as_os_str() == "-" => {
                if std::io::stdin().is_terminal() {
                    stdout::note("reading statements until end of input (Ctrl-D)");
                }
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text)?;
                Ok(text)
            }
            (None, Some(file)) => std::fs::read_to_string(file).map_err(|error| {
                let error = datafusion::common::DataFusionError::from(error);
                error.context(format!("file {}", file.display()))
            }),
            (None, None) => plan_err!("sql: expected SQL text or --file"),
        }
    }

    async fn run_local(&self, config: &Config, text: &str) -> Result<()> {
        let mut statements = statement::parse(text)?;
        let last = statements.pop();
        let session = open(config).await?.session();
        for statement in statements {
            let result = session.execute(session.plan(statement).await?).await?;
            if self.format == Format::Table {
                stdout::print(Format::Table, Columns::Named, result).await?;
            } else {
                datafusion::physical_plan::common::collect(result).await?;
            }
        }
        match last {
            None => plan_err!("sql: expected a statement, got none"),
            Some(statement) => {
                let result = session.execute(session.plan(statement).await?).await?;
                stdout::print(self.format, Columns::Named, result).await
            }
        }
    }

    /// The server keeps no session between statements, so several would not see each other.
    async fn run_remote(&self, server: &Remote, text: &str) -> Result<()> {
        let count = statement::parse(text)?.len();
        if count != 1 {
            return plan_err!("sql: expected one statement with --server, got {count}");
        }
        stdout::print(self.format, Columns::Named, server.query(text).await?).await
    }
}
