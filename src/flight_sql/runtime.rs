//! Where queries run: threads of their own, so that a heavy join never freezes a connection.
//!
//! A query is a task. Its messages cross a channel of two, so a client that stops reading stops
//! the query; dropping the stream aborts the task. A task counts as running until it is gone, not
//! until somebody asked it to stop.

use std::{
    collections::HashMap,
    num::NonZeroUsize,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, ready},
    thread::available_parallelism,
};

use arrow_flight::FlightData;
use datafusion::common::{DataFusionError, Result};
use futures::{FutureExt, Stream, StreamExt};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc::{self, Receiver, Sender},
    task::{AbortHandle, JoinError, JoinHandle},
};
use tonic::{Code, Status};
use uuid::Uuid;

use super::{
    convert::convert,
    encode::{batch_messages, schema_message},
    statement::Query,
    status::{refused, status},
};
use crate::config::Limits;

const MAX_WAITING_MESSAGES: usize = 2;
/// Joins do not yield to other tasks, so one query per core must leave threads for others.
const MIN_THREADS: usize = 4;

/// The threads of all queries.
#[derive(Debug)]
pub(super) struct QueryRuntime {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    running: Running,
}

impl QueryRuntime {
    pub(super) fn try_new(limits: &Limits) -> Result<Self> {
        let cores = available_parallelism().map_or(1, usize::from);
        let running = limits.running.map_or(cores, NonZeroUsize::get);
        let runtime = Builder::new_multi_thread()
            .thread_name("query")
            .worker_threads(MIN_THREADS.max(2 * running))
            .enable_all()
            .build()
            .map_err(DataFusionError::IoError)?;
        Ok(Self {
            runtime: Some(runtime),
            running: Running::default(),
        })
    }

    pub(super) fn running(&self) -> &Running {
        &self.running
    }

    /// Runs work that has one result; dropping the future aborts the work.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        id: Uuid,
        work: impl Future<Output = Result<T, Status>> + Send + 'static,
    ) -> Result<T, Status> {
        self.spawn(id, work)
            .await
            .unwrap_or_else(|error| Err(stopped(&error)))
    }

    /// Runs a query; the messages of its rows follow that of its schema.
    pub(super) fn stream(&self, id: Uuid, query: Query) -> MessageStream {
        let schema = schema_message(&query.schema);
        let (sender, receiver) = mpsc::channel(MAX_WAITING_MESSAGES);
        let task = self.spawn(id, async move {
            if let Err(error) = send_messages(query, &sender).await {
                // The receiver is gone only when nobody wants to know.
                let _ = sender.send(Err(status(&error))).await;
            }
        });
        MessageStream {
            schema: Some(schema),
            receiver,
            task: Some(task),
        }
    }

    fn spawn<T: Send + 'static>(
        &self,
        id: Uuid,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        let runtime = self.runtime.as_ref().expect("it is not being dropped");
        // Locked until the task is listed, because a short one may end before that.
        let mut queries = self.running.lock();
        let number = queries.started;
        queries.started += 1;
        let listed = Listed {
            number,
            running: self.running.clone(),
        };
        let task = runtime.spawn(async move {
            let _listed = listed;
            work.await
        });
        queries.tasks.insert(number, (id, task.abort_handle()));
        Task(task)
    }
}

impl Drop for QueryRuntime {
    fn drop(&mut self) {
        // Waiting for threads is not allowed in async code, where the last owner may be dropped.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn send_messages(query: Query, sender: &Sender<Result<FlightData, Status>>) -> Result<()> {
    let schema = Arc::clone(&query.schema);
    let mut batches = query.execute().await?;
    while let Some(batch) = batches.next().await {
        for message in batch_messages(&convert(&batch?, &schema)?)? {
            if sender.send(Ok(message)).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The queries that run now.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<Queries>>);

#[derive(Debug, Default)]
struct Queries {
    started: u64,
    tasks: HashMap<u64, (Uuid, AbortHandle)>,
}

impl Running {
    pub fn count(&self) -> usize {
        self.lock().tasks.len()
    }

    /// Aborts the query of that id and says whether there was one.
    pub(super) fn cancel(&self, id: Uuid) -> bool {
        let queries = self.lock();
        let tasks = queries.tasks.values().filter(|(found, _)| *found == id);
        tasks.map(|(_, task)| task.abort()).count() > 0
    }

    pub(super) fn cancel_all(&self) {
        for (_, task) in self.lock().tasks.values() {
            task.abort();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queries> {
        self.0.lock().expect("no holder panics")
    }
}

/// Lives in a task and leaves the list when the task is gone.
struct Listed {
    number: u64,
    running: Running,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.running.lock().tasks.remove(&self.number);
    }
}

/// A task that ends with its owner.
struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll_unpin(cx)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The messages of one query, schema first.
pub(super) struct MessageStream {
    schema: Option<FlightData>,
    receiver: Receiver<Result<FlightData, Status>>,
    task: Option<Task<()>>,
}

impl Stream for MessageStream {
    type Item = Result<FlightData, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(schema) = self.schema.take() {
            return Poll::Ready(Some(Ok(schema)));
        }
        if let Some(message) = ready!(self.receiver.poll_recv(cx)) {
            return Poll::Ready(Some(message));
        }
        let Some(task) = &mut self.task else {
            return Poll::Ready(None);
        };
        // A closed channel alone would show a cancelled query as a complete result.
        let end = ready!(task.poll_unpin(cx));
        self.task = None;
        Poll::Ready(end.err().map(|error| Err(stopped(&error))))
    }
}

fn stopped(error: &JoinError) -> Status {
    if error.is_cancelled() {
        refused(Code::Cancelled, "the query was cancelled")
    } else {
        tracing::error!(%error, "a query panicked");
        refused(Code::Internal, "the query stopped by a bug of the server")
    }
}
