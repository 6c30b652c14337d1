//! The servers that one would write in an afternoon: arrow-flight's encoder behind its trait.
//!
//! One has its batches in memory and gives them for every statement, the other asks a plain
//! DataFusion for them.

use std::{
    io::{Read, stdin},
    process, thread,
};

use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo,
    HandshakeRequest, HandshakeResponse, IpcMessage, PollInfo, PutResult, SchemaAsIpc,
    SchemaResult, Ticket,
    encode::FlightDataEncoderBuilder,
    error::FlightError,
    flight_service_server::{FlightService, FlightServiceServer},
    sql::{
        ActionCreatePreparedStatementResult, Any, CommandGetSqlInfo, ProstMessageExt, SqlInfo,
        metadata::SqlInfoDataBuilder,
    },
};
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Schema, SchemaRef},
        ipc::writer::IpcWriteOptions,
    },
    prelude::{ParquetReadOptions, SessionConfig, SessionContext},
};
use futures::{Stream, StreamExt, TryStreamExt, stream, stream::BoxStream};
use prost::Message;
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::TcpIncoming},
};

use crate::{client::Client, streaming::TABLE};

pub(crate) const MEMORY: &str = "serve-memory";
pub(crate) const DATAFUSION: &str = "serve-datafusion";

enum Bare {
    Memory(Vec<RecordBatch>),
    DataFusion(SessionContext, String),
}

/// Serves what another server sends for a ticket (in hexadecimal), batch by batch.
pub(crate) async fn serve_memory(url: &str, ticket: &str) {
    let digits: Vec<char> = ticket.chars().collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
    let ticket: Vec<u8> = digits.chunks(2).map(byte).collect();
    let batches = Client::connect(url)
        .await
        .batches(Ticket::new(ticket))
        .await;
    serve(Bare::Memory(batches)).await;
}

/// Serves a query over the Parquet files of a folder.
pub(crate) async fn serve_datafusion(folder: &str, sql: &str) {
    let mut config = SessionConfig::new();
    // As Tributary reads, so that the batches are the same.
    config
        .options_mut()
        .execution
        .parquet
        .schema_force_view_types = false;
    let context = SessionContext::new_with_config(config);
    let options = ParquetReadOptions::default();
    context
        .register_parquet(TABLE, folder, options)
        .await
        .unwrap();
    serve(Bare::DataFusion(context, sql.to_owned())).await;
}

async fn serve(bare: Bare) {
    thread::spawn(|| {
        let _ = stdin().read_to_end(&mut Vec::new());
        process::exit(0);
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln!("serving on grpc://{} ", listener.local_addr().unwrap());
    Server::builder()
        .add_service(FlightServiceServer::new(bare))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
        .await
        .unwrap();
}

type Answer<T> = Result<Response<T>, Status>;
type AnswerStream<T> = BoxStream<'static, Result<T, Status>>;

fn encoded<S>(schema: SchemaRef, batches: S) -> AnswerStream<FlightData>
where
    S: Stream<Item = Result<RecordBatch, FlightError>> + Send + 'static,
{
    let encoder = FlightDataEncoderBuilder::new().with_schema(schema);
    encoder.build(batches).map_err(Status::from).boxed()
}

/// Drivers ask who the server is before anything else.
fn sql_info(command: &[u8]) -> Option<RecordBatch> {
    let command: CommandGetSqlInfo = Any::decode(command).ok()?.unpack().ok()??;
    let mut info = SqlInfoDataBuilder::new();
    info.append(SqlInfo::FlightSqlServerName, "bare");
    let info = info.build().unwrap();
    Some(command.into_builder(&info).build().unwrap())
}

fn prepared(schema: &Schema) -> arrow_flight::Result {
    let ipc = |schema: &Schema| {
        let IpcMessage(bytes) = SchemaAsIpc::new(schema, &IpcWriteOptions::default())
            .try_into()
            .unwrap();
        bytes
    };
    let prepared = ActionCreatePreparedStatementResult {
        prepared_statement_handle: "all of them".into(),
        dataset_schema: ipc(schema),
        parameter_schema: ipc(&Schema::empty()),
    };
    arrow_flight::Result {
        body: prepared.as_any().encode_to_vec().into(),
    }
}

fn nothing<T>() -> Answer<T> {
    Err(Status::unimplemented(
        "a client that is measured does not ask this",
    ))
}

#[tonic::async_trait]
impl FlightService for Bare {
    type HandshakeStream = AnswerStream<HandshakeResponse>;
    type ListFlightsStream = AnswerStream<FlightInfo>;
    type DoGetStream = AnswerStream<FlightData>;
    type DoPutStream = AnswerStream<PutResult>;
    type DoExchangeStream = AnswerStream<FlightData>;
    type DoActionStream = AnswerStream<arrow_flight::Result>;
    type ListActionsStream = AnswerStream<ActionType>;

    async fn do_get(&self, request: Request<Ticket>) -> Answer<Self::DoGetStream> {
        if let Some(batch) = sql_info(&request.get_ref().ticket) {
            return Ok(Response::new(encoded(
                batch.schema(),
                stream::iter([Ok(batch)]),
            )));
        }
        Ok(Response::new(match self {
            Self::Memory(batches) => {
                let schema = batches[0].schema();
                encoded(schema, stream::iter(batches.clone().into_iter().map(Ok)))
            }
            Self::DataFusion(context, sql) => {
                let batches = context
                    .sql(sql)
                    .await
                    .unwrap()
                    .execute_stream()
                    .await
                    .unwrap();
                let external = |error| FlightError::ExternalError(Box::new(error));
                encoded(batches.schema(), batches.map_err(external))
            }
        }))
    }

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Answer<Self::HandshakeStream> {
        nothing()
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Answer<Self::ListFlightsStream> {
        nothing()
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Answer<FlightInfo> {
        let Self::Memory(batches) = self else {
            return nothing();
        };
        let command = request.into_inner().cmd;
        let batch = sql_info(&command);
        let schema = batch.as_ref().unwrap_or(&batches[0]).schema();
        let endpoint = FlightEndpoint::new().with_ticket(Ticket::new(command));
        let info = FlightInfo::new().try_with_schema(&schema).unwrap();
        Ok(Response::new(info.with_endpoint(endpoint)))
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Answer<PollInfo> {
        nothing()
    }

    async fn get_schema(&self, _: Request<FlightDescriptor>) -> Answer<SchemaResult> {
        nothing()
    }

    async fn do_put(&self, _: Request<Streaming<FlightData>>) -> Answer<Self::DoPutStream> {
        nothing()
    }

    async fn do_action(&self, request: Request<Action>) -> Answer<Self::DoActionStream> {
        let Self::Memory(batches) = self else {
            return nothing();
        };
        let result = match request.get_ref().r#type.as_str() {
            "CreatePreparedStatement" => Some(Ok(prepared(&batches[0].schema()))),
            _ => None,
        };
        Ok(Response::new(stream::iter(result).boxed()))
    }

    async fn list_actions(&self, _: Request<Empty>) -> Answer<Self::ListActionsStream> {
        nothing()
    }

    async fn do_exchange(
        &self,
        _: Request<Streaming<FlightData>>,
    ) -> Answer<Self::DoExchangeStream> {
        nothing()
    }
}
