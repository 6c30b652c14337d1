//! Plain HTTP pages for programs that watch the server: `/metrics`, `/healthz` and `/readyz`.
//!
//! They have no login and name no user, table or query: bind them where only those programs are.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use datafusion::common::{DataFusionError, Result, runtime::SpawnedTask};
use tokio::net::TcpListener;

use super::{metrics::Metrics, readiness::Readiness};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone)]
struct Watched {
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
}

/// The pages, served until this is dropped.
pub(super) struct Monitor(#[expect(dead_code, reason = "it ends with this")] SpawnedTask<()>);

/// Listens on an address and serves the pages.
///
/// # Errors
/// An I/O error with the address, if it cannot be listened on.
pub(super) async fn start(
    address: SocketAddr,
    metrics: &Arc<Metrics>,
    readiness: &Arc<Readiness>,
) -> Result<Monitor> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        DataFusionError::from(error).context(format!("cannot listen on server.monitor {address}"))
    })?;
    let watched = Watched {
        metrics: Arc::clone(metrics),
        readiness: Arc::clone(readiness),
    };
    let router = Router::new()
        .route("/metrics", get(page))
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .with_state(watched);
    Ok(Monitor(SpawnedTask::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the monitor pages ended");
        }
    })))
}

async fn page(State(watched): State<Watched>) -> Response {
    match watched.metrics.page() {
        Ok(page) => ([(CONTENT_TYPE, OPEN_METRICS)], page).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn ready(State(watched): State<Watched>) -> Response {
    match watched.readiness.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n").into_response(),
    }
}
