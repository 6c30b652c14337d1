//! `tributary demo`

use std::{path::Path, sync::Arc};

use clap::Args;
use datafusion::common::{Result, plan_err};

use super::{open, report, sample, serve::Serve, stdout};
use crate::{config::Config, output::Format};

/// The folder of the sample warehouse unless --warehouse names another.
const FOLDER: &str = "target/sample-warehouse";
const PERIOD: &str = "last_30_days";

/// Build the sample warehouse if it is absent, print its reports, and serve them
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Exit after printing the reports
    #[arg(long)]
    once: bool,

    #[command(flatten)]
    pub(super) serve: Serve,
}

impl Demo {
    pub(super) async fn run(self, mut config: Config) -> Result<u8> {
        let warehouse = config
            .warehouse
            .get_or_insert_with(|| FOLDER.to_owned())
            .clone();
        if warehouse.contains("://") {
            return plan_err!("demo: --warehouse must be a local folder, got {warehouse}");
        }
        let folder = Path::new(&warehouse);
        if !folder.exists() {
            sample::write(folder, 1.0, &config)?;
        }
        let engine = Arc::new(open(&config).await?);
        let session = engine.session();
        let definitions = session.definitions();
        for schema in definitions.schemas() {
            // Ledgers and lists are for queries; a demonstration shows what fits on a page.
            let views = report::views_of(&session, schema);
            let summaries: Vec<_> = views
                .into_iter()
                .filter(|view| SUMMARIES.contains(&view.as_str()))
                .collect();
            report::print(&session, schema, &summaries, PERIOD, Format::Table).await?;
        }
        if self.once {
            return Ok(0);
        }
        stdout::note("\ntry: tributary sql 'select * from revenue.attributed_orders limit 10'");
        self.serve.serve(engine, &config).await
    }
}

const SUMMARIES: [&str; 5] = [
    "overview",
    "by_agent",
    "by_channel",
    "sales_performance",
    "kpis",
];
