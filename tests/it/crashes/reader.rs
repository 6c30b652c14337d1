//! A client that never stops asking, and knows which answers are right.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use arrow_flight::sql::client::FlightSqlServiceClient;
use datafusion::arrow::{
    array::{AsArray, RecordBatch},
    datatypes::Int64Type,
};
use futures::TryStreamExt;
use tonic::transport::{Channel, Endpoint};

use super::shop::{History, ORDERS, STORED, Sums};

/// What a reader may expect of a server.
#[derive(Clone, Copy)]
pub(crate) enum Promise {
    /// It lives, and stored rows are of the last refresh.
    Refreshed,
    /// It may be dead, and requests of it may fail; stored rows are at most this old.
    AtMost(Duration),
}

/// A thread that asks a server, ended with the test.
pub(crate) struct Reader {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Reads>>,
}

/// What became of the questions.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Reads {
    pub(crate) answered: u64,
    pub(crate) failed: u64,
}

impl Reader {
    pub(crate) fn start(port: u16, history: &Arc<History>, promise: Promise) -> Self {
        let is_over = Arc::<AtomicBool>::default();
        let (over, history) = (Arc::clone(&is_over), Arc::clone(history));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(read(port, &history, promise, &over))
        });
        Self {
            is_over,
            thread: Some(thread),
        }
    }

    /// Fails as soon as an answer was wrong.
    pub(crate) fn check(&mut self) {
        if self.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            self.stop();
        }
    }

    pub(crate) fn stop(&mut self) -> Reads {
        self.is_over.store(true, Ordering::SeqCst);
        let read = self.thread.take().expect("it is stopped once").join();
        read.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Whether it failed was asked before, or another failure is under way.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn read(port: u16, history: &History, promise: Promise, over: &AtomicBool) -> Reads {
    let (mut reads, mut seen) = (Reads::default(), [0; 2]);
    let address = format!("http://127.0.0.1:{port}");
    let channel = Endpoint::from_shared(address).unwrap().connect_lazy();
    let mut client = FlightSqlServiceClient::new(channel);
    while !over.load(Ordering::SeqCst) {
        for (sql, seen) in [ORDERS, STORED].into_iter().zip(&mut seen) {
            let oldest = match (sql == STORED, promise) {
                (false, _) => history.newest(Duration::ZERO).max(*seen),
                (true, Promise::Refreshed) => history.stored().max(*seen),
                // Rows that are too old are computed; later ones may be stored, and older, again.
                (true, Promise::AtMost(age)) => history.newest(age),
            };
            let answer = tokio::time::timeout(Duration::from_secs(180), ask(&mut client, sql));
            match (answer.await.expect("an answer within minutes"), promise) {
                (Ok(found), _) => {
                    *seen = history.position(sql, oldest, found);
                    reads.answered += 1;
                }
                (Err(error), Promise::Refreshed) => panic!("{sql}: {error}"),
                (Err(_), Promise::AtMost(_)) => reads.failed += 1,
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    reads
}

async fn ask(client: &mut FlightSqlServiceClient<Channel>, sql: &str) -> Result<Sums, String> {
    let said = |error: arrow_flight::error::FlightError| error.to_string();
    let info = client.execute(sql.to_owned(), None).await;
    let info = info.map_err(|error| error.to_string())?;
    let ticket = info.endpoint[0].ticket.clone().unwrap();
    let stream = client.do_get(ticket).await;
    let stream = stream.map_err(|error| error.to_string())?;
    let batches: Vec<RecordBatch> = stream.try_collect().await.map_err(said)?;
    let batch = batches.iter().find(|batch| batch.num_rows() > 0);
    let batch = batch.expect("a sum is a row");
    let value = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(0);
    Ok(Sums {
        orders: value(0),
        cents: value(1),
        weighted: value(2),
    })
}
