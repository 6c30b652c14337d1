//! The RPCs: each decodes its request, asks a neighbour, and wraps the answer.

use std::sync::Arc;

use arrow_flight::{
    Action, ActionType, Criteria, Empty, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo,
    HandshakeRequest, HandshakeResponse, PollInfo, PutResult, SchemaAsIpc, SchemaResult, Ticket,
    flight_service_server::FlightService,
    sql::{Command, ProstMessageExt, TicketStatementQuery},
};
use datafusion::{
    arrow::{
        datatypes::{Schema, SchemaRef},
        ipc::writer::IpcWriteOptions,
    },
    common::Result as EngineResult,
};
use futures::{StreamExt, future::ready, stream, stream::BoxStream};
use prost::{Message, bytes::Bytes};
use tokio::time::timeout_at;
use tonic::{Code, Request, Response, Status, Streaming};

use super::{
    action,
    admission::Admission,
    announced::Announced,
    asker::Asker,
    bound::Bound,
    client_settings::Change,
    command,
    deadline::Deadline,
    encode::{Encoder, schema_message},
    handle::Handle,
    metadata::Metadata,
    metrics::Metrics,
    put,
    runtime::QueryRuntime,
    statement::{self, Query},
    status::{refused, status},
};
use crate::{
    config::Limits,
    engine::{Engine, Session},
    security::Caller,
};

type Answer<T> = Result<Response<T>, Status>;
type AnswerStream<T> = BoxStream<'static, Result<T, Status>>;

const NOT_FETCHED: &str = "a statement that changes views or rows takes effect with GetFlightInfo or as an \
    update (DoPut), not with DoGet";

/// What a descriptor asks for.
struct Described {
    schema: SchemaRef,
    ticket: Bytes,
    /// The statement, if it is one, as it was planned, and the handle of its ticket.
    statement: Option<(Handle, Query)>,
}

/// The Flight SQL service of an engine.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) engine: Arc<Engine>,
    pub(super) runtime: QueryRuntime,
    pub(super) admission: Admission,
    pub(super) limits: Limits,
    pub(super) metrics: Arc<Metrics>,
    pub(super) bound: Bound,
    announced: Announced,
}

impl Service {
    pub(super) fn try_new(engine: Arc<Engine>, limits: &Limits) -> EngineResult<Self> {
        let admission = Admission::new(limits);
        let metrics = Metrics::new(Arc::clone(&engine), admission.clone());
        Ok(Self {
            engine,
            runtime: QueryRuntime::try_new(limits)?,
            admission,
            limits: limits.clone(),
            metrics: Arc::new(metrics),
            bound: Bound::default(),
            announced: Announced::default(),
        })
    }

    pub(super) fn is_administrator(&self, caller: &Caller) -> bool {
        self.engine.access(caller).is_administrator()
    }

    /// A session to look at, which runs nothing.
    pub(super) fn session(&self, asker: &Asker) -> Session {
        self.engine.session_of(Arc::clone(&asker.caller))
    }

