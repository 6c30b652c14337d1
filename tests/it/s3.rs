//! A warehouse in an S3 bucket: the built program against a real S3 server in a process of its own.
//!
//! The server is the one of the Python package `moto`, installed once into `target/s3`.

// Starts the S3 server.
pub(crate) mod server;

use std::net::{Ipv4Addr, TcpListener};

use object_store::ObjectStoreExt;
use parquet::arrow::ArrowWriter;
use tributary::warehouse::{contract::Table, location::Location};

use crate::cli::program::{Program, Ran};
use server::Server;

pub(crate) fn orders(ids: std::ops::Range<u32>) -> String {
    let mut csv = "order_id,customer_id,ordered_at,currency,total\n".to_owned();
    for id in ids {
        csv.push_str(&format!("{id},a,2026-08-01T10:00:00Z,EUR,1.50\n"));
    }
    csv
}

pub(crate) fn counts(ran: &Ran) -> &str {
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stderr.lines().last().unwrap()
}

pub(crate) const COUNT: [&str; 4] = [
    "sql",
    "select count(*) as n, sum(total) as total from orders",
    "--format",
    "csv",
];

#[test]
fn a_bucket_is_a_warehouse() {
    let server = Server::start();
    let program = server.program("s3://bucket/shop");
    assert!(
        program
            .refusal(&COUNT)
            .contains("is not in the warehouse s3://bucket/shop/")
    );

    program.file("orders.csv", &orders(0..100));
    let import = ["import", "orders", "orders.csv"];
    assert_eq!(
        counts(&program.run(&import)),
        "imported 100, unchanged 0, quarantined 0"
    );
    assert_eq!(
        counts(&program.run(&import)),
        "imported 0, unchanged 0, quarantined 0"
    );
    assert_eq!(
        counts(&program.run(&["import", "orders", "orders.csv", "--again"])),
        "imported 0, unchanged 100, quarantined 0"
    );
    assert_eq!(program.output(&COUNT), "n,total\n100,150.00\n");
    program.file("orders.csv", &orders(90..110).replace("90,a", "90,b"));
    assert_eq!(
        counts(&program.run(&import)),
        "imported 11, unchanged 9, quarantined 0"
    );
    assert_eq!(program.output(&COUNT), "n,total\n110,165.00\n");
    let bad = orders(110..111).replace("1.50", "much");
    program.file("bad.csv", &bad);
    let strict = program.run(&["import", "orders", "bad.csv", "--strict"]);
    assert_eq!(strict.code, Some(3), "{}", strict.stderr);

    // The other tables of the report, as Parquet files that some other program put there.
    let shop = server.location("s3://bucket/shop");
    for table in ["conversations", "conversation_status_events", "messages"] {
        put_empty(&shop, table);
    }
    let report = program.output(&[
        "report",
        "revenue.attributed_orders",
        "--from",
        "2026-08-01",
        "--to",
        "2026-08-01",
        "--format",
        "csv",
    ]);
    assert_eq!(report.lines().count(), 111, "{report}");
    let prefix = [
        "sql",
        "select count(*) as n from messages",
        "--format",
        "csv",
    ];
    assert_eq!(program.output(&prefix), "n\n0\n");
}

/// Puts an object with the columns of a table and no rows.
fn put_empty(warehouse: &Location, table: &str) {
    let schema = Table::named(table).unwrap().schema();
    let mut bytes = Vec::new();
    ArrowWriter::try_new(&mut bytes, schema, None)
        .unwrap()
        .close()
        .unwrap();
    let path = warehouse.path(&format!("{table}/part-0.parquet"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let put = warehouse.store().put(&path, bytes.into());
    runtime.block_on(put).unwrap();
}

#[test]
fn imports_that_race_lose_no_row() {
    let server = Server::start();
    let program = server.program("s3://bucket/race");
    program.file("left.csv", &orders(0..50));
    program.file("right.csv", &orders(40..90));
    let start = |file| {
        program
            .command(&["import", "orders", file])
            .spawn()
            .unwrap()
    };
    let racing = [
        ("left.csv", start("left.csv")),
        ("right.csv", start("right.csv")),
    ];
    for (file, child) in racing {
        let ran = Ran::from(child.wait_with_output().unwrap());
        // A loser may give up, but then it says so and can be run again.
        if ran.code != Some(0) {
            assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
            counts(&program.run(&["import", "orders", file]));
        }
    }
    assert_eq!(program.output(&COUNT), "n,total\n90,135.00\n");
}

#[test]
fn a_server_that_cannot_be_reached_is_an_error() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .unwrap()
        .local_addr()
        .unwrap();
    let program = Program::new()
        .with_env("AWS_ENDPOINT_URL", &format!("http://{closed}"))
        .with_env("AWS_ALLOW_HTTP", "true")
        .with_env("AWS_REGION", "us-east-1")
        .with_env("AWS_SKIP_SIGNATURE", "true");
    let refusal = program.refusal(&["sql", "select 1", "--warehouse", "s3://bucket/shop"]);
    assert!(
        refusal.starts_with("error: ") && refusal.contains(&closed.to_string()),
        "{refusal}"
    );
}
