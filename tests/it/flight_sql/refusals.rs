//! What the server refuses, with which code, in which words.

use arrow_flight::{
    FlightDescriptor,
    sql::{
        Any, CommandStatementIngest, CommandStatementUpdate, ProstMessageExt,
        TableDefinitionOptions, TableExistsOption, TableNotExistOption, TicketStatementQuery,
    },
};
use futures::stream;
use prost::Message;
use tokio::net::TcpListener;
use tonic::{Code, Status};
use tributary::{
    config::{Config, Role},
    flight_sql::serve,
};

use super::{
    small_warehouse::engine,
    support::{Client, Served, statement},
};

/// The refusal of both ways that a client can send a statement.
async fn refusal(client: &Client, sql: &str) -> Status {
    let prepared = client.prepare(sql).await.err();
    let info = client.info(statement(sql)).await.err();
    let (prepared, info) = (prepared.unwrap_or_else(|| panic!("{sql}")), info.unwrap());
    assert_eq!(prepared.code(), info.code(), "{sql}");
    assert_eq!(words(&prepared), words(&info), "{sql}");
    info
}

/// Each statement has an id of its own.
fn words(status: &Status) -> &str {
    let (words, _) = status.message().rsplit_once(" (query ").unwrap();
    words
}

#[tokio::test]
async fn item_15_nothing_is_changed_and_no_file_is_touched() {
    let served = Served::start().await;
    refuses_to_touch_anything(&served.client().await).await;
}

#[tokio::test]
async fn item_15_not_by_an_administrator_either() {
    let mut config = Config::default();
    let administrator = Role {
        administrator: true,
        ..Role::default()
    };
    let roles = &mut config.security.roles;
    roles.insert("anonymous".to_owned(), administrator);
    let served = Served::start_with(config).await;
    refuses_to_touch_anything(&served.client().await).await;
}

async fn refuses_to_touch_anything(client: &Client) {
    for (sql, words) in [
        ("CREATE TABLE t AS SELECT 1", "CREATE TABLE"),
        ("CREATE SCHEMA s", "CREATE SCHEMA"),
        (
            "CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '/etc/hostname'",
            "CREATE EXTERNAL TABLE",
        ),
        ("DROP TABLE orders", "DROP TABLE"),
        ("DELETE FROM orders", "DELETE"),
        (
            "COPY orders TO '/tmp/tributary-must-not-write.parquet'",
            "COPY",
        ),
        ("SET datafusion.execution.batch_size = 1", "SET"),
        ("EXPLAIN CREATE TABLE t AS SELECT 1", "CREATE TABLE"),
        ("EXPLAIN ANALYZE INSERT INTO a_b VALUES (2)", "INSERT"),
        ("PREPARE p AS SELECT 1", "PREPARE"),
    ] {
        let status = refusal(client, sql).await;
        assert_eq!(status.code(), Code::PermissionDenied, "{sql}: {status}");
        let expected = format!("{words} is not allowed: a server takes queries, ");
        assert!(status.message().starts_with(&expected), "{sql}: {status}");
    }
    for sql in [
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM 'file:///etc/hostname'",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_parquet('/etc/hostname')",
    ] {
        let status = refusal(client, sql).await;
        assert_eq!(status.code(), Code::InvalidArgument, "{sql}: {status}");
    }
    assert!(!std::path::Path::new("/tmp/tributary-must-not-write.parquet").exists());
    let left = client
        .query("SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM a_b) AS a_b");
    assert_eq!(left.await.unwrap().rows(), [["3", "1"]]);
}

#[tokio::test]
async fn item_15_who_may_not_write_changes_no_view() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, words) in [
        ("CREATE VIEW v AS SELECT 1", "CREATE VIEW v"),
        (
            "CREATE OR REPLACE VIEW small.values AS SELECT 1",
            "CREATE VIEW small.values",
        ),
        ("DROP VIEW small.values", "DROP VIEW small.values"),
        (
            "DROP VIEW IF EXISTS nothing.at_all",
            "DROP VIEW nothing.at_all",
        ),
    ] {
        let status = refusal(&client, sql).await;
        let updated = client.update(sql).await.unwrap_err();
        for status in [status, updated] {
            assert_eq!(status.code(), Code::PermissionDenied, "{sql}: {status}");
            let expected = format!("{words} is not allowed: none of your roles may write there");
            assert!(status.message().starts_with(&expected), "{sql}: {status}");
        }
    }
    let values = client.query("SELECT count(*) FROM small.values").await;
    assert_eq!(values.unwrap().rows(), [["3"]]);
}

