//! `tributary optimize`

use clap::Args;
use datafusion::common::{Result, plan_err};
use jiff::{Span, SpanRelativeTo};

use super::{open, stdout};
use crate::{
    config::Config,
    warehouse::{
        import::quarantine,
        optimize::{OptimizeRequest, optimize},
    },
};

/// Join small files of tables into large ones, and delete files that are out of use
#[derive(Debug, Args)]
pub(super) struct Optimize {
    /// Tables of the warehouse [default: all]
    #[arg(value_name = "TABLE")]
    tables: Vec<String>,

    /// How long files that are out of use stay, for queries that still read them
    #[arg(long, value_name = "TIME", default_value = "7 days", value_parser = hours)]
    retain: i64,

    /// Sort whole tables by time, or by key where there is none
    #[arg(long)]
    sort: bool,

    /// Allow to retain for less than 7 days
    #[arg(long)]
    force: bool,
}

impl Optimize {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        let engine = open(config).await?;
        let session = engine.session();
        let location = engine.warehouse().location();
        let all = || {
            let mut names = engine.warehouse().table_names();
            names.push(quarantine::FOLDER.to_owned());
            names
        };
        let tables = match self.tables.is_empty() {
            true => all(),
            false => self.tables.clone(),
        };
        let request = OptimizeRequest {
            retention_hours: self.retain,
            force: self.force,
            sort: self.sort,
        };
        for name in tables {
            let folder = location.folder(&name)?;
            let done = optimize(session.context(), &folder, &name, request).await?;
            match done {
                Some(done) => stdout::note(&format!(
                    "{name}: {} files became {}, {} deleted",
                    done.rewritten, done.written, done.deleted
                )),
                None if self.tables.is_empty() => {}
                None => {
                    return plan_err!(
                        "optimize: expected a Delta table named {name} in {}",
                        location.url()
                    );
                }
            }
        }
        Ok(0)
    }
}

fn hours(text: &str) -> Result<i64, String> {
    let expected = |_| format!("expected a time such as 7 days or 36h, got {text}");
    let span: Span = text.parse().map_err(expected)?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours());
    Ok(time.map_err(expected)?.as_hours())
}