    /// What a descriptor asks for; nothing runs.
    async fn describe(
        &self,
        asker: &Asker,
        descriptor: &FlightDescriptor,
    ) -> Result<Described, Status> {
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
                return Ok(Described {
                    schema,
                    ticket: descriptor.cmd.clone(),
                    statement: None,
                });
            }
        };
        let handle = handle.with_settings(&asker.settings);
        let planned = handle.clone();
        let plan = async move |session| statement::plan(session, &planned).await;
        let query = self.look(asker, &handle, plan).await?;
        let handle = match query.has_effect() {
            true => handle.done(),
            false => handle.with_change(query.change.clone()),
        };
        let ticket = TicketStatementQuery {
            statement_handle: handle.to_bytes(),
        };
        Ok(Described {
            schema: Arc::clone(&query.schema),
            ticket: ticket.as_any().encode_to_vec().into(),
            statement: Some((handle, query)),
        })
    }

    /// The rows of a ticket, and what its statement sets for the client.
    async fn fetch(
        &self,
        asker: &Asker,
        ticket: &Ticket,
    ) -> Result<(AnswerStream<FlightData>, Option<Change>), Status> {
        let handle = match command::decode(&ticket.ticket)? {
            Command::TicketStatementQuery(ticket) => Handle::decode_from(&ticket.statement_handle)?,
            Command::CommandPreparedStatementQuery(query) => self
                .bound
                .resolve(Handle::decode_from(&query.prepared_statement_handle)?),
            other => {
                let metadata = Metadata::try_from(other)?;
                return Ok((self.fetch_metadata(asker, metadata).await?, None));
            }
        };
        if handle.is_done {
            let nothing = Ok(schema_message(&Schema::empty()));
            return Ok((stream::once(ready(nothing)).boxed(), None));
        }
        let change = handle.change.clone();
        let announced = self.announced.take(&handle, &asker.caller);
        let execution = self.begin(asker, &handle)?;
        match self.start(&execution, asker, handle, announced).await {
            // A ticket may be redeemed again, which must not repeat a change.
            Ok(query) if query.has_effect() => {
                Err(execution.fail(refused(Code::FailedPrecondition, NOT_FETCHED)))
            }
            Ok(query) => {
                let rows = self.runtime.stream(execution, query, asker.ipc.clone());
                Ok((rows.boxed(), change))
            }
            Err(status) => Err(execution.fail(status)),
        }
    }

    async fn fetch_metadata(
        &self,
        asker: &Asker,
        metadata: Metadata,
    ) -> Result<AnswerStream<FlightData>, Status> {
        let session = self.session(asker);
        let options = asker.ipc.clone();
        let rows = async move {
            let batch = metadata.rows(&session).await?;
            let mut messages = vec![schema_message(&batch.schema())];
            messages.extend(Encoder::new(options).messages(&batch)?);
            EngineResult::Ok(messages)
        };
        let rows = async { rows.await.map_err(|error| status(&error)) };
        let deadline = Deadline::of(self.limits.statement_timeout, asker.timeout);
        let messages = timeout_at(deadline.at, self.runtime.plan(rows)).await;
        let messages = messages.unwrap_or_else(|_| Err(deadline.exceeded()))?;
        Ok(stream::iter(messages.into_iter().map(Ok)).boxed())
    }

    fn asker<T>(&self, request: &Request<T>) -> Result<Asker, Status> {
        let asker = Asker::of(request)?;
        let activity = self.engine.activity();
        activity.seen(&asker.caller.user, &asker.peer);
        Ok(asker)
    }
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
        let text = "the layer around this service answers the handshake";
        Err(refused(Code::Unimplemented, text))
    }

    async fn get_flight_info(&self, request: Request<FlightDescriptor>) -> Answer<FlightInfo> {
        let asker = self.asker(&request)?;
        let descriptor = request.into_inner();
        let described = self.describe(&asker, &descriptor).await?;
        match described.statement {
            // By the protocol it runs here; some drivers never fetch a result without columns.
            Some((handle, query)) if query.has_effect() => {
                self.update(&asker, handle, Some(query)).await?;
            }
            Some((handle, query)) => self.announced.keep(handle, &asker.caller, query),
            None => {}
        }
        // One endpoint without a location: some clients read only the first, others try to dial.
        let info = FlightInfo::new()
            .try_with_schema(&described.schema)
            .map_err(arrow_status)?
            .with_endpoint(FlightEndpoint::new().with_ticket(Ticket::new(described.ticket)))
            .with_descriptor(descriptor)
            .with_ordered(true);
        let mut response = Response::new(info);
        asker.settings.keep_in(&mut response)?;
        Ok(response)
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Answer<SchemaResult> {
        let asker = self.asker(&request)?;
        let described = self.describe(&asker, request.get_ref()).await?;
        let schema = SchemaAsIpc::new(&described.schema, &IpcWriteOptions::default()).try_into();
        Ok(Response::new(schema.map_err(arrow_status)?))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Answer<Self::DoGetStream> {
        let asker = self.asker(&request)?;
        let (rows, change) = self.fetch(&asker, request.get_ref()).await?;
        let mut response = Response::new(rows);
        asker.tell(change, &mut response)?;
        Ok(response)
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Answer<Self::DoPutStream> {
        let asker = self.asker(&request)?;
        let (result, change) = put::run(self, &asker, request.into_inner()).await?;
        let mut response = Response::new(stream::once(ready(Ok(result))).boxed());
        asker.tell(change, &mut response)?;
        Ok(response)
    }

    async fn do_action(&self, request: Request<Action>) -> Answer<Self::DoActionStream> {
        let asker = self.asker(&request)?;
        let mut settings = asker.settings.clone();
        let result = action::run(self, &asker, &mut settings, request.into_inner()).await?;
        let result = result.map(|body| Ok(arrow_flight::Result { body }));
        let mut response = Response::new(stream::iter(result).boxed());
        settings.keep_in(&mut response)?;
        Ok(response)
    }

    async fn list_actions(&self, request: Request<Empty>) -> Answer<Self::ListActionsStream> {
        self.asker(&request)?;
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
