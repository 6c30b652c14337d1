//! Statements that take longer than they may.

use std::{num::NonZeroUsize, time::Duration};

use tonic::{Code, Request};

use super::support::{ENDLESS, Served, heavy, start};
use crate::flight_sql::support::{next_message, statement};

/// Sends more than any buffer holds.
const MANY_ROWS: &str = "SELECT value FROM generate_series(1, 1000000000000)";

async fn impatient(limit: Duration) -> Served {
    Served::start(|config| {
        config.server.limits.running = NonZeroUsize::new(1);
        config.server.limits.statement_timeout = limit;
    })
    .await
}

#[tokio::test]
async fn item_18_a_query_ends_at_the_limit_whatever_it_does() {
    let served = impatient(Duration::from_millis(700)).await;
    let client = served.client().await;
    for (name, sql) in heavy() {
        let status = start(&client, &sql).await.unwrap().error().await;
        assert_eq!(status.code(), Code::DeadlineExceeded, "{name}: {status}");
        let expected = "longer than 700ms, the time that one may take from its start to the last \
                        row that its client reads (server.limits.statement_timeout) (query ";
        assert!(status.message().contains(expected), "{name}: {status}");
        let freed = served.time_to_idle().await;
        println!("{name}: gone {freed:?} after its timeout");
        assert!(freed < Duration::from_secs(1), "{name}: {freed:?}");
    }
}

#[tokio::test]
async fn the_time_in_the_queue_counts() {
    let served = impatient(Duration::from_secs(600)).await;
    let client = served.client().await;
    let _first = start(&client, ENDLESS).await.unwrap();
    let info = client.info(statement("SELECT 1")).await.unwrap();
    let mut request = Request::new(info.endpoint[0].ticket.clone().unwrap());
    request
        .metadata_mut()
        .insert("grpc-timeout", "300m".parse().unwrap());
    let status = client.0.clone().do_get(request).await.unwrap_err();
    // The transport's own clock runs as well, and either may be first.
    let codes = [Code::DeadlineExceeded, Code::Cancelled];
    assert!(codes.contains(&status.code()), "{status}");
    while served.running.count() > 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn item_18_a_client_may_ask_for_less_time() {
    let served = impatient(Duration::from_secs(600)).await;
    let client = served.client().await;
    let info = client.info(statement(ENDLESS)).await.unwrap();
    let mut request = Request::new(info.endpoint[0].ticket.clone().unwrap());
    request
        .metadata_mut()
        .insert("grpc-timeout", "1S".parse().unwrap());
    let mut messages = client.0.clone().do_get(request).await.unwrap().into_inner();
    next_message(&mut messages).await.unwrap().unwrap();
    let status = next_message(&mut messages).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    let expected = "longer than 1s, the time that its client gave it (grpc-timeout)";
    assert!(status.message().contains(expected), "{status}");
    served.wait_until_idle().await;
}

#[tokio::test]
async fn item_18_a_client_that_never_reads_does_not_keep_its_place() {
    let served = impatient(Duration::from_millis(500)).await;
    let client = served.client().await;
    let unread = start(&client, MANY_ROWS).await.unwrap();
    assert_eq!(served.running.count(), 1);
    tokio::time::sleep(Duration::from_millis(600)).await;
    served.wait_until_idle().await;
    // Its place is free although its stream is still open.
    let other = served.client().await;
    assert_eq!(other.query("SELECT 1").await.unwrap().rows(), [["1"]]);
    let status = unread.error().await;
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
}
