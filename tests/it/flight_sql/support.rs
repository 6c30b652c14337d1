//! A server over the small warehouse, and a client of it.

use std::time::Duration;

use arrow_flight::{
    Action, FlightData, FlightDescriptor, FlightInfo, IpcMessage,
    decode::FlightRecordBatchStream,
    encode::FlightDataEncoderBuilder,
    flight_service_client::FlightServiceClient,
    sql::{
        ActionCreatePreparedStatementRequest, ActionCreatePreparedStatementResult, Any,
        CommandPreparedStatementQuery, CommandStatementQuery, CommandStatementUpdate,
        DoPutPreparedStatementResult, DoPutUpdateResult, ProstMessageExt,
    },
};
use datafusion::arrow::{
    array::{ArrayRef, AsArray, RecordBatch},
    datatypes::Schema,
    util::display::{ArrayFormatter, FormatOptions},
};
use futures::{StreamExt, TryStreamExt, stream};
use prost::{Message, bytes::Bytes};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tributary::{
    config::{Config, Role},
    flight_sql::{Running, Server},
};

use super::small_warehouse::engine_with;

/// Lets who has no login read everything, and make views of these names.
pub(crate) fn anonymous_writes(config: &mut Config, write: &[&str]) {
    anonymous_reads_and_writes(config, &["*"], write);
}

pub(crate) fn anonymous_reads_and_writes(config: &mut Config, read: &[&str], write: &[&str]) {
    let names = |patterns: &[&str]| patterns.iter().map(ToString::to_string).collect();
    let anonymous = Role {
        read: names(read),
        write: names(write),
        ..Role::default()
    };
    let roles = &mut config.security.roles;
    roles.insert("anonymous".to_owned(), anonymous);
}

/// A server on a free port; it ends with the test.
pub(crate) struct Served {
    pub(crate) url: String,
    pub(crate) running: Running,
    pub(crate) server: JoinHandle<datafusion::common::Result<()>>,
    stop: Option<oneshot::Sender<()>>,
    _root: TempDir,
}

impl Served {
    pub(crate) async fn start() -> Self {
        Self::start_with_grace(Duration::from_secs(10)).await
    }

    pub(crate) async fn start_with_grace(grace: Duration) -> Self {
        let mut config = Config::default();
        config.server.drain = grace;
        Self::start_with(config).await
    }

    pub(crate) async fn start_with(config: Config) -> Self {
        let root = TempDir::new().unwrap();
        let engine = engine_with(root.path(), config.clone()).await;
        let server = Server::try_new(engine, &config).unwrap();
        let running = server.running();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("grpc://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serving = server.serve(listener, async {
            let _ = stopped.await;
        });
        let server = tokio::spawn(serving);
        Self {
            url,
            running,
            server,
            stop: Some(stop),
            _root: root,
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn client(&self) -> Client {
        let address = self.url.replace("grpc://", "http://");
        let channel = Endpoint::from_shared(address)
            .unwrap()
            .connect()
            .await
            .unwrap();
        Client(FlightServiceClient::new(channel))
    }

    /// Waits until no query runs, or fails.
    pub(crate) async fn is_idle(&self) {
        for _ in 0..100 {
            if self.running.count() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "{} queries still run after two seconds",
            self.running.count()
        );
    }
}

/// What a client of the raw protocol does.
#[derive(Clone)]
pub(crate) struct Client(pub(crate) FlightServiceClient<Channel>);

/// A result with the schemas that came with it.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// Of GetFlightInfo.
    pub(crate) announced: Schema,
    /// Of the first message of DoGet.
    pub(crate) streamed: Schema,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Fetched {
    /// The rows as text, `NULL` included.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        self.batches.iter().flat_map(rows).collect()
    }
}

pub(crate) fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
        .collect();
    (0..batch.num_rows())
        .map(|row| columns.iter().map(|it| it.value(row).to_string()).collect())
        .collect()
}

pub(crate) fn statement(sql: &str) -> CommandStatementQuery {
    CommandStatementQuery {
        query: sql.to_owned(),
        transaction_id: None,
    }
}

/// The rows of a result as text.
pub(crate) async fn read(messages: tonic::Streaming<FlightData>) -> Vec<Vec<String>> {
    let messages = messages.try_collect().await.unwrap();
    decode(messages).await.iter().flat_map(rows).collect()
}

async fn decode(messages: Vec<FlightData>) -> Vec<RecordBatch> {
    let messages = stream::iter(messages.into_iter().map(Ok));
    let batches = FlightRecordBatchStream::new_from_flight_data(messages);
    batches.try_collect().await.unwrap()
}

impl Client {
    pub(crate) async fn info(&self, command: impl ProstMessageExt) -> Result<FlightInfo, Status> {
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let info = self
            .0
            .clone()
            .get_flight_info(descriptor)
            .await?
            .into_inner();
        assert_eq!(
            info.endpoint.len(),
            1,
            "some clients read only the first endpoint"
        );
        assert!(
            info.endpoint[0].location.is_empty(),
            "some clients dial locations"
        );
        Ok(info)
    }

