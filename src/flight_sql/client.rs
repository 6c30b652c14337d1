//! A client of another Tributary: what `tributary sql --server URL` uses.

use std::{error::Error, net::IpAddr, path::PathBuf, sync::Arc};

use arrow_flight::{
    FlightInfo, HandshakeRequest, Ticket, error::FlightError,
    flight_service_client::FlightServiceClient, sql::client::FlightSqlServiceClient,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use datafusion::{
    common::{DataFusionError, Result},
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::{StreamExt, TryStreamExt, stream};
use thiserror::Error;
use tonic::{
    Code, Request, Status,
    metadata::MetadataValue,
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};

use crate::config::Secret;

const DEFAULT_PORT: u16 = 50051;
/// Other servers may send larger messages than ours does.
const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// How a client shows who it is, and knows who the server is; its `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// A user and the password to log in with.
    pub login: Option<(String, Secret)>,
    /// A token to send instead.
    pub token: Option<Secret>,
    /// PEM file of the authorities that the server's certificate may come from; absent: those of
    /// the system.
    pub authorities: Option<PathBuf>,
    /// PEM files of the client's own certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// What went wrong between here and a server; the text of the server's own errors is its own.
#[derive(Debug, Error)]
pub enum RemoteError {
    #[error(
        "server: expected a URL such as grpc://127.0.0.1:{DEFAULT_PORT} or grpc+tls://host:{DEFAULT_PORT}, got {url}"
    )]
    Url { url: String },
    /// The URL is not repeated, because a password may be in it.
    #[error("server: expected a URL without a user, got one with @: give user and password apart")]
    UserInUrl,
    #[error("server {url}: expected grpc+tls:// for a certificate, got plain text")]
    NotTls { url: String },
    #[error("file {}: {source}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("server {url} cannot be reached: {}", root(.source))]
    Connect {
        url: String,
        source: tonic::transport::Error,
    },
    #[error("server {url}: {}", text(.source))]
    LogIn { url: String, source: Box<Status> },
    #[error("server {url}: expected a token for the login, got none")]
    NoToken { url: String },
    #[error("server {url}: expected a token that fits into a header, got another one")]
    Token { url: String },
    #[error("server {url}: {}", said(.source))]
    Query { url: String, source: FlightError },
    #[error("server {url} gave no result for the statement")]
    NoEndpoint { url: String },
}

impl From<RemoteError> for DataFusionError {
    fn from(error: RemoteError) -> Self {
        Self::External(Box::new(error))
    }
}

fn said(error: &FlightError) -> String {
    match error {
        FlightError::Tonic(status) => text(status),
        error => error.to_string(),
    }
}

fn text(status: &Status) -> String {
    match status.code() {
        Code::Unavailable => format!("the connection was lost: {}", status.message()),
        _ => status.message().to_owned(),
    }
}

/// The last of the causes, which says why: refused, no such host, unknown authority.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

/// A connection to a server.
#[derive(Debug, Clone)]
pub struct Remote {
    url: Arc<str>,
    client: FlightSqlServiceClient<Channel>,
}

impl Remote {
    /// Connects to `grpc://host:port`; the scheme and the port may be left out.
    pub async fn connect(url: &str) -> Result<Self, RemoteError> {
        Self::connect_with(url, &Access::default()).await
    }

    /// Connects, to `grpc+tls://host:port` with TLS, and logs in.
    pub async fn connect_with(url: &str, access: &Access) -> Result<Self, RemoteError> {
        let endpoint = endpoint(url, access)?;
        let url: Arc<str> = url.into();
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|source| RemoteError::Connect {
            url: url.to_string(),
            source,
        })?;
        let client = FlightServiceClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        let token = match (&access.token, &access.login) {
            (Some(token), _) => Some(token.expose().to_owned()),
            (None, Some((user, password))) => {
                Some(log_in(&url, client.clone(), user, password).await?)
            }
            (None, None) => None,
        };
        let mut client = FlightSqlServiceClient::new_from_inner(client);
        if let Some(token) = token {
            let header = MetadataValue::<tonic::metadata::Ascii>::try_from(&token);
            header.map_err(|_| RemoteError::Token {
                url: url.to_string(),
            })?;
            client.set_token(token);
        }
        Ok(Self { url, client })
    }

    /// Plans a statement on the server and streams its rows.
    ///
    /// # Errors
    /// What the server says about the statement; later errors come in the stream.
    pub async fn query(&self, sql: &str) -> Result<SendableRecordBatchStream, RemoteError> {
        let mut client = self.client.clone();
        let info = client.execute(sql.to_owned(), None).await;
        let info = info.map_err(|source| self.failed(source))?;
        let tickets = tickets(&info);
        if tickets.is_empty() {
            return Err(RemoteError::NoEndpoint {
                url: self.url.to_string(),
            });
        }
        let schema = info.try_decode_schema();
        let schema = schema.map_err(|error| self.failed(error.into()))?;
        let remote = self.clone();
        let batches = stream::iter(tickets)
            .then(move |ticket| {
                let mut client = client.clone();
                async move { client.do_get(ticket).await }
            })
            .try_flatten()
            .map_err(move |source| DataFusionError::from(remote.failed(source)));
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            Arc::new(schema),
            batches,
        )))
    }

    fn failed(&self, source: FlightError) -> RemoteError {
        let url = self.url.to_string();
        RemoteError::Query { url, source }
    }
}

