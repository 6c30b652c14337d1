//! `tributary import`

use std::path::PathBuf;

use clap::Args;
use datafusion::common::Result;

use super::{open, progress, stdout};
use crate::{
    clock::Clock,
    config::Config,
    warehouse::import::{ImportRequest, import},
};

/// The exit code of --strict when rows were quarantined.
const QUARANTINED: u8 = 3;

/// Load files into a table: new rows are added, rows with a known key are replaced
#[derive(Debug, Args)]
pub(super) struct Import {
    /// A table of the fact-table contract, such as orders
    table: String,

    /// CSV, JSON lines (.jsonl) or Parquet files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Columns under another name: order_id=id,total=amount
    #[arg(long, value_name = "TARGET=SOURCE", value_delimiter = ',', value_parser = pair)]
    map: Vec<(String, String)>,

    /// Exit with code 3 if any row was quarantined
    #[arg(long)]
    strict: bool,

    /// Read, check and count, but change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        let engine = open(config).await?;
        let session = engine.session();
        let request = ImportRequest {
            table: self.table,
            files: self.files,
            mapping: self.map,
            format: None,
            dry_run: self.dry_run,
            imported_at: Clock::System.now(),
        };
        let bar = progress::bar(0, "importing, bytes");
        let location = engine.warehouse().location();
        let summary = import(session.context(), location, &request, &|progress| {
            bar.set_length(progress.total_bytes);
            bar.set_position(progress.read_bytes);
        })
        .await?;
        bar.finish_and_clear();

        for warning in &summary.warnings {
            stdout::note(&format!("warning: {warning}"));
        }
        if summary.superseded > 0 {
            stdout::note(&format!(
                "{} rows were replaced by a later row with the same key",
                summary.superseded
            ));
        }
        if summary.quarantined > 0 {
            stdout::note(&format!(
                "{} rows were quarantined, with the reasons, in {}_tributary/quarantine",
                summary.quarantined,
                location.url()
            ));
        }
        let verb = if request.dry_run {
            "would import"
        } else {
            "imported"
        };
        stdout::note(&format!(
            "{verb} {}, unchanged {}, quarantined {}",
            summary.imported, summary.unchanged, summary.quarantined
        ));
        Ok(if self.strict && summary.quarantined > 0 {
            QUARANTINED
        } else {
            0
        })
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((target, source)) if !target.is_empty() && !source.is_empty() => {
            Ok((target.trim().to_owned(), source.trim().to_owned()))
        }
        _ => Err(format!("expected TARGET=SOURCE, got {text}")),
    }
}
