//! A server with limits over an empty warehouse, and clients that start queries.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr},
    sync::Arc,
    time::{Duration, Instant},
};

use arrow_flight::{
    CancelFlightInfoRequest, FlightData, FlightInfo, decode::FlightRecordBatchStream,
    flight_service_client::FlightServiceClient,
};
use futures::{TryStreamExt, stream};
use prost::Message;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{Status, Streaming, transport::Endpoint};
use tributary::{
    clock::Clock,
    config::Config,
    engine::Engine,
    flight_sql::{Running, Server},
};

use crate::{
    cli::program::Program,
    flight_sql::support::{Client, rows, statement},
};

/// Runs until it is stopped and sends nothing.
pub(crate) const ENDLESS: &str = "SELECT sum(value) FROM generate_series(1, 1000000000000)";

/// Queries that take minutes, each in an operator of its own.
pub(crate) fn heavy() -> [(&'static str, String); 9] {
    let series = |rows: u64| format!("generate_series(1, {rows})");
    let (many, some) = (series(1_000_000_000_000), series(3_000_000));
    [
        ("aggregate", ENDLESS.to_owned()),
        (
            "cross join",
            format!("SELECT count(*) FROM {some} AS a CROSS JOIN {some} AS b"),
        ),
        (
            "nested loop join",
            format!("SELECT count(*) FROM {some} AS a JOIN {some} AS b ON a.value + b.value < 0"),
        ),
        (
            "existence",
            format!(
                "SELECT count(*) FROM {some} AS a WHERE EXISTS (SELECT 1 FROM {some} AS b WHERE a.value + b.value < 0)"
            ),
        ),
        (
            "semi join",
            format!(
                "SELECT count(*) FROM {some} AS a WHERE value % 2 IN (SELECT value % 2 FROM {some} AS b)"
            ),
        ),
        (
            "hash join whose filter drops all",
            format!(
                "SELECT count(*) FROM {some} AS a JOIN {some} AS b \
                 ON a.value % 2 = b.value % 2 AND a.value + b.value < 0"
            ),
        ),
        (
            "hash join with a huge result",
            format!(
                "SELECT count(*) FROM {some} AS a JOIN {some} AS b ON a.value % 2 = b.value % 2"
            ),
        ),
        (
            "sort",
            format!(
                "SELECT count(*) FROM (SELECT value, row_number() OVER (ORDER BY value % 7, value) AS n \
                 FROM (SELECT value % 1000003 AS value FROM {many} LIMIT 20000000)) WHERE n < 0"
            ),
        ),
        (
            "window",
            format!(
                "SELECT max(total) FROM (SELECT sum(value) OVER (PARTITION BY value % 10 ORDER BY value) AS total \
                 FROM (SELECT value FROM {many} LIMIT 20000000))"
            ),
        ),
    ]
}

/// A server on a free port; it ends with the test.
pub(crate) struct Served {
    pub(crate) running: Running,
    pub(crate) server: JoinHandle<datafusion::common::Result<()>>,
    address: String,
    stop: Option<oneshot::Sender<()>>,
    _root: TempDir,
}

impl Served {
    pub(crate) async fn start(configure: impl FnOnce(&mut Config)) -> Self {
        let root = TempDir::new().unwrap();
        let mut config = Config {
            warehouse: Some(root.path().to_str().unwrap().to_owned()),
            ..Config::default()
        };
        configure(&mut config);
        let clock = Clock::Fixed("2026-09-01T00:00:00Z".parse().unwrap());
        let engine = Engine::open(&config, clock).await.unwrap();
        let server = Server::try_new(Arc::new(engine), &config).unwrap();
        let running = server.running();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serving = server.serve(listener, async {
            let _ = stopped.await;
        });
        Self {
            running,
            server: tokio::spawn(serving),
            address,
            stop: Some(stop),
            _root: root,
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn client(&self) -> Client {
        connect(&self.address).await
    }

    /// How long it takes until nothing runs; fails after ten seconds.
    pub(crate) async fn time_to_idle(&self) -> Duration {
        let began = Instant::now();
        while self.running.count() > 0 {
            assert!(began.elapsed() < Duration::from_secs(10), "it still runs");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        began.elapsed()
    }

    pub(crate) async fn wait_until_idle(&self) {
        self.time_to_idle().await;
    }
}

pub(crate) async fn connect(address: &str) -> Client {
    let endpoint = Endpoint::from_shared(address.to_owned()).unwrap();
    Client(FlightServiceClient::new(endpoint.connect().await.unwrap()))
}

/// A query that a client started, with what it sent so far left unread.
pub(crate) struct Started {
    pub(crate) info: FlightInfo,
    pub(crate) messages: Streaming<FlightData>,
}

/// Starts a query; its place is taken when this returns.
pub(crate) async fn start(client: &Client, sql: &str) -> Result<Started, Status> {
    let info = client.info(statement(sql)).await?;
    let messages = client.messages(&info).await?;
    Ok(Started { info, messages })
}

impl Started {
    /// Reads to the end, which must be an error.
    pub(crate) async fn error(self) -> Status {
        let read = self.messages.try_for_each(async |_| Ok(()));
        let read = tokio::time::timeout(Duration::from_secs(10), read);
        read.await.expect("an end within ten seconds").unwrap_err()
    }

    pub(crate) async fn rows(self) -> Vec<Vec<String>> {
        let messages: Vec<FlightData> = self.messages.try_collect().await.unwrap();
        let messages = stream::iter(messages.into_iter().map(Ok));
        let batches = FlightRecordBatchStream::new_from_flight_data(messages);
        let batches: Vec<_> = batches.try_collect().await.unwrap();
        batches.iter().flat_map(rows).collect()
    }
}

pub(crate) async fn cancel(client: &Client, info: &FlightInfo) {
    let request = CancelFlightInfoRequest::new(info.clone()).encode_to_vec();
    let answer = client.action("CancelFlightInfo", request).await.unwrap();
    assert_eq!(answer.unwrap(), [8, 1][..], "the status is CANCELLED");
}

/// The id that the text of an error ends with.
pub(crate) fn query_id(status: &Status) -> String {
    let (_, id) = status.message().rsplit_once(" (query ").unwrap();
    id.trim_end_matches(')').to_owned()
}

/// The program as a server; it ends with the test.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: String,
    /// What it says after it listens.
    pub(crate) lines: Lines<BufReader<ChildStderr>>,
}

impl Process {
    pub(crate) fn start(program: &Program) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0"];
        let mut child = program.command(&args).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.find_map(|line| {
            let line = line.unwrap();
            let (_, address) = line.split_once(" on grpc://")?;
            Some(format!("http://{}", address.split(' ').next()?))
        });
        Self {
            child,
            address: address.expect("a server says where it listens"),
            lines,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
