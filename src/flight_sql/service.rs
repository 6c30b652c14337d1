//! The RPCs: each decodes its request, asks a neighbour, and wraps the answer.

use std::sync::Arc;

use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo,
    HandshakeRequest, HandshakeResponse, PollInfo, PutResult, SchemaAsIpc, SchemaResult, Ticket,
    decode::FlightRecordBatchStream,
    error::FlightError,
    flight_service_server::FlightService,
    sql::{Command, DoPutPreparedStatementResult, ProstMessageExt, TicketStatementQuery},
};
use datafusion::{
    arrow::{datatypes::SchemaRef, ipc::writer::IpcWriteOptions},
    common::Result as EngineResult,
};
use futures::{StreamExt, TryStreamExt, future::ready, stream, stream::BoxStream};
use prost::{Message, bytes::Bytes};
use tonic::{Code, Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{
    action,
    bound::Bound,
    command,
    encode::{batch_messages, schema_message},
    handle::Handle,
    handshake,
    metadata::Metadata,
    parameters, read_only,
    runtime::QueryRuntime,
    statement,
    status::{refused, status},
};
use crate::{
    config::Limits,
    engine::{Engine, Session},
    security::Caller,
};

type Answer<T> = Result<Response<T>, Status>;
type AnswerStream<T> = BoxStream<'static, Result<T, Status>>;

/// The Flight SQL service of an engine.
#[derive(Debug)]
pub(super) struct Service {
    engine: Arc<Engine>,
    runtime: QueryRuntime,
    bound: Bound,
}

impl Service {
    pub(super) fn try_new(engine: Arc<Engine>, limits: &Limits) -> EngineResult<Self> {
        Ok(Self {
            engine,
            runtime: QueryRuntime::try_new(limits)?,
            bound: Bound::default(),
        })
    }

    pub(super) fn session(&self, caller: &Arc<Caller>) -> Session {
        self.engine.session_of(Arc::clone(caller))
    }

    pub(super) fn runtime(&self) -> &QueryRuntime {
        &self.runtime
    }

    pub(super) fn bound(&self) -> &Bound {
        &self.bound
    }

    /// The schema of what a descriptor asks for, and the ticket that fetches it; nothing runs.
    async fn describe(
        &self,
        caller: &Arc<Caller>,
        descriptor: &FlightDescriptor,
    ) -> Result<(SchemaRef, Bytes), Status> {
        let handle = match command::decode(&descriptor.cmd)? {
            Command::CommandStatementQuery(query) => {
                command::without_transaction(query.transaction_id.as_deref())?;
                Handle::new(query.query)
            }
            Command::CommandPreparedStatementQuery(query) => {
                let handle = Handle::decode_from(&query.prepared_statement_handle)?;
                self.bound.resolve(handle).with_new_id()
            }
            other => {
                let schema = Metadata::try_from(other)?.schema();
                return Ok((schema, descriptor.cmd.clone()));
            }
        };
        let schema = self.plan(caller, &handle).await?.schema;
        let statement_handle = handle.to_bytes();
        let ticket = TicketStatementQuery { statement_handle };
        Ok((schema, ticket.as_any().encode_to_vec().into()))
    }

    async fn plan(
        &self,
        caller: &Arc<Caller>,
        handle: &Handle,
    ) -> Result<statement::Query, Status> {
        let (session, handle) = (self.session(caller), handle.clone());
        let id = handle.id();
        let work = async move { statement::plan(session, &handle).await };
        self.runtime.run(id, work).await
    }

    async fn fetch(
        &self,
        caller: &Arc<Caller>,
        ticket: &Ticket,
    ) -> Result<AnswerStream<FlightData>, Status> {
        let handle = match command::decode(&ticket.ticket)? {
            Command::TicketStatementQuery(ticket) => Handle::decode_from(&ticket.statement_handle)?,
            Command::CommandPreparedStatementQuery(query) => self
                .bound
                .resolve(Handle::decode_from(&query.prepared_statement_handle)?),
            other => {
                let metadata = Metadata::try_from(other)?;
                return self.fetch_metadata(caller, metadata).await;
            }
        };
        let query = self.plan(caller, &handle).await?;
        Ok(self.runtime.stream(handle.id(), query).boxed())
    }

    async fn fetch_metadata(
        &self,
        caller: &Arc<Caller>,
        metadata: Metadata,
    ) -> Result<AnswerStream<FlightData>, Status> {
        let session = self.session(caller);
        let work = async move {
            let batch = metadata.rows(&session).await?;
            let mut messages = vec![schema_message(&batch.schema())];
            messages.extend(batch_messages(&batch)?);
            EngineResult::Ok(messages)
        };
        let work = async { work.await.map_err(|error| status(&error)) };
        let messages = self.runtime.run(Uuid::new_v4(), work).await?;
        Ok(stream::iter(messages.into_iter().map(Ok)).boxed())
    }

    async fn put(&self, mut data: Streaming<FlightData>) -> Result<PutResult, Status> {
        let missing = || refused(Code::InvalidArgument, "DoPut: expected a descriptor");
        let first = data.message().await?.ok_or_else(missing)?;
        let descriptor = first.flight_descriptor.as_ref().ok_or_else(missing)?;
        match command::decode(&descriptor.cmd)? {
            Command::CommandPreparedStatementQuery(query) => {
                let handle = Handle::decode_from(&query.prepared_statement_handle)?;
                let rest = data.map_err(|status| FlightError::Tonic(Box::new(status)));
                let data = stream::once(ready(Ok(first))).chain(rest);
                let batches = FlightRecordBatchStream::new_from_flight_data(data);
                let handle = handle.with_parameters(parameters::receive(batches).await?);
                self.bound.keep(&handle);
                let result = DoPutPreparedStatementResult {
                    prepared_statement_handle: Some(handle.to_bytes()),
                };
                Ok(PutResult {
                    app_metadata: result.encode_to_vec().into(),
                })
            }
            Command::CommandStatementUpdate(_) | Command::CommandPreparedStatementUpdate(_) => {
                Err(read_only::denied("an update"))
            }
            Command::CommandStatementIngest(_) => Err(read_only::denied("bulk ingest")),
            other => Err(command::unexpected("DoPut", &other)),
        }
    }
}

/// Whom login found; without it nothing is answered.
fn caller<T>(request: &Request<T>) -> Result<Arc<Caller>, Status> {
    let caller = request.extensions().get::<Arc<Caller>>();
    let caller = caller.ok_or_else(|| refused(Code::Unauthenticated, "log in first"))?;
    Ok(Arc::clone(caller))
}

fn unsupported<T>(rpc: &str) -> Answer<T> {
    let text = format!("{rpc} is not part of Flight SQL: use GetFlightInfo and DoGet");
    Err(refused(Code::Unimplemented, text))
}

fn arrow_status(error: datafusion::arrow::error::ArrowError) -> Status {
    status(&error.into())
}

#[tonic::async_trait]
impl FlightService for Service {
    type HandshakeStream = AnswerStream<HandshakeResponse>;
    type ListFlightsStream = AnswerStream<FlightInfo>;
    type DoGetStream = AnswerStream<FlightData>;
    type DoPutStream = AnswerStream<PutResult>;
    type DoExchangeStream = AnswerStream<FlightData>;
    type DoActionStream = AnswerStream<arrow_flight::Result>;
    type ListActionsStream = AnswerStream<ActionType>;

    async fn handshake(
        &self,
        _: Request<Streaming<HandshakeRequest>>,
    ) -> Answer<Self::HandshakeStream> {
        Ok(handshake::response(|it| {
            stream::once(ready(Ok(it))).boxed()
        }))
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Answer<FlightInfo> {
        let caller = caller(&request)?;
        let descriptor = request.into_inner();
        let (schema, ticket) = self.describe(&caller, &descriptor).await?;
        // One endpoint without a location: some clients read only the first, others try to dial.
        let info = FlightInfo::new()
            .try_with_schema(&schema)
            .map_err(arrow_status)?
            .with_endpoint(FlightEndpoint::new().with_ticket(Ticket::new(ticket)))
            .with_descriptor(descriptor)
            .with_ordered(true);
        Ok(Response::new(info))
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Answer<SchemaResult> {
        let caller = caller(&request)?;
        let (schema, _) = self.describe(&caller, request.get_ref()).await?;
        let schema = SchemaAsIpc::new(&schema, &IpcWriteOptions::default()).try_into();
        Ok(Response::new(schema.map_err(arrow_status)?))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Answer<Self::DoGetStream> {
        let caller = caller(&request)?;
        Ok(Response::new(self.fetch(&caller, request.get_ref()).await?))
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Answer<Self::DoPutStream> {
        caller(&request)?;
        let result = self.put(request.into_inner()).await?;
        Ok(Response::new(stream::once(ready(Ok(result))).boxed()))
    }

    async fn do_action(&self, request: Request<Action>) -> Answer<Self::DoActionStream> {
        let caller = caller(&request)?;
        let result = action::run(self, &caller, request.into_inner()).await?;
        let result = result.map(|body| Ok(arrow_flight::Result { body }));
        Ok(Response::new(stream::iter(result).boxed()))
    }

    async fn list_actions(&self, request: Request<Empty>) -> Answer<Self::ListActionsStream> {
        caller(&request)?;
        Ok(Response::new(stream::iter(action::list().map(Ok)).boxed()))
    }

    async fn list_flights(&self, _: Request<Criteria>) -> Answer<Self::ListFlightsStream> {
        unsupported("ListFlights")
    }

    async fn poll_flight_info(&self, _: Request<FlightDescriptor>) -> Answer<PollInfo> {
        unsupported("PollFlightInfo")
    }

    async fn do_exchange(
        &self,
        _: Request<Streaming<FlightData>>,
    ) -> Answer<Self::DoExchangeStream> {
        unsupported("DoExchange")
    }
}
