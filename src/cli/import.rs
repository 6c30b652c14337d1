//! `tributary import`

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use datafusion::common::Result;
use indicatif::ProgressBar;

use super::{open, progress, stdout};
use crate::{
    clock::Clock,
    config::Config,
    engine::{Engine, Mapping, MappingRequest, import_mapping},
    warehouse::{
        contract::Table,
        import::{ImportRequest, ImportSummary, Progress, Watch, import},
    },
};

/// The exit code of --strict when rows were quarantined.
const QUARANTINED: u8 = 3;

/// Load files into a table: new rows are added, rows with a known key are replaced
#[derive(Debug, Args)]
#[command(
    override_usage = "tributary import [OPTIONS] <TABLE> <FILE>...\n       \
                            tributary import [OPTIONS] --mapping <NAME|FOLDER> <FILE>..."
)]
pub(super) struct Import {
    /// A table of the fact-table contract, such as orders; with --mapping it may be left out, and
    /// then all tables of the mapping are filled
    table: String,

    /// CSV, JSON lines (.jsonl) or Parquet files, folders of them, or patterns such as 'orders/*.csv';
    /// text may be compressed (.csv.gz, .jsonl.zst)
    #[arg(required_unless_present = "mapping", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Through a mapping of a vendor's files to several tables: a shipped one, such as shopify, or a
    /// folder of your own
    #[arg(long, value_name = "NAME|FOLDER", conflicts_with_all = ["map", "deleted_when"])]
    mapping: Option<String>,

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
        let strict = self.strict;
        let quarantined = match self.mapping.clone() {
            Some(mapping) => self.through(&mapping, &engine).await?,
            None => self.plainly(&engine).await?,
        };
        Ok(if strict && quarantined > 0 {
            QUARANTINED
        } else {
            0
        })
    }

    /// Files into one table; how many rows were quarantined.
    async fn plainly(self, engine: &Engine) -> Result<u64> {
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
        let watch = |progress: Progress<'_>| show(&bar, progress);
        let summary = import(session.context(), location, &request, &watch).await?;
        bar.finish_and_clear();
        let deletes = request.deleted_when.is_some();
        report("", &summary, deletes, request.dry_run);
        Ok(summary.quarantined)
    }

    /// Files through a mapping into its tables; how many rows were quarantined.
    async fn through(self, mapping: &str, engine: &Engine) -> Result<u64> {
        let mapping = Mapping::find(mapping)?;
        let (mapping, files) = match named_table(&self.table, &self.files) {
            Some(table) => (mapping.only(table)?, self.files),
            None => {
                let first = PathBuf::from(self.table);
                (mapping, [vec![first], self.files].concat())
            }
        };
        let request = MappingRequest {
            files,
            again: self.again,
            dry_run: self.dry_run,
            imported_at: Clock::System.now(),
        };
        let bar = progress::bytes("importing");
        let watch: Watch = {
            let bar = bar.clone();
            Arc::new(move |progress| show(&bar, progress))
        };
        let mut quarantined = 0;
        let mut done = |table: &str, summary: &ImportSummary| {
            quarantined += summary.quarantined;
            bar.suspend(|| report(&format!("{table}: "), summary, false, self.dry_run));
        };
        import_mapping(engine, &mapping, &request, &watch, &mut done).await?;
        bar.finish_and_clear();
        Ok(quarantined)
    }
}

/// The table that comes before the files, if the first argument is one: a folder of the name of a
/// table is a file if it stands alone, or is written ./orders.
fn named_table<'a>(first: &'a str, files: &[PathBuf]) -> Option<&'a str> {
    let is_table = Table::named(first).is_some() && !files.is_empty();
    is_table.then_some(first)
}

fn show(bar: &ProgressBar, progress: Progress<'_>) {
    bar.set_length(progress.total_bytes);
    bar.set_position(progress.read_bytes);
    bar.set_message(progress::rows(progress.row_count));
}

/// Says what became of the rows.
///
/// # Arguments
/// `table`: before each line.
/// `deletes`: whether rows were to be removed.
fn report(table: &str, summary: &ImportSummary, deletes: bool, dry_run: bool) {
    let note = |text: String| stdout::note(&format!("{table}{text}"));
    for warning in &summary.warnings {
        stdout::note(&format!("warning: {warning}"));
    }
    if summary.skipped_files > 0 {
        note(format!(
            "{} of the files are unchanged since they were imported (--again reads them again)",
            summary.skipped_files
        ));
    }
    if summary.superseded > 0 {
        note(format!(
            "{} rows were replaced by a later row with the same key",
            summary.superseded
        ));
    }
    if summary.quarantined > 0 {
        note(format!(
            "{} rows were quarantined, with the reasons, in system.quarantine",
            summary.quarantined
        ));
    }
    let verb = if dry_run { "would import" } else { "imported" };
    let deleted = match (summary.deleted, deletes) {
        (0, false) => String::new(),
        (deleted, _) => format!(", deleted {deleted}"),
    };
    note(format!(
        "{verb} {}, unchanged {}{deleted}, quarantined {}",
        summary.imported, summary.unchanged, summary.quarantined
    ));
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((target, source)) if !target.is_empty() && !source.is_empty() => {
            Ok((target.trim().to_owned(), source.trim().to_owned()))
        }
        _ => Err(format!("expected TARGET=SOURCE, got {text}")),
    }
}
