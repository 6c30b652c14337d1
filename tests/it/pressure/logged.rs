//! What the server writes to its log.

use std::{sync::Arc, time::Duration};

use datafusion::arrow::array::StringArray;

use super::support::{ENDLESS, Process, connect, query_id, start};
use crate::{
    cli::program::{Program, signal},
    flight_sql::support::{parameters, prepared},
};

#[tokio::test]
async fn a_line_tells_of_each_query_and_of_no_value() {
    let program = Program::new().with_env("RUST_LOG", "tributary=info");
    let mut server = Process::start(&program);
    let client = connect(&server.address).await;
    let three = "select value from generate_series(1, 3)";
    assert_eq!(client.query(three).await.unwrap().rows().len(), 3);
    let statement = client.prepare("select cast($1 as int)").await.unwrap();
    let secret: Arc<_> = Arc::new(StringArray::from(vec!["hunter2"]));
    let bound = client
        .bind(&statement.handle, parameters(vec![secret]))
        .await;
    let failed = client.fetch(prepared(&bound.unwrap())).await.unwrap_err();
    let id = query_id(&failed);
    let running = start(&client, ENDLESS).await.unwrap();
    signal(&server.child, "TERM");
    // The server waits for the query, which goes with its client.
    tokio::time::sleep(Duration::from_millis(500)).await;
    drop((client, running));

    let lines: Vec<_> = server.lines.by_ref().map_while(Result::ok).collect();
    let log = lines.join("\n");
    let line = |parts: &[&str]| {
        let is_it = |line: &&String| parts.iter().all(|part| line.contains(part));
        assert_eq!(lines.iter().filter(is_it).count(), 1, "{parts:?} in {log}");
    };
    line(&[" INFO ", "query ended", "state=\"finished\"", "rows=3"]);
    let is_failed = format!("query{{id={id} user=anonymous}}");
    line(&[
        " WARN ",
        &is_failed,
        "state=\"failed\" code=\"InvalidArgument\"",
    ]);
    line(&[" WARN ", "waiting for queries that run queries=1"]);
    assert!(!log.contains("hunter2"), "{log}");
}

#[tokio::test]
async fn a_log_for_programs_has_an_object_per_line() {
    let program = Program::new();
    program.file("tributary.toml", "[server]\nlog = \"json\"\n");
    let mut server = Process::start(&program);
    let client = connect(&server.address).await;
    assert_eq!(client.query("select 1").await.unwrap().rows(), [["1"]]);
    let failed = client.query("select nothing").await.unwrap_err();
    let id = query_id(&failed);
    signal(&server.child, "TERM");
    drop(client);

    let lines: Vec<_> = server.lines.by_ref().map_while(Result::ok).collect();
    let objects = lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok());
    let ended: Vec<serde_json::Value> = objects
        .filter(|it: &serde_json::Value| it["fields"]["message"] == "query ended")
        .collect();
    assert_eq!(ended.len(), 2, "{lines:?}");
    assert_eq!(ended[0]["fields"]["state"], "finished");
    assert_eq!(ended[0]["fields"]["rows"], 1);
    assert_eq!(ended[1]["level"], "WARN");
    assert_eq!(ended[1]["fields"]["code"], "InvalidArgument");
    assert_eq!(ended[1]["span"]["id"], id);
    assert_eq!(ended[1]["span"]["user"], "anonymous");
}
