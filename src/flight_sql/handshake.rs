//! The handshake: credentials in, a token out.
//!
//! Tools that were given a user and a password insist on a token even where nobody has to log in,
//! so everybody gets one.

use std::{net::IpAddr, time::Duration};

use arrow_flight::{BasicAuth, HandshakeRequest, HandshakeResponse};
use futures::{
    FutureExt,
    future::{BoxFuture, Ready, ready},
    stream::{self, Once},
};
use prost::Message;
use tonic::{
    Code, Request, Response, Status, Streaming,
    body::Body,
    codegen::http,
    metadata::MetadataValue,
    server::{Grpc, StreamingService},
};
use tonic_prost::ProstCodec;

use super::{login::Door, status::refused};
use crate::security::login::{Credentials, Refusal};

pub(super) const PATH: &str = "/arrow.flight.protocol.FlightService/Handshake";
/// A user, a password and a token are short.
const MAX_REQUEST_BYTES: usize = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(10);

/// The one message of an answer.
type Answer = Once<Ready<Result<HandshakeResponse, Status>>>;

/// A handshake that a client has begun.
pub(super) struct Handshake {
    pub(super) door: Door,
    /// Those of the headers.
    pub(super) credentials: Result<Credentials, Refusal>,
    pub(super) peer: IpAddr,
}

impl Handshake {
    pub(super) async fn answer(self, request: http::Request<Body>) -> http::Response<Body> {
        let codec = ProstCodec::<HandshakeResponse, HandshakeRequest>::default();
        Grpc::new(codec)
            .max_decoding_message_size(MAX_REQUEST_BYTES)
            .streaming(self, request)
            .await
    }
}

impl StreamingService<HandshakeRequest> for Handshake {
    type Response = HandshakeResponse;
    type ResponseStream = Answer;
    type Future = BoxFuture<'static, Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<Streaming<HandshakeRequest>>) -> Self::Future {
        let (door, peer) = (self.door.clone(), self.peer);
        let credentials = self.credentials.clone();
        async move {
            let credentials = match credentials {
                Ok(Credentials::None) if door.gate.is_required() => {
                    in_payload(request.into_inner()).await?
                }
                credentials => credentials,
            };
            with_token(door.log_in(credentials, peer).await?)
        }
        .boxed()
    }
}

/// Credentials in the first message, where clients put them before there were headers for them.
async fn in_payload(
    mut requests: Streaming<HandshakeRequest>,
) -> Result<Result<Credentials, Refusal>, Status> {
    let first = tokio::time::timeout(PATIENCE, requests.message()).await;
    let first = first.map_err(|_| {
        refused(
            Code::DeadlineExceeded,
            "handshake: expected a message within 10 s, got none",
        )
    })??;
    let payload = first.map(|request| request.payload).unwrap_or_default();
    if payload.is_empty() {
        return Ok(Ok(Credentials::None));
    }
    Ok(match BasicAuth::decode(payload) {
        Ok(login) => Credentials::password(&login.username, &login.password),
        Err(_) => Err(Refusal::Malformed(
            "expected a header authorization or the message BasicAuth, got another message",
        )),
    })
}

/// The token in the header, where Go and Java look, and in the payload, where others do.
fn with_token(token: String) -> Result<Response<Answer>, Status> {
    let header = MetadataValue::try_from(format!("Bearer {token}"));
    let header = header.map_err(|_| refused(Code::Internal, "the token is no header"))?;
    let mut response = Response::new(stream::once(ready(Ok(HandshakeResponse {
        protocol_version: 0,
        payload: token.into(),
    }))));
    response.metadata_mut().insert("authorization", header);
    Ok(response)
}
