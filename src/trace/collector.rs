//! Sending spans to the collector, and which statements have some.
//!
//! Spans wait in a queue of bounded length for a thread of their own; when it is full, the newest
//! are dropped. So no statement waits for a collector, whatever state that is in.

use std::{
    fmt,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use datafusion::common::{DataFusionError, Result, runtime::SpawnedTask};
use opentelemetry::{
    Context, InstrumentationScope, Key, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId},
};
use opentelemetry_otlp::{WithExportConfig, WithTonicConfig};
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    resource::{EnvResourceDetector, ResourceDetector, SdkProvidedResourceDetector},
    trace::{
        BatchSpanProcessor, Config, IdGenerator, RandomIdGenerator, Sampler, SamplingDecision,
        ShouldSample, SpanData, SpanExporter, SpanProcessor,
    },
};
use tonic::{metadata::MetadataMap, transport::ClientTlsConfig};
use uuid::Uuid;

use crate::config::Tracing;

const NAME: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What the collector gets at the end to take the last spans.
const FAREWELL: Duration = Duration::from_secs(3);

static COLLECTOR: OnceLock<Collector> = OnceLock::new();

/// Where the spans of this process go.
pub(super) struct Collector {
    processor: BatchSpanProcessor,
    sampler: Box<dyn ShouldSample>,
    pub(super) scope: InstrumentationScope,
    /// Whether texts of statements and errors go there, too.
    pub(super) takes_texts: bool,
}

/// Traces statements from now on, if there is a collector.
///
/// # Errors
/// A configuration error for a collector that cannot be one; whether there is one shows later.
pub fn start(tracing: &Tracing) -> Result<Option<Sending>> {
    let Some(endpoint) = tracing.endpoint() else {
        return Ok(None);
    };
    let mut processor = BatchSpanProcessor::builder(exporter(endpoint, tracing)?).build();
    processor.set_resource(&resource());
    let collector = Collector {
        processor,
        sampler: sampler(tracing.sample_ratio),
        scope: InstrumentationScope::builder(NAME)
            .with_version(VERSION)
            .build(),
        takes_texts: tracing.statements,
    };
    // Whoever starts twice keeps the first.
    let _ = COLLECTOR.set(collector);
    Ok(Some(Sending(())))
}

/// What [`start`] began.
#[derive(Debug)]
pub struct Sending(());

impl Sending {
    /// Sends what is left, if the collector takes it in time.
    pub async fn end(self) {
        let last = SpawnedTask::spawn_blocking(|| {
            let collector = COLLECTOR.get()?;
            Some(collector.processor.shutdown_with_timeout(FAREWELL))
        });
        if let Ok(Some(Err(OTelSdkError::Timeout(patience)))) = last.await {
            tracing::warn!(
                ?patience,
                "the last spans are lost: the collector did not take them"
            );
        }
    }
}

impl Collector {
    pub(super) fn get() -> Option<&'static Self> {
        COLLECTOR.get()
    }

    /// The span of a statement, if the statement is to be traced.
    ///
    /// The id of a trace that no client began is that of the query: what describes a statement and
    /// what runs it are one trace, and the id in an error finds it.
    pub(super) fn sample(&self, query: Uuid, parent: Option<&SpanContext>) -> Option<SpanContext> {
        let trace_id = match parent {
            Some(parent) => parent.trace_id(),
            // It came from a client.
            None if query.is_nil() => RandomIdGenerator::default().new_trace_id(),
            None => TraceId::from(query.as_u128()),
        };
        let drawn = match parent {
            Some(_) => trace_id,
            None => drawn(trace_id),
        };
        let context = parent.map(|it| Context::new().with_remote_span_context(it.clone()));
        let (context, kind) = (context.as_ref(), &SpanKind::Server);
        let sampler = &self.sampler;
        let sampled = sampler.should_sample(context, drawn, super::statement::NAME, kind, &[], &[]);
        if sampled.decision != SamplingDecision::RecordAndSample {
            return None;
        }
        Some(span(trace_id, sampled.trace_state))
    }

    pub(super) fn send(&self, span: SpanData) {
        self.processor.on_end(span);
    }
}

