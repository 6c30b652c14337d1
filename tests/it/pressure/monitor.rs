//! The pages for programs that watch the server.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::support::{ENDLESS, Served, start};

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

async fn get(address: SocketAddr, page: &'static str) -> String {
    let answer = tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).unwrap();
        write!(connection, "GET {page} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    });
    answer.await.unwrap()
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let address = free_address();
    let served = Served::start(|config| config.server.monitor = Some(address)).await;
    let client = served.client().await;
    let rows = client.query("select value from generate_series(1, 3)");
    assert_eq!(rows.await.unwrap().rows().len(), 3);
    client.query("select nothing").await.unwrap_err();
    served.wait_until_idle().await;
    let _running = start(&client, ENDLESS).await.unwrap();

    let page = get(address, "/metrics").await;
    assert!(page.starts_with("HTTP/1.0 200 OK"), "{page}");
    assert!(page.contains("application/openmetrics-text"), "{page}");
    for line in [
        "tributary_queries_total{state=\"finished\"} 1",
        "tributary_queries_total{state=\"failed\"} 1",
        "tributary_running 1",
        "tributary_queued 0",
        "tributary_rows_total 3",
        "tributary_spilled_bytes_total 0",
        "tributary_logins_failed_total 0",
        "tributary_query_duration_seconds_count 2",
        // Once each: what was planned to be described is not planned again to run.
        "tributary_plan_duration_seconds_count 3",
        "# TYPE tributary_memory_bytes gauge",
        "# EOF",
    ] {
        assert!(page.lines().any(|it| it == line), "{line} in {page}");
    }
    assert!(page.contains("process_start_time_seconds 1"), "{page}");
}

#[tokio::test]
async fn a_drain_says_that_the_server_is_not_ready_and_waits() {
    let address = free_address();
    let mut served = Served::start(|config| {
        config.server.monitor = Some(address);
        config.server.drain = Duration::from_secs(2);
    })
    .await;
    let client = served.client().await;
    let running = start(&client, ENDLESS).await.unwrap();
    assert!(get(address, "/healthz").await.ends_with("\r\n\r\nalive\n"));
    assert!(get(address, "/readyz").await.ends_with("\r\n\r\nready\n"));
    served.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ready = get(address, "/readyz").await;
    assert!(
        ready.starts_with("HTTP/1.0 503 Service Unavailable"),
        "{ready}"
    );
    assert!(ready.ends_with("the server is shutting down\n"), "{ready}");
    assert!(get(address, "/healthz").await.ends_with("alive\n"));
    assert_eq!(served.running.count(), 1);
    let status = running.error().await;
    let expected = "the query was cancelled: the server shuts down (query ";
    assert!(status.message().starts_with(expected), "{status}");
    served.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_server_without_the_data_it_needs_is_not_ready() {
    let address = free_address();
    let served = Served::start(|config| {
        config.server.monitor = Some(address);
        config.server.max_data_age = Some(Duration::from_secs(3600));
    })
    .await;
    let client = served.client().await;
    assert_eq!(client.query("select 1").await.unwrap().rows(), [["1"]]);
    let ready = get(address, "/readyz").await;
    assert!(ready.starts_with("HTTP/1.0 503"), "{ready}");
    let expected = "expected data that is at most 3600s old (server.max_data_age), got none\n";
    assert!(ready.ends_with(expected), "{ready}");
}
