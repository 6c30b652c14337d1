//! What the server tells an OpenTelemetry collector.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use arrow_flight::{FlightDescriptor, sql::ProstMessageExt};
use datafusion::arrow::array::StringArray;
use futures::TryStreamExt;
use prost::Message;
use tonic::Request;

use super::{
    collector::{Collector, Span},
    support::{ENDLESS, Process, cancel, connect, query_id, start},
};
use crate::{
    cli::program::{Program, signal},
    flight_sql::support::{Client, parameters, prepared, statement},
};

pub(super) const THREE: &str = "select value from generate_series(1, 3)";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A program whose configuration ends with these keys of `[server.tracing]`.
pub(super) fn program(endpoint: &str, keys: &str) -> Program {
    let program = Program::new();
    let config = format!("[server.tracing]\notlp_endpoint = \"{endpoint}\"\n{keys}\n");
    program.file("tributary.toml", &config);
    program
}

/// Ends a server whose clients are gone, and gives what it said after it listened.
pub(super) fn stop(mut server: Process) -> Vec<String> {
    signal(&server.child, "TERM");
    let lines = server.lines.by_ref().map_while(Result::ok).collect();
    assert!(server.child.wait().unwrap().success(), "{lines:?}");
    lines
}

pub(super) fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

/// The spans below a span, which follow each other from its beginning to its end.
fn steps<'a>(spans: &'a [Span], of: &Span) -> Vec<&'a Span> {
    let steps: Vec<_> = spans.iter().filter(|it| it.parent == of.id).collect();
    assert_eq!(steps[0].began, of.began);
    assert_eq!(steps[steps.len() - 1].ended, of.ended);
    for pair in steps.windows(2) {
        assert_eq!(pair[0].ended, pair[1].began, "{pair:?}");
    }
    assert!(
        steps
            .iter()
            .all(|it| it.trace == of.trace && !it.is_of_server)
    );
    steps
}

fn names<'a>(spans: &[&'a Span]) -> Vec<&'a str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

