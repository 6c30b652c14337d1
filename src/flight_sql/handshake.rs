//! The handshake of a server without login.
//!
//! Tools that were given a user and a password insist on a token, so everybody gets one. It grants
//! nothing: no request is asked for a token, and `authorization: Bearer None` is as good.

use arrow_flight::HandshakeResponse;
use tonic::{Response, metadata::MetadataValue};

const TOKEN: &str = "anonymous";
const HEADER: &str = "Bearer anonymous";

/// The token in the header, where Go and Java look, and in the payload, where others do.
pub(super) fn response<S>(stream: impl FnOnce(HandshakeResponse) -> S) -> Response<S> {
    let mut response = Response::new(stream(HandshakeResponse {
        protocol_version: 0,
        payload: TOKEN.into(),
    }));
    let header = MetadataValue::from_static(HEADER);
    response.metadata_mut().insert("authorization", header);
    response
}
