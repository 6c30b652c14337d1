//! `[server.tracing]`: a collector that can be one, and headers that can be sent.

use url::Url;

use super::{Found, quoted};
use crate::config::{Tracing, node::Path};

pub(super) fn validate(tracing: &Tracing, found: &mut Found) {
    let path = Path::of("server.tracing");
    if let Some(endpoint) = &tracing.otlp_endpoint {
        let path = path.key("otlp_endpoint");
        if cfg!(not(feature = "otlp")) {
            let expected = "no endpoint, because this program was built without the feature otlp";
            found.error(path, expected, quoted(endpoint));
        } else if !is_collector(endpoint) {
            let expected = "a URL without a path such as http://127.0.0.1:4317";
            found.error(path, expected, quoted(endpoint));
        }
    }
    if let Err(name) = tracing.header_map() {
        let expected = "the name of an HTTP header, and a value of visible ASCII characters";
        found.error(path.key("headers").key(name), expected, "something else");
    }
    if let Some(ratio) = tracing.sample_ratio
        && !(0.0..=1.0).contains(&ratio)
    {
        let expected = "a share from 0 to 1";
        found.error(path.key("sample_ratio"), expected, ratio);
    }
}

fn is_collector(endpoint: &str) -> bool {
    Url::parse(endpoint).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none()
    })
}