#[tokio::test]
async fn item_15_updates_and_ingest_are_denied() {
    let served = Served::start().await;
    let mut client = served.client().await;
    let update = CommandStatementUpdate {
        query: "DELETE FROM orders".to_owned(),
        transaction_id: None,
    };
    let ingest = CommandStatementIngest {
        table: "orders".to_owned(),
        table_definition_options: Some(TableDefinitionOptions {
            if_not_exist: TableNotExistOption::Fail.into(),
            if_exists: TableExistsOption::Append.into(),
        }),
        ..CommandStatementIngest::default()
    };
    for command in [update.as_any(), ingest.as_any()] {
        let data = arrow_flight::FlightData::new()
            .with_descriptor(FlightDescriptor::new_cmd(command.encode_to_vec()));
        let status = client.0.do_put(stream::iter([data])).await.err().unwrap();
        assert_eq!(status.code(), Code::PermissionDenied, "{status}");
    }
}

#[tokio::test]
async fn item_14_errors_have_codes_and_short_texts() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, code, words) in [
        ("SELEC 1", Code::InvalidArgument, "Expected: "),
        (
            "SELECT 1; SELECT 2",
            Code::InvalidArgument,
            "expected one SQL statement, got 2",
        ),
        (
            "",
            Code::InvalidArgument,
            "expected one SQL statement, got 0",
        ),
        (
            "SELECT nothing FROM orders",
            Code::InvalidArgument,
            "No field named nothing",
        ),
        ("SELECT * FROM nothing", Code::InvalidArgument, "nothing"),
        (
            "SELECT no_such_function(1)",
            Code::InvalidArgument,
            "no_such_function",
        ),
        (
            "SELECT ?",
            Code::InvalidArgument,
            "expected 1 parameters, got 0",
        ),
    ] {
        let status = client.info(statement(sql)).await.err().unwrap();
        assert_eq!(status.code(), code, "{sql}: {status}");
        assert!(status.message().contains(words), "{sql}: {status}");
    }
    // The table exists and its file is no Parquet.
    let status = client
        .info(statement("SELECT * FROM broken"))
        .await
        .err()
        .unwrap();
    assert!(status.message().contains("broken"), "{status}");

    let status = client
        .query("SELECT CAST(order_id AS INT) FROM orders")
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    let status = client
        .query("SELECT 1 / (total - total) FROM orders")
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");

    let columns: Vec<_> = (0..800)
        .map(|n| format!("1 AS a_column_with_a_name_{n}"))
        .collect();
    let wide = format!("SELECT nothing FROM (SELECT {})", columns.join(", "));
    let status = client.info(statement(&wide)).await.err().unwrap();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().len() <= 2048, "{}", status.message().len());
}

#[tokio::test]
async fn item_14_foreign_requests_are_told_what_was_expected() {
    let served = Served::start().await;
    let mut client = served.client().await;
    let raw = FlightDescriptor::new_cmd("SELECT 1");
    let status = client.0.get_flight_info(raw).await.err().unwrap();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    assert!(
        status.message().contains("CommandStatementQuery"),
        "{status}"
    );

    let unknown = Any {
        type_url: "type.googleapis.com/example.Unknown".to_owned(),
        value: vec![].into(),
    };
    let unknown = FlightDescriptor::new_cmd(unknown.encode_to_vec());
    let status = client.0.get_flight_info(unknown).await.err().unwrap();
    assert_eq!(status.code(), Code::Unimplemented, "{status}");

    let forged = TicketStatementQuery {
        statement_handle: "SELECT 1".into(),
    };
    let ticket = arrow_flight::Ticket::new(forged.as_any().encode_to_vec());
    let status = client.0.do_get(ticket).await.err().unwrap();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");

    let transaction = arrow_flight::sql::CommandStatementQuery {
        query: "SELECT 1".to_owned(),
        transaction_id: Some("t".into()),
    };
    let status = client.info(transaction).await.err().unwrap();
    assert!(
        status.message().contains("transactions are not supported"),
        "{status}"
    );
}

#[tokio::test]
async fn other_machines_are_refused() {
    let root = tempfile::TempDir::new().unwrap();
    let engine = engine(root.path()).await;
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let config = Config::default();
    let error = serve(engine, &config, listener, std::future::pending());
    let error = error.await.unwrap_err().to_string();
    assert!(error.contains("expected a loopback address"), "{error}");
    assert!(error.contains("server.tls.certificate"), "{error}");
}
