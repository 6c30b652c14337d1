//! `tributary optimize`

use clap::Args;
use datafusion::common::{Result, plan_err};
use jiff::{Span, SpanRelativeTo};

use super::{open, stdout};
use crate::{
    config::Config,
    engine::Session,
    warehouse::{
        import::quarantine,
        location::Location,
        optimize::{OptimizeRequest, optimize},
        stored_view,
    },
};

/// Join small files of tables into large ones, and delete files that are out of use
///
/// Stored rows of materialized views are in tables too.
#[derive(Debug, Args)]
pub(super) struct Optimize {
    /// Tables of the warehouse, and materialized views such as revenue.attributed_orders [default: all]
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
        let tables = match self.tables.is_empty() {
            true => all(&session),
            false => self.tables.clone(),
        };
        let request = OptimizeRequest {
            retention_hours: self.retain,
            force: self.force,
            sort: self.sort,
        };
        for name in tables {
            let folder = folder(&session, &name)?;
            let done = optimize(session.context(), &folder, &name, request).await?;
            match done {
                Some(done) => stdout::note(&format!(
                    "{name}: {} files became {}, {} deleted",
                    done.rewritten, done.written, done.deleted
                )),
                None if self.tables.is_empty() => {}
                None => {
                    return plan_err!(
                        "optimize: expected a Delta table or stored rows of a view, got {name}, of \
                         which there is nothing in {}",
                        folder.url()
                    );
                }
            }
        }
        Ok(0)
    }
}

/// The tables of the warehouse, and the views whose rows may be stored.
fn all(session: &Session) -> Vec<String> {
    let mut names = session.warehouse().table_names();
    names.push(quarantine::FOLDER.to_owned());
    let definitions = session.definitions();
    names.extend(
        definitions
            .materialized()
            .map(|view| view.full_name().to_string()),
    );
    names
}

fn folder(session: &Session, name: &str) -> Result<Location> {
    let warehouse = session.warehouse().location();
    match name.split_once('.') {
        Some((schema, view)) => stored_view::folder(warehouse, schema, view),
        None => warehouse.folder(name),
    }
}

fn hours(text: &str) -> Result<i64, String> {
    let expected = |_| format!("expected a time such as 7 days or 36h, got {text}");
    let span: Span = text.parse().map_err(expected)?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours());
    Ok(time.map_err(expected)?.as_hours())
}
