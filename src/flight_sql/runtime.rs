//! Where queries run: threads of their own, so that a heavy join never freezes a connection, and
//! others that plan, so that no query keeps a client from looking around.
//!
//! A query is a task. Its messages cross a channel of two, so a client that stops reading stops
//! the query; dropping the stream stops it for good. A query counts as running until nothing of it
//! is left on any thread, not until somebody asked it to stop.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use arrow_flight::FlightData;
use datafusion::{
    arrow::ipc::writer::IpcWriteOptions,
    common::{DataFusionError, Result},
};
use futures::{FutureExt, Stream, StreamExt};
use prost::Message;
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc::{self, Receiver, Sender},
    task::{JoinError, JoinHandle},
};
use tonic::{Code, Status};
use tracing::Instrument;

use super::{
    admission,
    convert::convert,
    encode::{Encoder, schema_message},
    execution::Execution,
    running::Running,
    statement::Query,
    status::{refused, status},
};
use crate::{
    config::Limits,
    engine::{Interrupt, Stop},
};

const MAX_WAITING_MESSAGES: usize = 2;
const PLANNING_THREADS: usize = 2;
/// A nested loop join goes through a batch without giving way: a thread for each of two
/// partitions of every query, and some for those that are quick.
const THREADS_PER_QUERY: usize = 2;
const SPARE_THREADS: usize = 2;

/// The threads of all queries.
#[derive(Debug)]
pub(super) struct QueryRuntime {
    /// `None` only while it is dropped.
    runtimes: Option<Runtimes>,
    running: Running,
}

#[derive(Debug)]
struct Runtimes {
    planning: Runtime,
    queries: Runtime,
}

impl QueryRuntime {
    pub(super) fn try_new(limits: &Limits) -> Result<Self> {
        let queries = THREADS_PER_QUERY * admission::running(limits) + SPARE_THREADS;
        Ok(Self {
            runtimes: Some(Runtimes {
                planning: threads("plan", PLANNING_THREADS)?,
                queries: threads("query", queries)?,
            }),
            running: Running::default(),
        })
    }

    pub(super) fn running(&self) -> &Running {
        &self.running
    }

    /// Plans, or answers what needs no query; dropping the future aborts it.
    pub(super) async fn plan<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Status>> + Send + 'static,
    ) -> Result<T, Status> {
        finished(self.runtimes().planning.spawn(work.in_current_span())).await
    }

    /// Does what takes long and returns no rows; dropping the future aborts it.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Status>> + Send + 'static,
    ) -> Result<T, Status> {
        finished(self.runtimes().queries.spawn(work.in_current_span())).await
    }

    /// Runs a query; the messages of its rows follow that of its schema.
    pub(super) fn stream(
        &self,
        execution: Execution,
        query: Query,
        options: IpcWriteOptions,
    ) -> MessageStream {
        let schema = schema_message(&query.schema);
        let (sender, receiver) = mpsc::channel(MAX_WAITING_MESSAGES);
        let interrupt = Arc::clone(execution.interrupt());
        let span = execution.span().clone();
        let work = async move {
            let sending = async {
                let sent = send_messages(query, &execution, Encoder::new(options), &sender).await;
                sent.map_err(|error| status(&error))
            };
            let result = execution.step(sending).await;
            execution.finish(result)
        };
        let task = Task(self.runtimes().queries.spawn(work.instrument(span)));
        MessageStream {
            schema: Some(schema),
            receiver,
            task: Some(task),
            interrupt,
        }
    }

    fn runtimes(&self) -> &Runtimes {
        self.runtimes.as_ref().expect("it is not being dropped")
    }
}

/// What comes of a task; dropping the future aborts it.
async fn finished<T>(task: JoinHandle<Result<T, Status>>) -> Result<T, Status> {
    let result = Task(task).await;
    result.unwrap_or_else(|error| Err(stopped(&error)))
}

fn threads(name: &str, count: usize) -> Result<Runtime> {
    Builder::new_multi_thread()
        .thread_name(name)
        .worker_threads(count)
        // A poll of a query takes milliseconds: new tasks must not wait for sixty of them.
        .global_queue_interval(1)
        .enable_all()
        .build()
        .map_err(DataFusionError::IoError)
}

impl Drop for QueryRuntime {
    fn drop(&mut self) {
        // Waiting for threads is not allowed in async code, where the last owner may be dropped.
        if let Some(Runtimes { planning, queries }) = self.runtimes.take() {
            planning.shutdown_background();
            queries.shutdown_background();
        }
    }
}

async fn send_messages(
    query: Query,
    execution: &Execution,
    mut encoder: Encoder,
    sender: &Sender<FlightData>,
) -> Result<()> {
    let schema = Arc::clone(&query.schema);
    let mut batches = query.execute(execution.work()).await?;
    while let Some(batch) = batches.next().await {
        let batch = convert(&batch?, &schema)?;
        let messages = encoder.messages(&batch)?;
        let bytes = messages.iter().map(Message::encoded_len).sum();
        execution.sent(batch.num_rows(), bytes);
        for message in messages {
            if sender.send(message).await.is_err() {
                return Err(DataFusionError::External(Box::new(Stop::Abandoned)));
            }
        }
    }
    Ok(())
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

/// The messages of one query, schema first, then why it ended if that was not its end.
pub(super) struct MessageStream {
    schema: Option<FlightData>,
    receiver: Receiver<FlightData>,
    task: Option<Task<Result<(), Status>>>,
    interrupt: Arc<Interrupt>,
}

impl Stream for MessageStream {
    type Item = Result<FlightData, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(schema) = self.schema.take() {
            return Poll::Ready(Some(Ok(schema)));
        }
        if let Some(message) = ready!(self.receiver.poll_recv(cx)) {
            return Poll::Ready(Some(Ok(message)));
        }
        let Some(task) = &mut self.task else {
            return Poll::Ready(None);
        };
        // A closed channel alone would show a cancelled query as a complete result.
        let end = ready!(task.poll_unpin(cx));
        self.task = None;
        let end = end.unwrap_or_else(|error| Err(stopped(&error)));
        Poll::Ready(end.err().map(Err))
    }
}

impl Drop for MessageStream {
    fn drop(&mut self) {
        self.interrupt.stop(Stop::Abandoned);
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
