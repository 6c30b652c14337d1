use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command},
    time::Duration,
};

use datafusion::prelude::SessionContext;
use tributary::warehouse::{
    Warehouse,
    store::{Operation, Outcome},
};

use crate::s3::{orders, server::Server};

/// Every table that the report reads.
const TABLES: [(&str, &str); 7] = [
    (
        "orders",
        "order_id,customer_id,ordered_at,currency,total\n1,a,2026-08-01T10:00:00Z,EUR,1.50\n",
    ),
    (
        "order_adjustments",
        "adjustment_id,order_id,kind,amount,occurred_at\n1,1,refund,-0.50,2026-08-02T10:00:00Z\n",
    ),
    (
        "conversations",
        "conversation_id,customer_id,created_at\n1,a,2026-08-01T08:00:00Z\n",
    ),
    (
        "conversation_status_events",
        "event_id,conversation_id,status,changed_at\n1,1,done,2026-08-01T09:00:00Z\n",
    ),
    (
        "messages",
        "message_id,customer_id,direction,sent_at\n1,a,in,2026-08-01T08:30:00Z\n",
    ),
    ("agents", "agent_id,name\n1,Ada\n"),
    ("customers", "customer_id,name\na,Grace\n"),
];

/// The materialized views on the way to the report. None of them has stored rows.
const VIEWS: [&str; 3] = [
    "revenue.attributed_orders",
    "base.done_conversations",
    "base.restated_orders",
];

const REPORT: &str = "select count(*) as n from revenue.attributed_orders";

/// A running server, ended with the test.
struct Serving {
    child: Child,
    url: String,
    monitor: SocketAddr,
}

impl Serving {
    fn start(mut command: Command, monitor: SocketAddr) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let serving = lines.map(Result::unwrap);
        let serving = serving.filter(|line| line.starts_with("serving ")).take(1);
        let serving: Vec<_> = serving.collect();
        let url = serving[0].split(" on ").nth(1).unwrap();
        let url = url.split(' ').next().unwrap().to_owned();
        Self {
            child,
            url,
            monitor,
        }
    }

    /// What `/metrics` says of requests, by operation.
    fn requests(&self) -> BTreeMap<String, u64> {
        // The line that says what is served comes before the pages are.
        let connected = (0..100).find_map(|_| {
            let connected = TcpStream::connect(self.monitor).ok();
            if connected.is_none() {
                std::thread::sleep(Duration::from_millis(50));
            }
            connected
        });
        let mut connection = connected.unwrap();
        write!(connection, "GET /metrics HTTP/1.0\r\n\r\n").unwrap();
        let mut page = String::new();
        connection.read_to_string(&mut page).unwrap();
        let mut requests = BTreeMap::new();
        for line in page.lines() {
            let Some(labels) = line.strip_prefix("tributary_store_requests_total{operation=\"")
            else {
                continue;
            };
            let operation = labels.split('"').next().unwrap().to_owned();
            let count: u64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            *requests.entry(operation).or_default() += count;
        }
        assert!(!requests.is_empty(), "{page}");
        requests
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_warm_report_lists_nothing_and_asks_twice_for_each_table_and_stored_view() {
    let server = Server::start();
    let program = server.program("s3://bucket/warm");
    for (table, csv) in TABLES {
        program.file("table.csv", csv);
        program.output(&["import", table, "table.csv"]);
    }
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let monitor = free.local_addr().unwrap();
    drop(free);
    let set = format!("server.monitor={monitor}");
    let command = program.command(&["serve", "--listen", "127.0.0.1:0", "--set", &set]);
    let serving = Serving::start(command, monitor);
    let ask = || {
        let before = serving.requests();
        let asked = ["sql", REPORT, "--server", &serving.url, "--format", "csv"];
        assert_eq!(program.output(&asked), "n\n1\n");
        let after = serving.requests().into_iter();
        after
            .map(|(operation, count)| (operation.clone(), count - before[&operation]))
            .collect::<BTreeMap<_, _>>()
    };
    let cold = ask();
    let warm: Vec<_> = (0..4).map(|_| ask()).collect();
    // The server itself looks for new views every few seconds, with a listing.
    let lists = warm.iter().map(|it| it["list"]).min();
    assert_eq!(lists, Some(0), "{cold:?} {warm:?}");
    let tables = TABLES.len() as u64;
    let most = 2 * (tables + VIEWS.len() as u64);
    for asked in &warm {
        assert!(asked["head"] <= most, "{cold:?} {warm:?}");
        assert!(
            asked["put"] + asked["copy"] + asked["delete"] == 0,
            "{warm:?}"
        );
    }
    assert!(cold["list"] >= tables, "{cold:?}");

    // New data is seen by the next query.
    program.file("orders.csv", &orders(2..5));
    program.output(&["import", "orders", "orders.csv"]);
    let asked = [
        "sql",
        "select count(*) as n from orders",
        "--server",
        &serving.url,
        "--format",
        "csv",
    ];
    assert_eq!(program.output(&asked), "n\n4\n");
}

#[tokio::test]
async fn an_unchanged_table_is_two_small_requests() {
    let server = Server::start();
    let program = server.program("s3://bucket/shop");
    program.file("orders.csv", &orders(0..10));
    program.output(&["import", "orders", "orders.csv"]);
    let warehouse = Warehouse::open(server.location("s3://bucket/shop"));
    let warehouse = warehouse.await.unwrap();
    let ctx = SessionContext::new();
    let state = ctx.state();
    let requests = warehouse.location().requests();
    let open = async || warehouse.table(&state, "orders").await.unwrap().unwrap();
    let cold = open().await;
    assert_eq!(ctx.read_table(cold).unwrap().count().await.unwrap(), 10);
    let count = || Operation::ALL.map(|operation| requests.of(operation));
    let [get, head, put, list, delete, copy] = count();
    let absent = requests.count(Operation::Head, Outcome::Absent);
    open().await;
    assert_eq!(count(), [get, head + 2, put, list, delete, copy]);
    assert_eq!(requests.count(Operation::Head, Outcome::Absent), absent + 1);
    assert!(requests.read_bytes() > 0);

    // Somebody else commits.
    program.file("orders.csv", &orders(5..15));
    program.output(&["import", "orders", "orders.csv"]);
    let table = open().await;
    assert_eq!(ctx.read_table(table).unwrap().count().await.unwrap(), 15);
}
