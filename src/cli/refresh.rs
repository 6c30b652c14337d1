//! `tributary refresh`

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use clap::Args;
use datafusion::common::{Result, plan_err};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::civil::Date;

use super::{open, stdout};
use crate::{
    config::Config,
    engine::{RefreshRequest, Session},
    materialize::{self, Outcome, Snapshot},
    query::{
        materialized::Refresh as What,
        view::{DEFAULT_SCHEMA, ViewName},
    },
};

/// How often progress is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Make the stored rows of materialized views again
///
/// Without a view: of all that are not suspended and whose tables are there, each after those that
/// it reads. Without a flag: what may have changed.
#[derive(Debug, Args)]
pub(super) struct Refresh {
    /// Materialized views, such as revenue.attributed_orders
    #[arg(value_name = "VIEW")]
    views: Vec<String>,

    /// Make all rows again
    #[arg(long, conflicts_with_all = ["from", "to"])]
    full: bool,

    /// Make the rows of this day and those after it again
    #[arg(long, value_name = "DAY", requires = "to")]
    from: Option<Date>,

    /// The last of these days
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
}

impl Refresh {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        let session = open(config).await?.session();
        let what = self.what()?;
        let views = match self.views.is_empty() {
            true => materialize::in_order(&session)?,
            false => materialize::named(&session, &self.names()?)?,
        };
        if views.is_empty() {
            stdout::note("nothing to refresh: no materialized view has its tables");
        }
        let snapshot = Snapshot::newest(&session, &views).await?;
        for name in views {
            let outcome = refresh(&session, name, what, &snapshot).await?;
            stdout::line(&line(&outcome))?;
        }
        Ok(0)
    }

    fn what(&self) -> Result<What> {
        match (self.full, self.from, self.to) {
            (true, ..) => Ok(What::Full),
            (false, Some(from), Some(to)) if from <= to => Ok(What::Days { from, to }),
            (false, Some(from), Some(to)) => {
                plan_err!("refresh: expected --to not before --from, got --from {from} --to {to}")
            }
            (false, ..) => Ok(What::Stale),
        }
    }

    fn names(&self) -> Result<Vec<ViewName>> {
        let name = |text: &String| {
            let (schema, name) = text.split_once('.').unwrap_or((DEFAULT_SCHEMA, text));
            match name.is_empty() || schema.is_empty() || name.contains('.') {
                true => plan_err!("refresh: expected [SCHEMA.]VIEW, got {text}"),
                false => Ok(ViewName {
                    schema: schema.to_owned(),
                    name: name.to_owned(),
                }),
            }
        };
        self.views.iter().map(name).collect()
    }
}

/// Refreshes one view, and draws how far it is.
async fn refresh(
    session: &Session,
    name: ViewName,
    what: What,
    snapshot: &Snapshot,
) -> Result<Outcome> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg}: {human_pos} rows, {per_sec}") {
        bar.set_style(style);
    }
    bar.set_message(name.to_string());
    let request = RefreshRequest {
        name,
        what,
        work: None,
    };
    let count = Arc::<AtomicU64>::default();
    let refresh = materialize::run_asked(session, &request, Some(snapshot), &count);
    tokio::pin!(refresh);
    let outcome = loop {
        match tokio::time::timeout(TICK, &mut refresh).await {
            Ok(outcome) => break outcome,
            Err(_) => bar.set_position(count.load(Ordering::Relaxed)),
        }
    };
    bar.finish_and_clear();
    outcome
}

fn line(outcome: &Outcome) -> String {
    let Outcome {
        view,
        extent,
        rows,
        version,
        ..
    } = outcome;
    let days = match extent.day_count() {
        None => "all days".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    };
    format!("{view}: {days}, {rows} rows, version {version}")
}
