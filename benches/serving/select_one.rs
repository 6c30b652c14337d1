//! How long a statement takes that does nothing, over ADBC as people use it: on an idle server,
//! and beside a query that would take all of the machine.

use std::time::Duration;

use futures::{Stream, StreamExt, TryStreamExt};
use tempfile::TempDir;

use crate::{
    client::Client,
    process::{Server, python},
    statistics::quantile,
    table::{Figure, Goal},
};

/// The servers take turns.
const ROUNDS: usize = 4;
const RUNS: &str = "500";
/// Would take hours.
const CROSS_JOIN: &str = "SELECT count(*) FROM generate_series(1, 3000000) AS a \
     CROSS JOIN generate_series(1, 3000000) AS b";

pub(crate) async fn measure() -> Vec<Figure> {
    let root = TempDir::new().unwrap();
    let server = Server::tributary(root.path());
    let bare = Server::bare_with_rows_of(&server, "SELECT 1").await;
    let [mut same, mut anew] = [(); 2].map(|()| (Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        for (cursors, times) in [("same", &mut same), ("new", &mut anew)] {
            times.0.extend(run(&server, cursors).await);
            times.1.extend(run(&bare, cursors).await);
        }
    }
    drop((server, bare));

    let server = Server::tributary_on_two_cores(root.path());
    let mut client = Client::connect(&server.url).await;
    let ticket = client.ticket(CROSS_JOIN).await;
    let mut join = Box::pin(client.messages(ticket).await);
    // The schema comes when the query runs.
    join.try_next().await.unwrap();
    let busy = run(&server, "same").await;
    assert!(is_silent(&mut join).await, "the cross join ended too early");

    let (fast, in_time) = (Some((2.0, "at most 2 ms")), Some((100.0, "at most 100 ms")));
    let beside = "the same beside a cross join, two cores";
    let against = "against arrow-flight that knows the answer";
    let mut figures = Vec::new();
    for (what, (times, bare), goal) in [
        ("SELECT 1 over ADBC", same, fast),
        ("the same, prepared each time", anew, None),
    ] {
        for (name, q, goal) in [("median", 0.5, goal), ("p99", 0.99, None)] {
            let what = format!("{what}, {against}, {name}");
            let [ours, bare] = [&times, &bare].map(|it| quantile(it.clone(), q));
            figures.push(figure(what, ours, Some(bare), goal));
        }
    }
    for (name, q, goal) in [("median", 0.5, None), ("p99", 0.99, in_time)] {
        let time = quantile(busy.clone(), q);
        figures.push(figure(format!("{beside}, {name}"), time, None, goal));
    }
    figures
}

/// # Arguments
/// `time`, `bare`: seconds, of Tributary and of the reference; `most`: milliseconds.
fn figure(what: String, time: f64, bare: Option<f64>, most: Option<(f64, &'static str)>) -> Figure {
    let millis = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
    Figure {
        what,
        tributary: millis(time),
        reference: bare.map_or("–".to_owned(), millis),
        ratio: bare.map(|bare| time / bare),
        goal: most.map(|(most, text)| Goal {
            text: text.to_owned(),
            reached: time * 1e3 <= most,
        }),
    }
}

/// Seconds, for each run of the statement.
///
/// # Arguments
/// `cursors`: `same` or `new`, as the script has it.
async fn run(server: &Server, cursors: &'static str) -> Vec<f64> {
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
