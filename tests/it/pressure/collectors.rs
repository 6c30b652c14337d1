//! Collectors that are gone, hang, or need to be known: none can hold the server up.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tonic::transport::Identity;

use super::{
    collector::Collector,
    support::{Process, connect},
    traced::{THREE, named, program, stop},
};
use crate::security::support::{Authority, Pair};

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_gone_costs_one_warning() {
    let collector = Collector::start().await;
    let (address, url) = (collector.address, collector.url());
    let program = program(&url, "")
        .with_env("OTEL_BSP_SCHEDULE_DELAY", "50")
        .with_env("RUST_LOG", "tributary=info");
    let server = Process::start(&program);
    let client = connect(&server.address).await;
    client.query(THREE).await.unwrap();
    collector
        .wait(|spans| !named(spans, "query").is_empty())
        .await;
    collector.end().await;
    for _ in 0..8 {
        assert_eq!(client.query(THREE).await.unwrap().rows().len(), 3);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let collector = Collector::start_on(address).await;
    let began = Instant::now();
    while named(&collector.spans(), "query").is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20));
        client.query(THREE).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(client);
    let lines = stop(server);
    let said = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(
        said("spans are lost until the collector takes them"),
        1,
        "{lines:#?}"
    );
    assert_eq!(said("the collector takes spans again"), 1, "{lines:#?}");
    assert_eq!(said(" WARN ") + said(" ERROR "), 1, "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_with_tls_must_be_known() {
    let authority = Authority::new("the authority");
    let Pair { certificate, key } = authority.server();
    let collector = Collector::start_with_tls(Identity::from_pem(certificate, key)).await;
    let url = collector.url().replace("http://", "https://");
    for is_known in [false, true] {
        let mut program = program(&url, "");
        let file = program.file("authority.pem", &authority.pem());
        if is_known {
            program = program.with_env("SSL_CERT_FILE", file.to_str().unwrap());
        }
        let server = Process::start(&program);
        let client = connect(&server.address).await;
        client.query(THREE).await.unwrap();
        drop(client);
        let lines = stop(server);
        let lost = lines.iter().any(|line| line.contains("spans are lost"));
        assert_eq!(lost, !is_known, "{lines:#?}");
        let spans = collector.spans();
        assert_eq!(named(&spans, "query").len(), usize::from(is_known));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_delays_nothing() {
    // It takes connections, and never says a word.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            open.push(connection);
        }
    });
    let program = program(&url, "")
        .with_env("OTEL_BSP_SCHEDULE_DELAY", "50")
        .with_env("OTEL_BSP_MAX_QUEUE_SIZE", "16")
        .with_env("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8");
    let server = Process::start(&program);
    let client = connect(&server.address).await;
    // More spans than the queue holds.
    for _ in 0..20 {
        let answer = tokio::time::timeout(Duration::from_secs(2), client.query(THREE)).await;
        assert_eq!(answer.unwrap().unwrap().rows().len(), 3);
    }
    drop(client);
    let began = Instant::now();
    let lines = stop(server);
    let took = began.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    let lost = lines
        .iter()
        .filter(|line| line.contains("the last spans are lost"));
    assert_eq!(lost.count(), 1, "{lines:#?}");
    silent.abort();
}

#[test]
fn a_check_says_what_cannot_be_a_collector() {
    let program = program(
        "collector:4317",
        "headers = { x-api-key = \"hunter2\\n\" }\nsample_ratio = 10",
    );
    std::fs::create_dir(program.path("warehouse")).unwrap();
    let ran = program.run(&["check"]);
    for expected in [
        "server.tracing.otlp_endpoint: expected a URL without a path such as \
         http://127.0.0.1:4317, got \"collector:4317\"",
        "server.tracing.headers.x-api-key: expected the name of an HTTP header, and a value of \
         visible ASCII characters, got something else",
        "server.tracing.sample_ratio: expected a share from 0 to 1, got 10",
    ] {
        assert!(ran.stdout.contains(expected), "{expected}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("hunter2"), "{}", ran.stdout);
    let refusal = program.refusal(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        refusal.contains("server.tracing.otlp_endpoint"),
        "{refusal}"
    );
    assert!(!refusal.contains("hunter2"), "{refusal}");

    let sources = [
        "check",
        "--verbose",
        "--set",
        "server.tracing.headers.k=hunter2",
    ];
    let sources = program.run(&sources).stdout;
    assert!(!sources.contains("hunter2"), "{sources}");
}
