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
use tokio::time::{Instant, timeout_at};
use tonic::{Code, Request, Response, Status, Streaming};
use tracing::Instrument;

use super::{
    action,
    admission::Admission,
    asker::Asker,
    bound::Bound,
    client_settings::Change,
    command,
    deadline::Deadline,
    encode::{batch_messages, schema_message},
    execution::Execution,
    handle::Handle,
    metadata::Metadata,
    metrics::Metrics,
    parameters, read_only,
    runtime::QueryRuntime,
    statement,
    status::{refused, status},
};
use crate::{
    config::Limits,
    engine::{Engine, Session, Stop},
    security::Caller,
    system::{State, Statement},
};

type Answer<T> = Result<Response<T>, Status>;
type AnswerStream<T> = BoxStream<'static, Result<T, Status>>;

/// The Flight SQL service of an engine.
#[derive(Debug)]
pub(super) struct Service {
    engine: Arc<Engine>,
    runtime: QueryRuntime,
    admission: Admission,
    limits: Limits,
    metrics: Arc<Metrics>,
    bound: Bound,
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
        })
    }

    pub(super) fn runtime(&self) -> &QueryRuntime {
        &self.runtime
    }

    pub(super) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    pub(super) fn is_administrator(&self, caller: &Caller) -> bool {
        self.engine.access(caller).is_administrator()
    }

    /// A session to look at, which runs nothing.
    pub(super) fn session(&self, asker: &Asker) -> Session {
        self.engine.session_of(Arc::clone(&asker.caller))
    }

    pub(super) fn bound(&self) -> &Bound {
        &self.bound
    }

    /// The schema of what a descriptor asks for, and the ticket that fetches it; nothing runs.
    async fn describe(
        &self,
        asker: &Asker,
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
        let handle = handle.with_settings(&asker.settings);
        let planned = handle.clone();
        let plan = async move |session| statement::plan(session, &planned).await;
        let query = self.look(asker, &handle, plan).await?;
        let statement_handle = handle.with_change(query.change).to_bytes();
        let schema = query.schema;
        let ticket = TicketStatementQuery { statement_handle };
        Ok((schema, ticket.as_any().encode_to_vec().into()))
    }

    /// Plans a statement that will not run now. It takes no place among the queries.
    pub(super) async fn look<T, F>(
        &self,
        asker: &Asker,
        handle: &Handle,
        plan: impl FnOnce(Session) -> F,
    ) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        let execution = self.begin(asker, handle)?;
        match self.plan(&execution, asker, plan).await {
            Ok(planned) => {
                execution.planned();
                Ok(planned)
            }
            Err(status) => Err(execution.fail(status)),
        }
    }

    /// # Errors
    /// `InvalidArgument` for a statement that is too long.
    fn begin(&self, asker: &Asker, handle: &Handle) -> Result<Execution, Status> {
        let (bytes, most) = (handle.sql.len(), self.limits.statement_bytes);
        if bytes > most {
            let text = format!(
                "expected a statement of at most {most} bytes (server.limits.statement_bytes), \
                 got {bytes}"
            );
            return Err(refused(Code::InvalidArgument, text));
        }
        let (work, user) = (self.engine.work(), &asker.caller.user);
        let running = self.runtime.running();
        work.hold(running.list(handle.id(), user, work.interrupt()));
        let statement = Statement {
            id: handle.id(),
            user: Arc::clone(user),
            text: handle.sql.clone(),
            peer: asker.peer.clone(),
        };
        Ok(Execution::begin(
            statement,
            !handle.parameters.is_empty(),
            work,
            Deadline::of(self.limits.statement_timeout, asker.timeout),
            (self.engine.activity(), &self.metrics),
        ))
    }

    async fn plan<T, F>(
        &self,
        execution: &Execution,
        asker: &Asker,
        plan: impl FnOnce(Session) -> F,
    ) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        execution.enters(State::Planning);
        let began = Instant::now();
        let caller = Arc::clone(&asker.caller);
        let work = plan(self.engine.session_for(caller, execution.work()));
        let work = self.runtime.plan(work).instrument(execution.span().clone());
        let planned = execution.step(work).await;
        self.metrics.planned(began.elapsed().as_secs_f64());
        planned
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
        let change = handle.change.clone();
        let execution = self.begin(asker, &handle)?;
        match self.start(&execution, asker, handle).await {
            Ok(query) => Ok((self.runtime.stream(execution, query).boxed(), change)),
            Err(status) => Err(execution.fail(status)),
        }
    }

    /// Waits for a place and plans the query that takes it.
    async fn start(
        &self,
        execution: &Execution,
        asker: &Asker,
        handle: Handle,
    ) -> Result<statement::Query, Status> {
        let place = self.admission.enter(&asker.caller.user);
        execution.work().hold(execution.step(place).await?);
        let plan = async move |session| statement::plan(session, &handle).await;
        let query = self.plan(execution, asker, plan).await?;
        execution.enters(State::Running);
        Ok(query)
    }

    async fn fetch_metadata(
        &self,
        asker: &Asker,
        metadata: Metadata,
    ) -> Result<AnswerStream<FlightData>, Status> {
        let work = self.engine.work();
        let session = self.engine.session_for(Arc::clone(&asker.caller), &work);
        let rows = async move {
            let batch = metadata.rows(&session).await?;
            let mut messages = vec![schema_message(&batch.schema())];
            messages.extend(batch_messages(&batch)?);
            EngineResult::Ok(messages)
        };
        let rows = async { rows.await.map_err(|error| status(&error)) };
        let deadline = Deadline::of(self.limits.statement_timeout, asker.timeout);
        let messages = timeout_at(deadline.at, self.runtime.plan(rows)).await;
        work.interrupt().stop(Stop::Abandoned);
        let messages = messages.unwrap_or_else(|_| Err(deadline.exceeded()))?;
        Ok(stream::iter(messages.into_iter().map(Ok)).boxed())
    }

    fn asker<T>(&self, request: &Request<T>) -> Result<Asker, Status> {
        let asker = Asker::of(request)?;
        let activity = self.engine.activity();
        activity.seen(&asker.caller.user, &asker.peer);
        Ok(asker)
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
        let (schema, ticket) = self.describe(&asker, &descriptor).await?;
        // One endpoint without a location: some clients read only the first, others try to dial.
        let info = FlightInfo::new()
            .try_with_schema(&schema)
            .map_err(arrow_status)?
            .with_endpoint(FlightEndpoint::new().with_ticket(Ticket::new(ticket)))
            .with_descriptor(descriptor)
            .with_ordered(true);
        let mut response = Response::new(info);
        asker.settings.keep_in(&mut response)?;
        Ok(response)
    }

    async fn get_schema(&self, request: Request<FlightDescriptor>) -> Answer<SchemaResult> {
        let asker = self.asker(&request)?;
        let (schema, _) = self.describe(&asker, request.get_ref()).await?;
        let schema = SchemaAsIpc::new(&schema, &IpcWriteOptions::default()).try_into();
        Ok(Response::new(schema.map_err(arrow_status)?))
    }

    async fn do_get(&self, request: Request<Ticket>) -> Answer<Self::DoGetStream> {
        let asker = self.asker(&request)?;
        let (rows, change) = self.fetch(&asker, request.get_ref()).await?;
        let mut response = Response::new(rows);
        if let Some(change) = change {
            let mut settings = asker.settings;
            settings.change(change);
            settings.keep_in(&mut response)?;
        }
        Ok(response)
    }

    async fn do_put(&self, request: Request<Streaming<FlightData>>) -> Answer<Self::DoPutStream> {
        self.asker(&request)?;
        let result = self.put(request.into_inner()).await?;
        Ok(Response::new(stream::once(ready(Ok(result))).boxed()))
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
