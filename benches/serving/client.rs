//! The client of all servers: arrow-flight's, with its defaults.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use arrow_flight::{
    FlightData, FlightDescriptor, Ticket,
    decode::FlightRecordBatchStream,
    error::FlightError,
    flight_service_client::FlightServiceClient,
    sql::{CommandStatementQuery, ProstMessageExt},
};
use datafusion::arrow::{
    array::{AsArray, RecordBatch},
    compute::sum,
    datatypes::Int64Type,
};
use futures::{Stream, TryStreamExt};
use prost::Message;
use tonic::transport::{Channel, Endpoint};

/// Servers in other languages send larger messages than ours does.
const MAX_MESSAGE_BYTES: usize = 1 << 30;

#[derive(Clone)]
pub(crate) struct Client(FlightServiceClient<Channel>);

/// What came back, and how long it took from the request to the last row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Received {
    pub(crate) rows: usize,
    /// Of the first column, which proves that the rows are the same.
    pub(crate) sum: i64,
    /// Of the messages.
    pub(crate) bytes: usize,
    pub(crate) took: Duration,
}

impl Client {
    pub(crate) async fn connect(url: &str) -> Self {
        let url = url.replace("grpc://", "http://");
        let channel = Endpoint::from_shared(url).unwrap().connect().await.unwrap();
        let client = FlightServiceClient::new(channel);
        Self(client.max_decoding_message_size(MAX_MESSAGE_BYTES))
    }

    /// The ticket for the result of a statement, as Flight SQL has it.
    pub(crate) async fn ticket(&mut self, sql: &str) -> Ticket {
        let command = CommandStatementQuery {
            query: sql.to_owned(),
            transaction_id: None,
        };
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let info = self.0.get_flight_info(descriptor).await.unwrap();
        let mut endpoints = info.into_inner().endpoint;
        endpoints.pop().unwrap().ticket.unwrap()
    }

    /// The messages for a ticket.
    pub(crate) async fn messages(
        &mut self,
        ticket: Ticket,
    ) -> impl Stream<Item = Result<FlightData, FlightError>> + use<> {
        let messages = self.0.do_get(ticket).await.unwrap().into_inner();
        messages.map_err(|status| FlightError::Tonic(Box::new(status)))
    }

    /// The batches for a ticket.
    pub(crate) async fn batches(&mut self, ticket: Ticket) -> Vec<RecordBatch> {
        let messages = self.messages(ticket).await;
        let batches = FlightRecordBatchStream::new_from_flight_data(messages);
        batches.try_collect().await.unwrap()
    }

    /// Runs a statement, reads its result and keeps none of it.
    pub(crate) async fn query(&mut self, sql: &str) -> Received {
        let began = Instant::now();
        let ticket = self.ticket(sql).await;
        self.receive(ticket, began).await
    }

    /// Reads all rows of a server that has nothing else.
    pub(crate) async fn read(&mut self) -> Received {
        self.receive(Ticket::default(), Instant::now()).await
    }

    async fn receive(&mut self, ticket: Ticket, began: Instant) -> Received {
        let bytes = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&bytes);
        let messages = self.messages(ticket).await.inspect_ok(move |message| {
            counted.fetch_add(message.encoded_len(), Ordering::Relaxed);
        });
        let mut batches = FlightRecordBatchStream::new_from_flight_data(messages);
        let (mut rows, mut total) = (0, 0_i64);
        while let Some(batch) = batches.try_next().await.unwrap() {
            rows += batch.num_rows();
            let first = batch.column(0).as_primitive_opt::<Int64Type>();
            total += first.and_then(sum).unwrap_or_default();
        }
        Received {
            rows,
            sum: total,
            bytes: bytes.load(Ordering::Relaxed),
            took: began.elapsed(),
        }
    }
}
