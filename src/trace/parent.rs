//! The span of a client that a statement is part of.

use opentelemetry::{
    Context,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt},
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::metadata::{KeyRef, MetadataMap};

use super::collector::Collector;

/// What the headers `traceparent` and `tracestate` say.
#[derive(Debug)]
pub struct Parent(pub(super) SpanContext);

impl Parent {
    /// `None` without these headers, or with malformed ones, or when nothing is traced.
    pub fn of(metadata: &MetadataMap) -> Option<Self> {
        Collector::get()?;
        read(metadata).map(Self)
    }
}

fn read(metadata: &MetadataMap) -> Option<SpanContext> {
    let propagator = TraceContextPropagator::new();
    let context = propagator.extract_with_context(&Context::new(), &Headers(metadata));
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

struct Headers<'a>(&'a MetadataMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        let names = self.0.keys().filter_map(|key| match key {
            KeyRef::Ascii(name) => Some(name.as_str()),
            KeyRef::Binary(_) => None,
        });
        names.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_headers_are_as_good_as_none() {
        let parent = |header: &str| {
            let mut metadata = MetadataMap::new();
            metadata.insert("traceparent", header.parse().unwrap());
            metadata.insert("tracestate", "vendor=1".parse().unwrap());
            read(&metadata)
        };
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let found = parent(&format!("00-{trace}-{span}-01")).unwrap();
        assert_eq!(found.trace_id().to_string(), trace);
        assert_eq!(found.span_id().to_string(), span);
        assert_eq!(found.trace_state().get("vendor"), Some("1"));
        assert!(found.is_sampled() && found.is_remote());
        assert!(
            !parent(&format!("00-{trace}-{span}-00"))
                .unwrap()
                .is_sampled()
        );

        let zeros = "0".repeat(32);
        for wrong in [
            String::new(),
            "00".to_owned(),
            format!("00-{zeros}-{span}-01"),
            format!("00-{trace}-é-01"),
        ] {
            let found = parent(&wrong);
            assert!(found.is_none(), "{wrong}");
        }
        assert!(read(&MetadataMap::new()).is_none());
    }
}
