//! Sixty-four clients that ask for small reports, and the same questions to the engine alone.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, TryStreamExt, future::join_all};
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    sample::{SampleOptions, write_sample},
};

use crate::{
    client::Client,
    process::Server,
    statistics::{median, seconds},
    table::{Figure, Goal},
};

const CLIENTS: usize = 64;
const STATEMENTS_PER_CLIENT: usize = 2;
/// A hundred customers: what is compared is the server, and not how fast Parquet is read.
const SCALE: f64 = 0.02;
/// Of each of the two, after one that does not count.
const RUNS: usize = 3;

/// What the first pages of dashboards ask.
const REPORTS: [&str; 4] = [
    "SELECT * FROM revenue.overview WHERE period = 'last_7_days'",
    "SELECT * FROM revenue.by_agent WHERE period = 'last_7_days'",
    "SELECT * FROM clienteling.overview WHERE period = 'last_7_days'",
    "SELECT * FROM conversational_commerce.kpis WHERE period = 'last_7_days'",
];

pub(crate) async fn measure() -> Vec<Figure> {
    let root = TempDir::new().unwrap();
    let shop = root.path().join("shop");
    let options = SampleOptions {
        scale: SCALE,
        ..SampleOptions::default()
    };
    write_sample(&shop, &options, &|_| {}).unwrap();
    let server = Server::tributary(&shop);
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::connect(&server.url).await);
    }
    let engine = engine(&shop).await;
    let sessions: Vec<_> = (0..CLIENTS).map(|_| Arc::new(engine.session())).collect();

    let (mut served, mut alone) = (Vec::new(), Vec::new());
    for run in 0..=RUNS {
        let counted = (ask_server(&clients).await, ask_engine(&sessions).await);
        assert_eq!(counted.0.1, counted.1.1, "rows of all reports");
        if run > 0 {
            served.push(counted.0.0);
            alone.push(counted.1.0);
        }
    }
    let pairs = alone.iter().zip(&served);
    let ratio = median(pairs.map(|(alone, served)| alone.as_secs_f64() / served.as_secs_f64()));
    vec![Figure {
        what: format!("{CLIENTS} clients, small reports, against the engine in one process"),
        tributary: rate(&served),
        reference: rate(&alone),
        ratio: Some(ratio),
        goal: Some(Goal {
            text: "at least 0.90".to_owned(),
            reached: ratio >= 0.9,
        }),
    }]
}

async fn engine(warehouse: &Path) -> Engine {
    let config = Config {
        warehouse: Some(warehouse.to_str().unwrap().to_owned()),
        ..Config::default()
    };
    Engine::open(&config, Clock::System).await.unwrap()
}

/// How long all clients took, and how many rows they got.
async fn ask_server(clients: &[Client]) -> (Duration, usize) {
    let ask = |(number, client): (usize, &Client)| {
        let mut client = client.clone();
        async move {
            let mut rows = 0;
            for sql in statements(number) {
                rows += client.query(sql).await.rows;
            }
            rows
        }
    };
    all(clients.iter().enumerate().map(ask)).await
}

async fn ask_engine(sessions: &[Arc<Session>]) -> (Duration, usize) {
    let ask = |(number, session): (usize, &Arc<Session>)| {
        let session = Arc::clone(session);
        async move {
            let mut rows = 0;
            for sql in statements(number) {
                let batches = session.sql(sql).await.unwrap();
                let batches = batches.map(|batch| batch.map(|it| it.num_rows()));
                rows += batches
                    .try_fold(0, async |all, it| Ok(all + it))
                    .await
                    .unwrap();
            }
            rows
        }
    };
    all(sessions.iter().enumerate().map(ask)).await
}

/// Each client begins with another report.
fn statements(client: usize) -> impl Iterator<Item = &'static str> {
    (client..client + STATEMENTS_PER_CLIENT).map(|number| REPORTS[number % REPORTS.len()])
}

async fn all(
    clients: impl Iterator<Item = impl Future<Output = usize> + Send + 'static>,
) -> (Duration, usize) {
    let began = Instant::now();
    let rows = join_all(clients.map(tokio::spawn)).await;
    (began.elapsed(), rows.into_iter().map(Result::unwrap).sum())
}

fn rate(runs: &[Duration]) -> String {
    let statements = (CLIENTS * STATEMENTS_PER_CLIENT) as f64;
    format!("{:.1} reports/s", statements / median(seconds(runs)))
}