fn tickets(info: &FlightInfo) -> Vec<Ticket> {
    let endpoints = info.endpoint.iter();
    endpoints.filter_map(|it| it.ticket.clone()).collect()
}

/// Exchanges a user and a password for a token.
async fn log_in(
    url: &str,
    mut client: FlightServiceClient<Channel>,
    user: &str,
    password: &Secret,
) -> Result<String, RemoteError> {
    let basic = STANDARD.encode(format!("{user}:{}", password.expose()));
    let header = MetadataValue::try_from(format!("Basic {basic}"));
    let mut header = header.map_err(|_| RemoteError::Token {
        url: url.to_owned(),
    })?;
    header.set_sensitive(true);
    let mut request = Request::new(stream::iter([HandshakeRequest::default()]));
    request.metadata_mut().insert("authorization", header);
    let response = client.handshake(request).await;
    let response = response.map_err(|source| RemoteError::LogIn {
        url: url.to_owned(),
        source: Box::new(source),
    })?;
    let header = response.metadata().get("authorization");
    let token = header.and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "));
    token
        .map(str::to_owned)
        .ok_or_else(|| RemoteError::NoToken {
            url: url.to_owned(),
        })
}

/// Whether a URL asks for TLS, and its host and port.
struct Address {
    has_tls: bool,
    authority: String,
}

/// Whether what is sent to the URL can be read on its way.
pub fn is_in_the_open(url: &str) -> bool {
    let Ok(address) = address(url) else {
        return false;
    };
    let host = host(&address.authority);
    let is_here = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    !address.has_tls && !is_here
}

fn address(url: &str) -> Result<Address, RemoteError> {
    let wrong = || RemoteError::Url {
        url: url.to_owned(),
    };
    if url.contains('@') {
        return Err(RemoteError::UserInUrl);
    }
    let (scheme, address) = url.split_once("://").unwrap_or(("grpc", url));
    let has_tls = match scheme {
        "grpc" | "grpc+tcp" | "http" => false,
        "grpc+tls" | "grpcs" | "https" => true,
        _ => return Err(wrong()),
    };
    let address = address.trim_end_matches('/');
    if address.is_empty() || address.contains('/') {
        return Err(wrong());
    }
    let has_port = address
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let authority = if has_port {
        address.to_owned()
    } else {
        format!("{address}:{DEFAULT_PORT}")
    };
    Ok(Address { has_tls, authority })
}

/// The host of `host:port`; an IPv6 address without its brackets.
fn host(authority: &str) -> &str {
    let (host, _) = authority.rsplit_once(':').unwrap_or((authority, ""));
    host.trim_start_matches('[').trim_end_matches(']')
}

fn endpoint(url: &str, access: &Access) -> Result<Endpoint, RemoteError> {
    let wrong = || RemoteError::Url {
        url: url.to_owned(),
    };
    let Address { has_tls, authority } = address(url)?;
    let scheme = if has_tls { "https" } else { "http" };
    let endpoint = Endpoint::from_shared(format!("{scheme}://{authority}")).map_err(|_| wrong())?;
    if !has_tls {
        if access.authorities.is_some() || access.certificate.is_some() {
            return Err(RemoteError::NotTls {
                url: url.to_owned(),
            });
        }
        return Ok(endpoint);
    }
    let mut tls = ClientTlsConfig::new().domain_name(host(&authority));
    tls = match &access.authorities {
        Some(file) => tls.ca_certificate(Certificate::from_pem(read(file)?)),
        None => tls.with_native_roots(),
    };
    if let Some((certificate, key)) = &access.certificate {
        tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
    }
    endpoint
        .tls_config(tls)
        .map_err(|source| RemoteError::Connect {
            url: url.to_owned(),
            source,
        })
}

fn read(path: &PathBuf) -> Result<Vec<u8>, RemoteError> {
    std::fs::read(path).map_err(|source| RemoteError::File {
        path: path.clone(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::{Access, endpoint, is_in_the_open};

    #[test]
    fn urls_say_what_they_should_be() {
        let endpoint = |url: &str| endpoint(url, &Access::default());
        for (url, address) in [
            ("grpc://localhost:5000", "http://localhost:5000/"),
            ("localhost", "http://localhost:50051/"),
            ("http://[::1]:5000/", "http://[::1]:5000/"),
            ("grpc+tls://shop.example", "https://shop.example:50051/"),
        ] {
            assert_eq!(endpoint(url).unwrap().uri().to_string(), address);
        }
        for (url, text) in [
            ("", "expected a URL"),
            ("s3://bucket", "expected a URL"),
            ("grpc://host:1/path", "expected a URL"),
        ] {
            let error = endpoint(url).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        let error = endpoint("grpc://ada:hidden@host:1").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"));
        let access = Access {
            authorities: Some("ca.pem".into()),
            ..Access::default()
        };
        let error = super::endpoint("grpc://host:1", &access).unwrap_err();
        assert!(
            error.to_string().contains("expected grpc+tls://"),
            "{error}"
        );
    }

    #[test]
    fn only_plain_text_to_other_machines_is_in_the_open() {
        for (url, expected) in [
            ("grpc://shop.example:1", true),
            ("shop.example", true),
            ("grpc://192.0.2.1:1", true),
            ("grpc+tls://shop.example:1", false),
            ("grpc://localhost:1", false),
            ("grpc://127.0.0.1:1", false),
            ("grpc://[::1]:1", false),
        ] {
            assert_eq!(is_in_the_open(url), expected, "{url}");
        }
    }
}
