//! Reports of the last thirty days, asked again and again.

use std::time::Instant;

use futures::TryStreamExt;
use tributary::engine::{Engine, Session};

use crate::{
    statistics::median,
    table::{Figure, Goal},
};

/// Of each report, after one that does not count.
const RUNS: usize = 9;
/// Seconds that a report may take.
const GOAL: f64 = 0.05;

const REPORTS: [&str; 10] = [
    "revenue.overview",
    "revenue.by_agent",
    "revenue.by_channel",
    "business_performance.overview",
    "business_performance.agent_leaderboard",
    "business_performance.purchase_funnel",
    "clienteling.overview",
    "conversational_commerce.kpis",
    "sales_insights.overview",
    "sales_insights.new_vs_existing",
];

/// Each report over stored rows, and the same computed from the tables.
pub(crate) async fn measure(engine: &Engine) -> Vec<Figure> {
    let (stored, computed) = (engine.session(), engine.session());
    computed
        .set("tributary.max_staleness", "0 seconds")
        .unwrap();
    let mut figures = Vec::new();
    for report in REPORTS {
        let sql = format!("SELECT * FROM {report} WHERE period = 'last_30_days'");
        let (seconds, reference) = (time(&stored, &sql).await, time(&computed, &sql).await);
        figures.push(Figure {
            what: format!("{report}, against computed from the tables"),
            tributary: format!("{:.0} ms", seconds * 1e3),
            reference: format!("{:.0} ms", reference * 1e3),
            ratio: Some(seconds / reference),
            goal: Some(Goal {
                text: "at most 50 ms".to_owned(),
                reached: seconds <= GOAL,
            }),
        });
    }
    figures
}

/// The median of some runs, in seconds.
async fn time(session: &Session, sql: &str) -> f64 {
    let mut seconds = Vec::new();
    for _ in 0..=RUNS {
        let began = Instant::now();
        let rows: Vec<_> = session.sql(sql).await.unwrap().try_collect().await.unwrap();
        assert!(rows.iter().any(|rows| rows.num_rows() > 0), "{sql}");
        seconds.push(began.elapsed().as_secs_f64());
    }
    median(seconds.split_off(1))
}