    pub(crate) async fn messages(
        &self,
        info: &FlightInfo,
    ) -> Result<tonic::Streaming<FlightData>, Status> {
        let ticket = info.endpoint[0].ticket.clone().unwrap();
        Ok(self.0.clone().do_get(ticket).await?.into_inner())
    }

    pub(crate) async fn fetch(&self, command: impl ProstMessageExt) -> Result<Fetched, Status> {
        let info = self.info(command).await?;
        let announced = info.clone().try_decode_schema().unwrap();
        let messages: Vec<FlightData> = self.messages(&info).await?.try_collect().await?;
        let streamed = Schema::try_from(&messages[0]).unwrap();
        Ok(Fetched {
            announced,
            streamed,
            batches: decode(messages).await,
        })
    }

    pub(crate) async fn query(&self, sql: &str) -> Result<Fetched, Status> {
        self.fetch(statement(sql)).await
    }

    /// Runs a statement as an update, and gives the number of rows that it says it changed.
    pub(crate) async fn update(&self, sql: &str) -> Result<i64, Status> {
        self.put_update(CommandStatementUpdate {
            query: sql.to_owned(),
            transaction_id: None,
        })
        .await
    }

    pub(crate) async fn put_update(&self, command: impl ProstMessageExt) -> Result<i64, Status> {
        let descriptor = FlightDescriptor::new_cmd(command.as_any().encode_to_vec());
        let data = FlightData::new().with_descriptor(descriptor);
        let results = self.0.clone().do_put(stream::iter([data])).await?;
        let result = results.into_inner().message().await?.unwrap();
        let result = DoPutUpdateResult::decode(result.app_metadata).unwrap();
        Ok(result.record_count)
    }

    pub(crate) async fn action(&self, name: &str, body: Vec<u8>) -> Result<Option<Bytes>, Status> {
        let action = Action::new(name, body);
        let mut results = self.0.clone().do_action(action).await?.into_inner();
        Ok(results.message().await?.map(|result| result.body))
    }

    pub(crate) async fn prepare(&self, sql: &str) -> Result<Prepared, Status> {
        let request = ActionCreatePreparedStatementRequest {
            query: sql.to_owned(),
            transaction_id: None,
        };
        let body = request.as_any().encode_to_vec();
        let result = self.action("CreatePreparedStatement", body).await?.unwrap();
        let any = Any::decode(result).unwrap();
        let result: ActionCreatePreparedStatementResult = any.unpack().unwrap().unwrap();
        let schema = |bytes| Schema::try_from(IpcMessage(bytes)).unwrap();
        Ok(Prepared {
            handle: result.prepared_statement_handle,
            schema: schema(result.dataset_schema),
            parameters: schema(result.parameter_schema),
        })
    }

    /// Binds parameters and gives the handle that came back.
    pub(crate) async fn bind(&self, handle: &Bytes, row: RecordBatch) -> Result<Bytes, Status> {
        let descriptor = FlightDescriptor::new_cmd(prepared(handle).as_any().encode_to_vec());
        let data = FlightDataEncoderBuilder::new()
            .with_flight_descriptor(Some(descriptor))
            .with_schema(row.schema())
            .build(stream::iter([Ok(row)]));
        let data: Vec<FlightData> = data.try_collect().await.unwrap();
        let mut results = self
            .0
            .clone()
            .do_put(stream::iter(data))
            .await?
            .into_inner();
        let result = results.message().await?.unwrap();
        let result = DoPutPreparedStatementResult::decode(result.app_metadata).unwrap();
        Ok(result.prepared_statement_handle.unwrap())
    }
}

/// What came back from preparing a statement.
pub(crate) struct Prepared {
    pub(crate) handle: Bytes,
    pub(crate) schema: Schema,
    pub(crate) parameters: Schema,
}

pub(crate) fn prepared(handle: &Bytes) -> CommandPreparedStatementQuery {
    CommandPreparedStatementQuery {
        prepared_statement_handle: handle.clone(),
    }
}

/// A row of parameters, named as ADBC names them.
pub(crate) fn parameters(values: Vec<ArrayRef>) -> RecordBatch {
    let names = (0..values.len()).map(|position| position.to_string());
    RecordBatch::try_from_iter(names.zip(values)).unwrap()
}

pub(crate) fn texts(batch: &RecordBatch, column: usize) -> Vec<String> {
    let column = batch.column(column).as_string::<i32>();
    column
        .iter()
        .map(|text| text.unwrap_or("NULL").to_owned())
        .collect()
}

pub(crate) async fn next_message(
    messages: &mut tonic::Streaming<FlightData>,
) -> Option<Result<FlightData, Status>> {
    let next = tokio::time::timeout(Duration::from_secs(10), messages.next());
    next.await.expect("a message within ten seconds")
}
