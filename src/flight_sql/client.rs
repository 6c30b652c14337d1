//! A client of another Tributary: what `tributary sql --server URL` uses.

use std::sync::Arc;

use arrow_flight::{
    FlightInfo, Ticket, error::FlightError, flight_service_client::FlightServiceClient,
    sql::client::FlightSqlServiceClient,
};
use datafusion::{
    common::{DataFusionError, Result},
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use futures::{StreamExt, TryStreamExt, stream};
use thiserror::Error;
use tonic::{
    Code,
    transport::{Channel, Endpoint},
};

const DEFAULT_PORT: u16 = 50051;
/// Other servers may send larger messages than ours does.
const MAX_MESSAGE_BYTES: usize = 64 << 20;

/// What went wrong between here and a server; the text of the server's own errors is its own.
#[derive(Debug, Error)]
pub enum RemoteError {
    #[error("server: expected a URL such as grpc://127.0.0.1:{DEFAULT_PORT}, got {url}")]
    Url { url: String },
    #[error("server {url} needs TLS, which this version does not speak")]
    Tls { url: String },
    #[error("server {url} cannot be reached")]
    Connect {
        url: String,
        source: tonic::transport::Error,
    },
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
        FlightError::Tonic(status) if status.code() == Code::Unavailable => {
            format!("the connection was lost: {}", status.message())
        }
        FlightError::Tonic(status) => status.message().to_owned(),
        error => error.to_string(),
    }
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
        let endpoint = endpoint(url)?;
        let url: Arc<str> = url.into();
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|source| RemoteError::Connect {
            url: url.to_string(),
            source,
        })?;
        let client = FlightServiceClient::new(channel).max_decoding_message_size(MAX_MESSAGE_BYTES);
        Ok(Self {
            url,
            client: FlightSqlServiceClient::new_from_inner(client),
        })
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

fn endpoint(url: &str) -> Result<Endpoint, RemoteError> {
    let wrong = || RemoteError::Url {
        url: url.to_owned(),
    };
    let (scheme, address) = url.split_once("://").unwrap_or(("grpc", url));
    match scheme {
        "grpc" | "grpc+tcp" | "http" => {}
        "grpc+tls" | "grpcs" | "https" => {
            return Err(RemoteError::Tls {
                url: url.to_owned(),
            });
        }
        _ => return Err(wrong()),
    }
    let address = address.trim_end_matches('/');
    if address.is_empty() || address.contains('/') {
        return Err(wrong());
    }
    let has_port = address
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let address = if has_port {
        format!("http://{address}")
    } else {
        format!("http://{address}:{DEFAULT_PORT}")
    };
    Endpoint::from_shared(address).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::endpoint;

    #[test]
    fn urls_say_what_they_should_be() {
        for (url, address) in [
            ("grpc://localhost:5000", "http://localhost:5000/"),
            ("localhost", "http://localhost:50051/"),
            ("http://[::1]:5000/", "http://[::1]:5000/"),
        ] {
            assert_eq!(endpoint(url).unwrap().uri().to_string(), address);
        }
        for (url, text) in [
            ("", "expected a URL"),
            ("s3://bucket", "expected a URL"),
            ("grpc://host:1/path", "expected a URL"),
            ("grpc+tls://host:1", "needs TLS"),
        ] {
            let error = endpoint(url).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
    }
}
