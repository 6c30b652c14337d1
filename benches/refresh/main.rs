//! What stored rows cost and save: a refresh after one new hour beside a refresh of everything, and
//! reports over stored rows.
//!
//! `cargo bench --bench refresh` makes a year of a shop with a hundred times the rows of the sample,
//! imports it but for its last hours, refreshes every shipped view in full, then imports one hour
//! after the other and refreshes again, and at last asks for reports. `-- SCALE` makes another size.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on panics, prints what it found, and reads the clock"
)]

#[path = "../../tests/it/python.rs"]
mod python;
mod reports;
#[path = "../shared/statistics.rs"]
#[expect(dead_code, reason = "of the statistics only the median is of interest")]
mod statistics;
#[path = "../shared/table.rs"]
mod table;
mod year;

use std::{collections::BTreeMap, env, path::Path, sync::Arc, time::Instant};

use statistics::median;
use table::{Figure, Goal};
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, RefreshRequest},
    materialize::{self, Snapshot},
    query::{materialized::Refresh, view::ViewName},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Three times that is a hundred samples.
const SCALE: f64 = 34.0;
const HOURS: usize = 3;

/// Seconds that a refresh of each view took.
type Seconds = BTreeMap<String, f64>;

#[tokio::main]
async fn main() {
    let scale = env::args().skip(1).find_map(|it| it.parse().ok());
    let folder = tempfile::tempdir().unwrap();
    let year = year::make(folder.path(), scale.unwrap_or(SCALE), HOURS);
    year.import(&year.past());
    let engine = open(&year.warehouse).await;
    let full = refresh(&engine, Refresh::Full).await;
    let mut hourly = Vec::new();
    for hour in 1..=HOURS {
        year.import(&year.hour(hour));
        hourly.push(refresh(&engine, Refresh::Stale).await);
    }
    let mut figures = refreshes(&full, &hourly);
    figures.extend(reports::measure(&engine).await);
    table::print(&figures);
}

async fn open(warehouse: &Path) -> Engine {
    let config = Config {
        warehouse: Some(warehouse.to_str().unwrap().to_owned()),
        ..Config::default()
    };
    materialize::open(&config, Clock::System).await.unwrap()
}

async fn refresh(engine: &Engine, what: Refresh) -> Seconds {
    let session = engine.session();
    let mut seconds = Seconds::new();
    let views = materialize::in_order(&session).unwrap();
    let snapshot = Snapshot::newest(&session, &views).await.unwrap();
    for name in views {
        let request = RefreshRequest {
            name: name.clone(),
            what,
            work: None,
        };
        let began = Instant::now();
        let count = Arc::default();
        let outcome = materialize::run_asked(&session, &request, Some(&snapshot), &count);
        let outcome = outcome.await.unwrap();
        let took = began.elapsed().as_secs_f64();
        eprintln!("{name}: {what}, {} rows, {took:.2} s", outcome.rows);
        seconds.insert(text(&name), took);
    }
    seconds
}

fn text(name: &ViewName) -> String {
    format!("{}.{}", name.schema, name.name)
}

/// One line for each view, and one for all of them.
fn refreshes(full: &Seconds, hourly: &[Seconds]) -> Vec<Figure> {
    let figure = |what: String, hourly: f64, full: f64, goal| Figure {
        what,
        tributary: format!("{hourly:.2} s"),
        reference: format!("{full:.2} s"),
        ratio: Some(hourly / full),
        goal,
    };
    let of_view = |name: &String| median(hourly.iter().map(|seconds| seconds[name]));
    let mut figures: Vec<Figure> = full
        .iter()
        .map(|(name, full)| figure(format!("one hour, {name}"), of_view(name), *full, None))
        .collect();
    let hourly = median(hourly.iter().map(|seconds| seconds.values().sum()));
    let full = full.values().sum();
    let goal = Goal {
        text: "at most 0.02".to_owned(),
        reached: hourly <= 0.02 * full,
    };
    let what = "one hour, all views, against all rows".to_owned();
    figures.push(figure(what, hourly, full, Some(goal)));
    figures
}
