//! Long results: message sizes, backpressure, and ending early.

use std::time::Duration;

use arrow_flight::CancelFlightInfoRequest;
use futures::TryStreamExt;
use prost::Message;
use tonic::Code;
use tributary::flight_sql::client::Remote;

use super::support::{Served, next_message, statement};

/// Runs until it is stopped and sends rows all the time.
const ENDLESS_ROWS: &str = "SELECT value FROM generate_series(1, 1000000000000)";
/// Runs until it is stopped and sends nothing.
const ENDLESS_SUM: &str = "SELECT sum(value) FROM generate_series(1, 1000000000000)";

#[tokio::test]
async fn item_12_messages_stay_small_and_lose_no_row() {
    let served = Served::start().await;
    let client = served.client().await;
    for sql in [
        "SELECT value, repeat('x', 45) AS text FROM generate_series(1, 200000)",
        "SELECT value, arrow_cast(repeat('x', 1000), 'Utf8View') AS text FROM generate_series(1, 20000) ORDER BY value DESC",
    ] {
        let info = client.info(statement(sql)).await.unwrap();
        let mut messages = client.messages(&info).await.unwrap();
        let (mut total, mut largest) = (0, 0);
        while let Some(message) = messages.try_next().await.unwrap() {
            let bytes = message.encoded_len();
            largest = largest.max(bytes);
            total += bytes;
        }
        assert!(largest < 4 << 20, "{sql}: {largest}");
        assert!(
            total < 40 << 20,
            "{sql}: {total} bytes for at most 20 MB of text"
        );
    }
    let counted = client.query("SELECT value, repeat('x', 45) FROM generate_series(1, 200000)");
    let rows = counted
        .await
        .unwrap()
        .batches
        .iter()
        .map(|it| it.num_rows())
        .sum::<usize>();
    assert_eq!(rows, 200_000);
}

#[tokio::test]
async fn item_11_rows_come_in_order_from_the_only_endpoint() {
    let served = Served::start().await;
    let client = served.client().await;
    let sql = "SELECT value FROM generate_series(1, 100000) ORDER BY value DESC";
    let info = client.info(statement(sql)).await.unwrap();
    assert!(info.ordered);
    let values = client.query(sql).await.unwrap().rows();
    let values: Vec<u32> = values.iter().map(|row| row[0].parse().unwrap()).collect();
    assert!(values.into_iter().eq((1..=100_000).rev()));
}

#[tokio::test]
async fn item_12_a_row_that_no_message_holds_is_an_error() {
    let served = Served::start().await;
    let client = served.client().await;
    let status = client
        .query("SELECT repeat('x', 5000000)")
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(
        status.message().contains("fewer or shorter columns"),
        "{status}"
    );
}

#[tokio::test]
async fn item_18_a_dropped_stream_frees_its_query() {
    let served = Served::start().await;
    let client = served.client().await;
    for sql in [ENDLESS_ROWS, ENDLESS_SUM] {
        let info = client.info(statement(sql)).await.unwrap();
        let mut messages = client.messages(&info).await.unwrap();
        next_message(&mut messages).await.unwrap().unwrap();
        assert_eq!(served.running.count(), 1, "{sql}");
        drop(messages);
        served.is_idle().await;
    }
}

#[tokio::test]
async fn item_16_18_a_query_is_cancelled_by_its_info() {
    let served = Served::start().await;
    let client = served.client().await;
    let info = client.info(statement(ENDLESS_SUM)).await.unwrap();
    let mut messages = client.messages(&info).await.unwrap();
    next_message(&mut messages).await.unwrap().unwrap();
    let request = CancelFlightInfoRequest::new(info).encode_to_vec();
    let cancelled = client
        .action("CancelFlightInfo", request.clone())
        .await
        .unwrap();
    assert_eq!(cancelled.unwrap(), [8, 1][..], "the status is CANCELLED");
    let status = next_message(&mut messages).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Cancelled);
    served.is_idle().await;
    let again = client.action("CancelFlightInfo", request).await.unwrap();
    assert_eq!(again.unwrap(), [8, 3][..], "the status is NOT_CANCELLABLE");
}

#[tokio::test]
async fn item_18_other_clients_are_answered_beside_heavy_queries() {
    let served = Served::start().await;
    let client = served.client().await;
    let mut heavy = Vec::new();
    for _ in 0..2 {
        let info = client.info(statement(ENDLESS_SUM)).await.unwrap();
        heavy.push(client.messages(&info).await.unwrap());
    }
    let other = served.client().await;
    let answer = tokio::time::timeout(Duration::from_secs(5), other.query("SELECT 1")).await;
    assert_eq!(answer.unwrap().unwrap().rows(), [["1"]]);
}

#[tokio::test]
async fn a_shutdown_lets_queries_end_and_then_cancels_them() {
    let mut served = Served::start_with_grace(Duration::from_millis(300)).await;
    let client = served.client().await;
    let short = client
        .info(statement("SELECT * FROM orders"))
        .await
        .unwrap();
    let endless = client.info(statement(ENDLESS_SUM)).await.unwrap();
    let mut short = client.messages(&short).await.unwrap();
    let mut endless = client.messages(&endless).await.unwrap();
    next_message(&mut endless).await.unwrap().unwrap();
    served.stop();
    while let Some(message) = next_message(&mut short).await {
        message.unwrap();
    }
    let status = next_message(&mut endless).await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Cancelled, "{status}");
    let ended = tokio::time::timeout(Duration::from_secs(5), served.server).await;
    ended.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn our_own_client_streams_and_explains_errors() {
    let served = Served::start().await;
    let remote = Remote::connect(&served.url).await.unwrap();
    let stream = remote
        .query("SELECT order_id FROM orders ORDER BY 1")
        .await
        .unwrap();
    assert_eq!(stream.schema().field(0).name(), "order_id");
    let batches: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(super::support::texts(&batches[0], 0), ["o1", "o2", "o3"]);

    let error = remote
        .query("SELECT nothing FROM orders")
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.starts_with(&format!("server {}: ", served.url)),
        "{error}"
    );
    assert!(error.contains("No field named nothing"), "{error}");
    assert!(!error.contains("Status"), "{error}");

    let error = Remote::connect("grpc://127.0.0.1:1").await.unwrap_err();
    let error = error.to_string();
    let expected = "server grpc://127.0.0.1:1 cannot be reached: Connection refused";
    assert!(error.starts_with(expected), "{error}");
}