/// Asks as ADBC does with `adbc.flight.sql.rpc.call_header.traceparent`.
async fn query_within(client: &Client, sql: &str, traceparent: &str) {
    fn within<T>(message: T, traceparent: &str) -> Request<T> {
        let mut request = Request::new(message);
        let headers = request.metadata_mut();
        headers.insert("traceparent", traceparent.parse().unwrap());
        headers.insert("tracestate", "shop=7".parse().unwrap());
        request
    }
    let mut client = client.0.clone();
    let descriptor = FlightDescriptor::new_cmd(statement(sql).as_any().encode_to_vec());
    let info = client.get_flight_info(within(descriptor, traceparent));
    let ticket = info.await.unwrap().into_inner().endpoint[0].ticket.clone();
    let rows = client.do_get(within(ticket.unwrap(), traceparent));
    let rows = rows.await.unwrap().into_inner();
    rows.try_for_each(async |_| Ok(())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_a_trace_of_what_it_did() {
    let collector = Collector::start().await;
    let program = program(&collector.url(), "headers = { x-api-key = \"the key\" }")
        .with_env("OTEL_SERVICE_NAME", "shop")
        .with_env(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        )
        // What is logged has nothing to do with what is traced.
        .with_env("RUST_LOG", "off");
    let server = Process::start(&program);
    let client = connect(&server.address).await;
    assert_eq!(client.query(THREE).await.unwrap().rows().len(), 3);
    drop(client);
    // The last spans are sent before it ends: nobody waited for their batch.
    assert_eq!(stop(server), ["stopped"]);

    let spans = collector.spans();
    let (query, describe) = (named(&spans, "query"), named(&spans, "describe"));
    let ([query], [describe]) = (&query[..], &describe[..]) else {
        panic!("{spans:#?}");
    };
    assert_eq!(
        names(&steps(&spans, query)),
        ["queue", "first batch", "stream"]
    );
    assert_eq!(names(&steps(&spans, describe)), ["plan"]);
    assert_eq!(spans.len(), 6, "{spans:#?}");
    assert!(spans.iter().all(|span| span.error.is_none()), "{spans:#?}");

    // Both RPCs of a statement are one trace, which its id finds.
    assert_eq!(
        query.trace,
        query.get("tributary.query_id").replace('-', "")
    );
    assert_eq!(describe.trace, query.trace);
    assert!(query.is_of_server && query.parent.is_empty(), "{query:?}");
    assert!(
        describe.is_of_server && describe.parent.is_empty(),
        "{describe:?}"
    );
    assert!(describe.ended <= query.began);

    let mut attributes = query.attributes.clone();
    for changing in ["client.port", "tributary.query_id", "tributary.sent_bytes"] {
        let value = attributes.remove(changing);
        assert!(value.is_some_and(|it| it != "0"), "{changing}");
    }
    let agent = attributes.remove("user_agent.original").unwrap();
    assert!(agent.starts_with("tonic/"), "{agent}");
    let memory = attributes.remove("tributary.peak_memory_bytes").unwrap();
    assert!(memory.parse::<u64>().is_ok(), "{memory}");
    let expected = [
        ("client.address", "127.0.0.1"),
        ("db.response.returned_rows", "3"),
        ("db.system.name", "tributary"),
        ("enduser.id", "anonymous"),
        ("tributary.spilled_bytes", "0"),
        ("tributary.state", "finished"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(attributes, BTreeMap::from(expected));

    let resource = |name: &str| query.resource[name].as_str();
    assert_eq!(resource("service.name"), "shop");
    assert_eq!(resource("service.version"), env!("CARGO_PKG_VERSION"));
    assert_eq!(resource("deployment.environment.name"), "test");
    let keys = collector.header("x-api-key");
    assert!(
        !keys.is_empty() && keys.iter().all(|it| it == "the key"),
        "{keys:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_a_client_began_goes_on() {
    let collector = Collector::start().await;
    // As everywhere with OpenTelemetry; the share is of what no client decides.
    let program = Program::new().with_env("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url());
    program.file(
        "tributary.toml",
        "[server]\nlog = \"json\"\n[server.tracing]\nsample_ratio = 0.0\n",
    );
    let mut server = Process::start(&program);
    let client = connect(&server.address).await;
    query_within(&client, THREE, &format!("00-{TRACE}-{PARENT}-01")).await;
    query_within(&client, THREE, &format!("00-{TRACE}-{PARENT}-00")).await;
    query_within(&client, THREE, "no-trace").await;
    drop(client);
    signal(&server.child, "TERM");
    let lines: Vec<_> = server.lines.by_ref().map_while(Result::ok).collect();

    let spans = collector.spans();
    let servers: Vec<_> = spans.iter().filter(|span| span.is_of_server).collect();
    assert_eq!(names(&servers), ["describe", "query"]);
    assert!(
        servers.iter().all(|span| span.parent == PARENT),
        "{servers:?}"
    );
    assert!(
        spans
            .iter()
            .all(|span| span.trace == TRACE && span.state == "shop=7")
    );
    assert_eq!(servers[1].resource["service.name"], "tributary");

    let objects = lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok());
    let ended = objects
        .filter(|it: &serde_json::Value| it["fields"]["message"] == "query ended")
        .map(|it| it["span"].as_object().unwrap().clone());
    let ended: Vec<_> = ended.collect();
    assert_eq!(ended.len(), 3, "{lines:?}");
    assert_eq!(ended[0]["trace_id"], TRACE);
    for span in &ended[1..] {
        let keys: Vec<_> = span.keys().collect();
        assert_eq!(keys, ["id", "name", "user"], "as if nothing were traced");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_sent_when_asked_for_and_values_of_parameters_never() {
    let collector = Collector::start().await;
    let server = Process::start(&program(&collector.url(), "statements = true"));
    let client = connect(&server.address).await;
    client.query(THREE).await.unwrap();
    let failed = "select 1 / (value - 1) from generate_series(1, 3)";
    client.query(failed).await.unwrap_err();
    let statement = client.prepare("select cast($1 as int)").await.unwrap();
    for secret in ["hunter2", "22222"] {
        let row: Arc<_> = Arc::new(StringArray::from(vec![secret]));
        let bound = client.bind(&statement.handle, parameters(vec![row])).await;
        let fetched = client.fetch(prepared(&bound.unwrap())).await;
        assert_eq!(fetched.is_err(), secret == "hunter2");
    }
    drop(client);
    stop(server);

    let spans = collector.spans();
    let queries = named(&spans, "query");
    let texts: Vec<_> = queries.iter().map(|it| it.get("db.query.text")).collect();
    assert_eq!(texts, [THREE, failed, "", ""]);
    let errors: Vec<_> = queries.iter().map(|it| it.error.as_deref()).collect();
    assert_eq!((errors[0], errors[2], errors[3]), (None, Some(""), None));
    assert!(errors[1].unwrap().contains("Divide by zero"), "{errors:?}");
    let sent = String::from_utf8_lossy(&collector.bytes()).into_owned();
    assert!(sent.contains(THREE) && !sent.contains("hunter2") && !sent.contains("22222"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_badly_is_an_error() {
    let collector = Collector::start().await;
    let program = program(
        &collector.url(),
        "[server.limits]\nrunning = 1\nstatement_timeout = \"2s\"",
    )
    .with_env("TRIBUTARY_SERVER_DRAIN", "500ms");
    let mut server = Process::start(&program);
    let client = connect(&server.address).await;
    let unknown = client
        .query("select 'secret' as s, nothing")
        .await
        .unwrap_err();
    let divided = "select 1 / (value - 1) from generate_series(1, 3) where 'secret' <> ''";
    let divided = client.query(divided).await.unwrap_err();
    let cancelled = start(&client, ENDLESS).await.unwrap();
    // There is one place: this one waits, and its client gives up.
    let waiting = tokio::time::timeout(Duration::from_millis(300), start(&client, ENDLESS));
    assert!(waiting.await.is_err());
    // The server learns of that a moment later: before there is a place, or else it would run.
    tokio::time::sleep(Duration::from_millis(500)).await;
    cancel(&client, &cancelled.info).await;
    let cancelled = cancelled.error().await;
    let late = start(&client, ENDLESS).await.unwrap().error().await;
    let running = start(&client, ENDLESS).await.unwrap();
    signal(&server.child, "TERM");
    let shut_down = running.error().await;
    drop(client);
    // It was told to stop already.
    assert!(server.child.wait().unwrap().success());

    let spans = collector.spans();
    let queries = named(&spans, "query");
    let told = queries.iter().map(|query| {
        let steps = steps(&spans, query);
        let (last, before) = steps.split_last().unwrap();
        assert!(before.iter().all(|it| it.error.is_none()), "{steps:?}");
        for failed in [query, last] {
            assert_eq!(failed.error.as_deref(), Some(""), "no text was asked for");
        }
        ["tributary.state", "error.type"]
            .map(|name| query.get(name))
            .into_iter()
            .chain([last.name.as_str()])
            .collect::<Vec<_>>()
            .join(" ")
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "failed InvalidArgument plan",
            "failed InvalidArgument first batch",
            "cancelled Cancelled first batch",
            "cancelled Cancelled queue",
            "timed_out DeadlineExceeded first batch",
            "cancelled Cancelled first batch",
        ]
    );
    for (number, status) in [
        (0, unknown),
        (1, divided),
        (2, cancelled),
        (4, late),
        (5, shut_down),
    ] {
        assert_eq!(queries[number].get("tributary.query_id"), query_id(&status));
    }
    let sent = String::from_utf8_lossy(&collector.bytes()).into_owned();
    assert!(!sent.contains("secret"), "no text was asked for");
}
