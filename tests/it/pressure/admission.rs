//! More queries than may run.

use std::{num::NonZeroUsize, time::Duration};

use arrow_flight::sql::CommandGetTables;
use tonic::Code;

use super::support::{ENDLESS, Served, cancel, start};
use crate::flight_sql::support::statement;

async fn one_place(queued: usize) -> Served {
    Served::start(|config| {
        config.server.limits.running = NonZeroUsize::new(1);
        config.server.limits.queued = queued;
    })
    .await
}

#[tokio::test]
async fn a_full_queue_refuses_and_frees_up_again() {
    let served = one_place(1).await;
    let client = served.client().await;
    let first = start(&client, ENDLESS).await.unwrap();
    let waiting = {
        let client = served.client().await;
        tokio::spawn(async move { start(&client, "SELECT 1").await })
    };
    while served.running.count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Let it get from the list into the queue.
    tokio::time::sleep(Duration::from_millis(100)).await;

    let refused = start(&client, "SELECT 2").await.err().unwrap();
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused}");
    for expected in [
        "the server is busy: at most 1 queries run at once (server.limits.running)",
        "and 1 wait (server.limits.queued): try again later",
        " (query ",
    ] {
        assert!(refused.message().contains(expected), "{refused}");
    }
    assert!(!waiting.is_finished());

    // What reads no rows does not wait.
    client.prepare("SELECT 3").await.unwrap();
    client.info(statement("SELECT 4")).await.unwrap();
    client.fetch(CommandGetTables::default()).await.unwrap();

    cancel(&client, &first.info).await;
    let answer = waiting.await.unwrap().unwrap();
    assert_eq!(answer.rows().await, [["1"]]);
    served.wait_until_idle().await;
    assert_eq!(client.query("SELECT 5").await.unwrap().rows(), [["5"]]);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_the_queue() {
    let served = one_place(1).await;
    let client = served.client().await;
    let first = start(&client, ENDLESS).await.unwrap();
    for _ in 0..3 {
        let client = served.client().await;
        let waits = tokio::time::timeout(Duration::from_millis(200), start(&client, "SELECT 1"));
        let waited = waits.await.is_err();
        assert!(waited, "it is neither answered nor refused");
        drop(client);
        while served.running.count() > 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    drop(first);
    served.wait_until_idle().await;
    assert_eq!(client.query("SELECT 1").await.unwrap().rows(), [["1"]]);
}

#[tokio::test]
async fn a_waiting_query_is_cancelled_like_one_that_runs() {
    let served = one_place(1).await;
    let client = served.client().await;
    let _first = start(&client, ENDLESS).await.unwrap();
    let info = client.info(statement("SELECT 1")).await.unwrap();
    let waiting = {
        let (client, info) = (served.client().await, info.clone());
        tokio::spawn(async move { client.messages(&info).await.map(drop) })
    };
    while served.running.count() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cancel(&client, &info).await;
    let status = waiting.await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Cancelled, "{status}");
    assert!(
        status
            .message()
            .starts_with("the query was cancelled (query "),
        "{status}"
    );
}

#[tokio::test]
async fn a_long_statement_is_refused_before_it_is_read() {
    let served = Served::start(|config| config.server.limits.statement_bytes = 20).await;
    let client = served.client().await;
    assert_eq!(client.query("SELECT 1").await.unwrap().rows(), [["1"]]);
    let long = "SELECT 'more than twenty'";
    for status in [
        client.query(long).await.unwrap_err(),
        client.prepare(long).await.err().unwrap(),
    ] {
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        let expected = "at most 20 bytes (server.limits.statement_bytes), got 25";
        assert!(status.message().contains(expected), "{status}");
    }
}
