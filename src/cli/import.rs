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

    /// CSV, JSON lines (.jsonl) or Parquet files, folders of them, or patterns such as 'orders/*.csv';
    /// text may be compressed (.csv.gz, .jsonl.zst)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Columns under another name: order_id=id,total=amount
    #[arg(long, value_name = "TARGET=SOURCE", value_delimiter = ',', value_parser = pair)]
    map: Vec<(String, String)>,

    /// Remove the rows whose COLUMN is true or a time
    #[arg(long, value_name = "COLUMN")]
    deleted_when: Option<String>,

    /// Read files again that were imported and have not changed since
    #[arg(long)]
    again: bool,

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
            deleted_when: self.deleted_when,
            again: self.again,
            dry_run: self.dry_run,
            imported_at: Clock::System.now(),
        };
        let bar = progress::bytes("importing");
        let location = engine.warehouse().location();
        let summary = import(session.context(), location, &request, &|progress| {
            bar.set_length(progress.total_bytes);
            bar.set_position(progress.read_bytes);
            bar.set_message(progress::rows(progress.row_count));
        })
        .await?;
        bar.finish_and_clear();

        for warning in &summary.warnings {
            stdout::note(&format!("warning: {warning}"));
        }
        if summary.skipped_files > 0 {
            stdout::note(&format!(
                "{} of the files are unchanged since they were imported (--again reads them again)",
                summary.skipped_files
            ));
        }
        if summary.superseded > 0 {
            stdout::note(&format!(
                "{} rows were replaced by a later row with the same key",
                summary.superseded
            ));
        }
        if summary.quarantined > 0 {
            stdout::note(&format!(
                "{} rows were quarantined, with the reasons, in system.quarantine",
                summary.quarantined
            ));
        }
        let verb = if request.dry_run {
            "would import"
        } else {
            "imported"
        };
        let deleted = match (summary.deleted, &request.deleted_when) {
            (0, None) => String::new(),
            (deleted, _) => format!(", deleted {deleted}"),
        };
        stdout::note(&format!(
            "{verb} {}, unchanged {}{deleted}, quarantined {}",
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
