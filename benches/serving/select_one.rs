//! How long a statement takes that does nothing, over ADBC as people use it: on an idle server,
//! and beside a query that would take all of the machine.

use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt};
use tempfile::TempDir;

use crate::{
    client::Client,
    process::{Server, python},
    statistics::{median, quantile},
    table::{Figure, Goal},
};

const RUNS: &str = "2000";
/// Would take hours.
const CROSS_JOIN: &str = "SELECT count(*) FROM generate_series(1, 3000000) AS a \
     CROSS JOIN generate_series(1, 3000000) AS b";

pub(crate) async fn measure() -> Vec<Figure> {
    let root = TempDir::new().unwrap();
    let server = Server::tributary(root.path());
    let idle = times(&server, "same").await;
    let anew = times(&server, "new").await;
    drop(server);

    let server = Server::tributary_on_two_cores(root.path());
    let mut client = Client::connect(&server.url).await;
    let ticket = client.ticket(CROSS_JOIN).await;
    let mut join = Box::pin(client.messages(ticket).await);
    // The schema comes when the query runs.
    join.try_next().await.unwrap();
    let busy = times(&server, "same").await;
    assert!(is_silent(&mut join).await, "the cross join ended too early");

    let (fast, in_time) = (Some((2.0, "at most 2 ms")), Some((100.0, "at most 100 ms")));
    let beside = "the same beside a cross join, two cores";
    vec![
        figure("SELECT 1 over ADBC, median", median(idle.clone()), fast),
        figure("SELECT 1 over ADBC, p99", quantile(idle, 0.99), None),
        figure(
            "the same, prepared each time, median",
            median(anew.clone()),
            None,
        ),
        figure(
            "the same, prepared each time, p99",
            quantile(anew, 0.99),
            None,
        ),
        figure(&format!("{beside}, median"), median(busy.clone()), None),
        figure(&format!("{beside}, p99"), quantile(busy, 0.99), in_time),
    ]
}

/// # Arguments
/// `most`: milliseconds.
fn figure(what: &str, seconds: f64, most: Option<(f64, &'static str)>) -> Figure {
    let millis = seconds * 1e3;
    Figure {
        what: what.to_owned(),
        tributary: format!("{millis:.2} ms"),
        reference: "–".to_owned(),
        ratio: None,
        goal: most.map(|(most, text)| Goal {
            text,
            reached: millis <= most,
        }),
    }
}

/// Seconds, for each run of the statement.
///
/// # Arguments
/// `cursors`: `same` or `new`, as the script has it.
async fn times(server: &Server, cursors: &'static str) -> Vec<f64> {
    let url = server.url.clone();
    let run = move || {
        let mut script = python("clients", "clients/python", "select_one.py");
        script.args([&url, RUNS, cursors]).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "select_one.py failed: {errors}");
    let printed = String::from_utf8(output.stdout).unwrap();
    printed.lines().map(|line| line.parse().unwrap()).collect()
}

/// Whether a query has neither sent a row nor ended.
async fn is_silent<T>(messages: &mut (impl Stream<Item = T> + Unpin)) -> bool {
    let next = tokio::time::timeout(Duration::from_millis(10), messages.next());
    next.await.is_err()
}
