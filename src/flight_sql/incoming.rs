//! Connections as they come in, with TLS or without.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use datafusion::common::runtime::SpawnedTask;
use futures::{Stream, StreamExt, future::ready, stream};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::tls::Certificates;

/// How long a client may take to agree on keys.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
/// Handshakes that go on at once; further connections wait in the queue of the system.
const MAX_HANDSHAKES: usize = 2048;
/// When the system has no more files for connections, some must end first.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);

/// Connections in plain text.
pub(super) fn plain(listener: TcpListener) -> impl Stream<Item = Result<TcpStream, Infallible>> {
    accepted(listener).map(Ok)
}

/// Connections that have agreed on keys. A client that is slow, or speaks something else, holds
/// up nobody.
pub(super) fn encrypted(
    listener: TcpListener,
    certificates: Arc<Certificates>,
) -> impl Stream<Item = Result<TlsStream<TcpStream>, Infallible>> {
    accepted(listener)
        .map(move |tcp| {
            let certificates = Arc::clone(&certificates);
            async move {
                let handshake =
                    tokio::time::timeout(HANDSHAKE_PATIENCE, handshake(tcp, certificates));
                match handshake
                    .await
                    .unwrap_or_else(|elapsed| Err(elapsed.into()))
                {
                    Ok(connection) => Some(Ok(connection)),
                    Err(error) => {
                        tracing::debug!(%error, "a connection is no TLS");
                        None
                    }
                }
            }
        })
        .buffer_unordered(MAX_HANDSHAKES)
        .filter_map(ready)
}

async fn handshake(
    tcp: TcpStream,
    certificates: Arc<Certificates>,
) -> io::Result<TlsStream<TcpStream>> {
    // Files may have to be read.
    let tls = SpawnedTask::spawn_blocking(move || certificates.current()).await;
    let tls = tls.map_err(io::Error::other)?;
    TlsAcceptor::from(tls).accept(tcp).await
}

fn accepted(listener: TcpListener) -> impl Stream<Item = TcpStream> {
    stream::unfold(listener, |listener| async move {
        loop {
            match listener.accept().await {
                Ok((tcp, _)) => {
                    // Answers are many small messages; a socket that cannot do this still works.
                    let _ = tcp.set_nodelay(true);
                    return Some((tcp, listener));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                }
            }
        }
    })
}
