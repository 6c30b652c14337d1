//! Listening, and ending without cutting anybody off too early.

use std::{sync::Arc, time::Duration};

use arrow_flight::flight_service_server::FlightServiceServer;
use datafusion::common::{DataFusionError, Result};
use futures::FutureExt;
use tokio::{net::TcpListener, sync::oneshot};
use tonic::transport::Server as Transport;

use super::{
    exposure,
    follow::follow_views,
    incoming,
    login::{Door, LoginLayer},
    monitor,
    readiness::Readiness,
    running::Running,
    service::Service,
    tls::Certificates,
};
use crate::{clock::Clock, config::Config, engine::Engine, security::login::Gate};

/// What a client that is still there may take to say so.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// Statements and parameters come in one message; the usual 4 MiB is tight for generated SQL.
const MAX_REQUEST_BYTES: usize = 16 << 20;
/// What connections get to tell their clients that queries were cancelled.
const FAREWELL: Duration = Duration::from_secs(1);

/// A Flight SQL server that does not listen yet.
#[derive(Debug)]
pub struct Server {
    service: Service,
    readiness: Arc<Readiness>,
    gate: Arc<Gate>,
    certificates: Option<Arc<Certificates>>,
    config: Config,
}

impl Server {
    /// # Errors
    /// What is wrong with the configuration of logins or TLS; an I/O error when the threads of
    /// the queries cannot be started.
    pub fn try_new(engine: Arc<Engine>, config: &Config) -> Result<Self> {
        Self::try_new_at(Clock::System, engine, config)
    }

    /// As [`Self::try_new`], with the clock by which logins expire.
    pub fn try_new_at(clock: Clock, engine: Arc<Engine>, config: &Config) -> Result<Self> {
        let readiness = Readiness::new(Arc::clone(&engine), config.server.max_data_age);
        let certificates = config.server.tls.clone();
        let certificates = certificates.map(|tls| Certificates::try_new(tls, clock));
        Ok(Self {
            service: Service::try_new(engine, &config.server.limits)?,
            readiness: Arc::new(readiness),
            gate: Arc::new(Gate::try_new(&config.security, clock)?),
            certificates: certificates.transpose()?.map(Arc::new),
            config: config.clone(),
        })
    }

    /// The queries that run now, to look at while the server runs.
    pub fn running(&self) -> Running {
        self.service.runtime.running().clone()
    }

    /// Serves until `shutdown`, then takes no more connections, lets running queries end for the
    /// time of grace, and cancels the rest.
    ///
    /// # Errors
    /// A plan error for a listener that other machines can reach, if TLS or logins are missing.
    /// An external error when listening fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        exposure::check(listener.local_addr()?, &self.config)?;
        let running = self.running();
        // Served until this function returns: what is not ready says so to the end.
        let _monitor = match self.config.server.monitor {
            Some(address) => {
                Some(monitor::start(address, &self.service.metrics, &self.readiness).await?)
            }
            None => None,
        };
        let _following = follow_views(Arc::clone(&self.service.engine));
        let door = Door {
            gate: self.gate,
            failed: self.service.metrics.logins_failed(),
        };
        let service =
            FlightServiceServer::new(self.service).max_decoding_message_size(MAX_REQUEST_BYTES);
        let (stop, stopped) = oneshot::channel::<()>();
        // An error means that the sender is gone, which is a shutdown too.
        let stopped = stopped.map(drop);
        // Load balancers reset idle connections silently, some after less than six minutes.
        let keepalive = self.config.server.keepalive;
        let server = Transport::builder()
            .http2_keepalive_interval((!keepalive.is_zero()).then_some(keepalive))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
            .layer(LoginLayer(door))
            .add_service(service);
        let serving = match self.certificates {
            Some(certificates) => {
                let connections = incoming::encrypted(listener, certificates);
                server
                    .serve_with_incoming_shutdown(connections, stopped)
                    .boxed()
            }
            None => {
                let connections = incoming::plain(listener);
                server
                    .serve_with_incoming_shutdown(connections, stopped)
                    .boxed()
            }
        };
        let mut serving = std::pin::pin!(serving);
        let ended = |result: Result<(), tonic::transport::Error>| {
            result.map_err(|error| DataFusionError::External(Box::new(error)))
        };
        tokio::select! {
            result = &mut serving => return ended(result),
            () = shutdown => {}
        }
        self.readiness.drain();
        let (queries, grace) = (running.count(), self.config.server.drain);
        if queries > 0 {
            tracing::warn!(
                queries,
                ?grace,
                "shutting down: waiting for queries that run"
            );
        }
        drop(stop);
        if let Ok(result) = tokio::time::timeout(self.config.server.drain, &mut serving).await {
            return ended(result);
        }
        running.cancel_all();
        match tokio::time::timeout(FAREWELL, &mut serving).await {
            Ok(result) => ended(result),
            // A connection without queries may stay open as long as its client likes.
            Err(_) => Ok(()),
        }
    }
}

/// Serves an engine until `shutdown`; see [`Server::serve`].
pub async fn serve(
    engine: Arc<Engine>,
    config: &Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    Server::try_new(engine, config)?
        .serve(listener, shutdown)
        .await
}