/// A span of a trace.
pub(super) fn span(trace: TraceId, state: opentelemetry::trace::TraceState) -> SpanContext {
    SpanContext::new(trace, new_span_id(), TraceFlags::SAMPLED, false, state)
}

fn new_span_id() -> SpanId {
    RandomIdGenerator::default().new_span_id()
}

/// What samplers look at are the last 64 bits, which in a UUID begin with two that are the same in
/// all.
fn drawn(trace: TraceId) -> TraceId {
    TraceId::from(u128::from_be_bytes(trace.to_bytes()).rotate_left(64))
}

/// What a client decided holds; else the ratio, or what the variables of OpenTelemetry say.
fn sampler(ratio: Option<f64>) -> Box<dyn ShouldSample> {
    match ratio {
        Some(ratio) => {
            let ratio = Box::new(Sampler::TraceIdRatioBased(ratio));
            Box::new(Sampler::ParentBased(ratio))
        }
        None => Config::default().sampler,
    }
}

/// What the spans are of; the variables of OpenTelemetry can name it otherwise.
fn resource() -> Resource {
    const SERVICE: Key = Key::from_static_str("service.name");
    let own = [
        KeyValue::new(SERVICE, NAME),
        KeyValue::new("service.version", VERSION),
        KeyValue::new("service.instance.id", Uuid::new_v4().to_string()),
    ];
    let resource = Resource::builder_empty()
        .with_attributes(own)
        .with_detector(Box::new(EnvResourceDetector::new()));
    let named = SdkProvidedResourceDetector.detect().get(&SERVICE);
    match named.filter(|name| !name.as_str().starts_with("unknown_service")) {
        Some(name) => resource.with_attribute(KeyValue::new(SERVICE, name)),
        None => resource,
    }
    .build()
}

fn exporter(endpoint: String, tracing: &Tracing) -> Result<Watched> {
    let headers = tracing.header_map().map_err(|name| {
        let text = format!("server.tracing.headers: expected an HTTP header, got {name}");
        DataFusionError::Configuration(text)
    })?;
    let mut builder = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(&endpoint)
        .with_metadata(MetadataMap::from_headers(headers));
    if !endpoint.starts_with("http://") {
        builder = builder.with_tls_config(ClientTlsConfig::new().with_native_roots());
    }
    let exporter = builder.build().map_err(|error| {
        let text = format!("expected the URL of a collector, got {endpoint}: {error}");
        DataFusionError::Configuration(text)
    })?;
    Ok(Watched {
        exporter,
        endpoint,
        is_failing: AtomicBool::new(false),
    })
}

/// Says when the collector goes away and when it is back, and not for every batch.
struct Watched {
    exporter: opentelemetry_otlp::SpanExporter,
    endpoint: String,
    is_failing: AtomicBool,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let result = self.exporter.export(batch).await;
        let endpoint = &self.endpoint;
        let was_failing = self.is_failing.swap(result.is_err(), Ordering::Relaxed);
        match &result {
            Err(error) if !was_failing => {
                tracing::warn!(endpoint, %error, "spans are lost until the collector takes them");
            }
            Ok(()) if was_failing => tracing::info!(endpoint, "the collector takes spans again"),
            _ => {}
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenth of UUIDs, which all have the same bits where samplers look first.
    #[test]
    fn a_share_of_the_queries_is_sampled() {
        let sampler = sampler(Some(0.1));
        let sampled = (0..10_000).filter(|_| {
            let trace = TraceId::from(Uuid::new_v4().as_u128());
            let result = sampler.should_sample(None, drawn(trace), "", &SpanKind::Server, &[], &[]);
            result.decision == SamplingDecision::RecordAndSample
        });
        // Six standard deviations of 30.
        let count = sampled.count();
        assert!((820..=1180).contains(&count), "{count} of 10000");
    }
}
