//! `[server.tracing]`: which collector is sent the traces of statements, and what they tell.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue};

use super::secret::Secret;

/// Variables that all programs with OpenTelemetry know; the first that is set counts.
const ENDPOINTS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];
const PROTOCOLS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const DISABLED: &str = "OTEL_SDK_DISABLED";

#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tracing {
    /// URL of the OpenTelemetry collector, which takes OTLP over gRPC; absent: the one of
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`, or none.
    #[schemars(example = &"http://127.0.0.1:4317")]
    pub otlp_endpoint: Option<String>,
    /// Headers that the collector asks for, such as one with a key.
    #[schemars(extend("examples" = [{ "x-api-key": "a-key-of-the-collector" }]))]
    pub headers: BTreeMap<String, Secret>,
    /// Share of the statements that is traced, from 0 to 1, unless their client decides; absent:
    /// what `OTEL_TRACES_SAMPLER` says, or all.
    #[schemars(example = 0.1)]
    pub sample_ratio: Option<f64>,
    /// Tell the SQL text and the text of errors, too; never those of a statement with parameters.
    pub statements: bool,
}

impl Tracing {
    /// Where traces are sent: the configured collector, or that of OpenTelemetry's variables.
    pub fn endpoint(&self) -> Option<String> {
        self.endpoint_with(|name| std::env::var_os(name)?.into_string().ok())
    }

    fn endpoint_with(&self, variable: impl Fn(&str) -> Option<String>) -> Option<String> {
        let said = |name: &str| variable(name).filter(|it| !it.is_empty());
        if said(DISABLED).is_some_and(|it| it.eq_ignore_ascii_case("true")) {
            return None;
        }
        if self.otlp_endpoint.is_some() {
            return self.otlp_endpoint.clone();
        }
        if said(EXPORTER).is_some_and(|it| it == "none") {
            return None;
        }
        let endpoint = ENDPOINTS.into_iter().find_map(said)?;
        match PROTOCOLS.into_iter().find_map(said) {
            Some(protocol) if protocol != "grpc" => {
                tracing::warn!(
                    "nothing is traced: expected grpc, the protocol of {}, got {protocol}",
                    PROTOCOLS[0]
                );
                None
            }
            _ => Some(endpoint),
        }
    }

    /// The headers as they are sent.
    ///
    /// # Errors
    /// The name of the first that is none.
    pub fn header_map(&self) -> Result<HeaderMap, &str> {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| header(name, value).ok_or(name.as_str()));
        headers.collect()
    }
}

fn header(name: &str, value: &Secret) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(value.expose()).ok()?;
    value.set_sensitive(true);
    Some((name.parse().ok()?, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(own: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let tracing = Tracing {
            otlp_endpoint: own.map(str::to_owned),
            ..Tracing::default()
        };
        tracing.endpoint_with(|name| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_own_key_comes_before_the_variables() {
        let (own, traces, all) = ("http://own:1", "http://traces:1", "http://all:1");
        let both = [(ENDPOINTS[0], traces), (ENDPOINTS[1], all)];
        assert_eq!(endpoint(None, &[]), None);
        assert_eq!(endpoint(Some(own), &both).as_deref(), Some(own));
        assert_eq!(endpoint(None, &both).as_deref(), Some(traces));
        let empty = [(ENDPOINTS[0], ""), (ENDPOINTS[1], all)];
        assert_eq!(endpoint(None, &empty).as_deref(), Some(all));
    }

    #[test]
    fn the_variables_can_say_no() {
        let own = Some("http://own:1");
        assert_eq!(endpoint(own, &[(DISABLED, "true")]), None);
        assert!(endpoint(own, &[(EXPORTER, "none")]).is_some());
        let all = (ENDPOINTS[1], "http://all:1");
        assert_eq!(endpoint(None, &[all, (EXPORTER, "none")]), None);
        assert_eq!(endpoint(None, &[all, (PROTOCOLS[1], "http/json")]), None);
        assert!(endpoint(None, &[all, (PROTOCOLS[1], "grpc")]).is_some());
    }
}
