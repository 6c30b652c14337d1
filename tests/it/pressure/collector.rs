//! An OpenTelemetry collector, and the spans that it was sent.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::{KeyValue, any_value::Value},
    trace::v1::span::SpanKind,
};
use prost::Message;
use rustls::crypto::aws_lc_rs;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{
    Request, Response, Status,
    metadata::MetadataMap,
    transport::{Identity, Server, ServerTlsConfig, server::TcpIncoming},
};

const LOCAL: &str = "127.0.0.1:0";

/// A collector on a port of this machine; it ends with the test.
pub(crate) struct Collector {
    pub(crate) address: SocketAddr,
    taken: Taken,
    server: JoinHandle<Result<(), tonic::transport::Error>>,
    stop: oneshot::Sender<()>,
}

#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Vec<(MetadataMap, ExportTraceServiceRequest)>>>);

#[tonic::async_trait]
impl TraceService for Taken {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let (metadata, _, request) = request.into_parts();
        self.0.lock().unwrap().push((metadata, request));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    pub(crate) async fn start() -> Self {
        Self::start_on(LOCAL.parse().unwrap()).await
    }

    pub(crate) async fn start_on(address: SocketAddr) -> Self {
        Self::serve(address, Server::builder()).await
    }

    pub(crate) async fn start_with_tls(identity: Identity) -> Self {
        // Two are compiled in, and tonic asks for one; whoever came first chose the same.
        let _ = aws_lc_rs::default_provider().install_default();
        let tls = ServerTlsConfig::new().identity(identity);
        let server = Server::builder().tls_config(tls).unwrap();
        Self::serve(LOCAL.parse().unwrap(), server).await
    }

    async fn serve(address: SocketAddr, mut server: Server) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Taken::default();
        let (stop, stopped) = oneshot::channel();
        let serving = server
            .add_service(TraceServiceServer::new(taken.clone()))
            .serve_with_incoming_shutdown(TcpIncoming::from(listener), async {
                let _ = stopped.await;
            });
        Self {
            address,
            taken,
            server: tokio::spawn(serving),
            stop,
        }
    }

    /// Ends it, connections included.
    pub(crate) async fn end(self) {
        drop(self.stop);
        self.server.await.unwrap().unwrap();
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans, once there are some for which this holds; fails after ten seconds.
    pub(crate) async fn wait(&self, until: impl Fn(&[Span]) -> bool) -> Vec<Span> {
        let began = Instant::now();
        loop {
            let spans = self.spans();
            if until(&spans) {
                return spans;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{spans:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What came so far, by the beginning.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let taken = self.taken.0.lock().unwrap();
        let requests = taken.iter().map(|(_, request)| request.clone());
        let mut spans: Vec<_> = requests.flat_map(spans).collect();
        spans.sort_by_key(|span| (span.began, span.ended));
        spans
    }

    /// A header of each request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let taken = self.taken.0.lock().unwrap();
        let headers = taken.iter().map(|(metadata, _)| metadata.get(name));
        headers
            .map(|it| it.map_or(String::new(), |it| it.to_str().unwrap().to_owned()))
            .collect()
    }

    /// All that was ever sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let taken = self.taken.0.lock().unwrap();
        taken
            .iter()
            .flat_map(|(_, it)| it.encode_to_vec())
            .collect()
    }
}

/// A span as it was sent; ids in hexadecimal digits.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) state: String,
    pub(crate) id: String,
    /// Empty for none.
    pub(crate) parent: String,
    pub(crate) is_of_server: bool,
    pub(crate) began: u64,
    pub(crate) ended: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    /// Of an error.
    pub(crate) error: Option<String>,
    pub(crate) resource: BTreeMap<String, String>,
}

impl Span {
    /// The text of an attribute; empty for none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}

fn spans(request: ExportTraceServiceRequest) -> Vec<Span> {
    let mut spans = Vec::new();
    for of_resource in request.resource_spans {
        let resource = attributes(of_resource.resource.unwrap().attributes);
        for of_scope in of_resource.scope_spans {
            assert_eq!(of_scope.scope.unwrap().name, "tributary");
            spans.extend(of_scope.spans.into_iter().map(|span| {
                Span {
                    name: span.name,
                    trace: hex(&span.trace_id),
                    state: span.trace_state,
                    id: hex(&span.span_id),
                    parent: hex(&span.parent_span_id),
                    is_of_server: span.kind == SpanKind::Server as i32,
                    began: span.start_time_unix_nano,
                    ended: span.end_time_unix_nano,
                    attributes: attributes(span.attributes),
                    error: span
                        .status
                        .filter(|status| status.code == 2)
                        .map(|status| status.message),
                    resource: resource.clone(),
                }
            }));
        }
    }
    spans
}

fn attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = attributes.into_iter();
    pairs
        .map(|it| (it.key, text(it.value.unwrap().value.unwrap())))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
