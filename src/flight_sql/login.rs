//! Asks who sends a request before anything of the request is decoded.
//!
//! This is a layer around all services, not a check in each of them: an RPC that is added later
//! is guarded too. What is left is a request with its [`Caller`] in the extensions.

use std::{
    mem,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    task::{Context, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use prometheus_client::metrics::counter::Counter;
use tonic::{
    Code, Status,
    body::Body,
    codegen::http::{Extensions, HeaderMap, Request, Response, header::AUTHORIZATION},
    transport::server::{TcpConnectInfo, TlsConnectInfo},
};
use tower::{Layer, Service};

use super::{handshake, status::refused};
use crate::security::{
    Caller,
    login::{Credentials, Gate, Refusal},
};

/// Where clients of the oldest kind of handshake put their token.
const TOKEN_HEADER: &str = "auth-token-bin";

/// The gate, and how many it turned away.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) gate: Arc<Gate>,
    pub(super) failed: Counter,
}

impl Door {
    pub(super) async fn caller(
        &self,
        credentials: Result<Credentials, Refusal>,
        peer: IpAddr,
    ) -> Result<Arc<Caller>, Status> {
        let caller = self.gate.caller(credentials, peer).await;
        caller.map_err(|refusal| self.refuse(&refusal))
    }

    /// A token for credentials.
    pub(super) async fn log_in(
        &self,
        credentials: Result<Credentials, Refusal>,
        peer: IpAddr,
    ) -> Result<String, Status> {
        let token = self.gate.log_in(credentials, peer).await;
        token.map_err(|refusal| self.refuse(&refusal))
    }

    fn refuse(&self, refusal: &Refusal) -> Status {
        if matches!(refusal, Refusal::WrongPassword | Refusal::WrongToken) {
            self.failed.inc();
        }
        status(refusal)
    }
}

#[derive(Debug, Clone)]
pub(super) struct LoginLayer(pub(super) Door);

impl<S> Layer<S> for LoginLayer {
    type Service = LoggedIn<S>;

    fn layer(&self, service: S) -> Self::Service {
        LoggedIn {
            door: self.0.clone(),
            service,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct LoggedIn<S> {
    door: Door,
    service: S,
}

impl<S> Service<Request<Body>> for LoggedIn<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let door = self.door.clone();
        let credentials = credentials(request.headers());
        let peer = peer(request.extensions());
        if request.uri().path() == handshake::PATH {
            let handshake = handshake::Handshake {
                door,
                credentials,
                peer,
            };
            return handshake.answer(request).map(Ok).boxed();
        }
        // The clone has not been polled; the one that is ready takes the call.
        let next = self.service.clone();
        let mut service = mem::replace(&mut self.service, next);
        async move {
            let caller = match door.caller(credentials, peer).await {
                Ok(caller) => caller,
                Err(status) => return Ok(status.into_http()),
            };
            // What is gone cannot be logged.
            request.headers_mut().remove(AUTHORIZATION);
            request.headers_mut().remove(TOKEN_HEADER);
            request.extensions_mut().insert(caller);
            service.call(request).await
        }
        .boxed()
    }
}

fn credentials(headers: &HeaderMap) -> Result<Credentials, Refusal> {
    let named = headers.get_all(AUTHORIZATION).iter();
    let credentials = Credentials::from_headers(named.map(|value| value.as_bytes()))?;
    let mut tokens = headers.get_all(TOKEN_HEADER).iter();
    match (credentials, tokens.next(), tokens.next()) {
        (credentials, None, _) => Ok(credentials),
        (Credentials::None, Some(token), None) => Credentials::binary_token(token.as_bytes()),
        _ => Err(Refusal::Malformed(
            "expected one of the headers authorization and auth-token-bin, got both",
        )),
    }
}

/// The address at the other end; connections without one do not exist here, and would share the
/// limits of a single client.
fn peer(extensions: &Extensions) -> IpAddr {
    let tls = extensions.get::<TlsConnectInfo<TcpConnectInfo>>();
    let tcp = tls.map(TlsConnectInfo::get_ref);
    let address = tcp
        .or_else(|| extensions.get())
        .and_then(TcpConnectInfo::remote_addr);
    address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.ip())
}

fn status(refusal: &Refusal) -> Status {
    let code = match refusal {
        Refusal::Missing
        | Refusal::HalfFilled
        | Refusal::Malformed(_)
        | Refusal::WrongPassword
        | Refusal::WrongToken
        | Refusal::Expired
        | Refusal::TooEarly
        | Refusal::Audience { .. }
        | Refusal::NoUser { .. } => Code::Unauthenticated,
        // Not Unauthenticated, after which tools forget the password that they keep.
        Refusal::TooManyFailures { .. } | Refusal::Busy => Code::ResourceExhausted,
        Refusal::NoKeys => Code::Unavailable,
    };
    refused(code, refusal.to_string())
}
