//! Listening, and ending without cutting anybody off too early.

use std::{sync::Arc, time::Duration};

use arrow_flight::flight_service_server::FlightServiceServer;
use datafusion::common::{DataFusionError, Result, plan_err};
use prometheus_client::metrics::counter::Counter;
use tokio::{net::TcpListener, sync::oneshot};
use tonic::{
    Request,
    service::interceptor::InterceptedService,
    transport::{Server as Transport, server::TcpIncoming},
};

use super::{monitor, readiness::Readiness, running::Running, service::Service};
use crate::{
    config::{self, Config},
    engine::Engine,
    security::Caller,
};

/// Load balancers reset idle connections silently, some after less than six minutes.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(60);
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
    config: config::Server,
}

impl Server {
    /// # Errors
    /// An I/O error when the threads of the queries cannot be started.
    pub fn try_new(engine: Arc<Engine>, config: &Config) -> Result<Self> {
        let config = config.server.clone();
        let readiness = Readiness::new(Arc::clone(&engine), config.max_data_age);
        Ok(Self {
            service: Service::try_new(engine, &config.limits)?,
            readiness: Arc::new(readiness),
            config,
        })
    }

    /// The queries that run now, to look at while the server runs.
    pub fn running(&self) -> Running {
        self.service.runtime().running().clone()
    }

    /// The counter of refused logins, for whoever refuses them.
    pub fn logins_failed(&self) -> Counter {
        self.service.metrics().logins_failed()
    }

    /// Serves until `shutdown`, then takes no more connections, lets running queries end for the
    /// time of grace, and cancels the rest.
    ///
    /// # Errors
    /// A plan error for a listener that other machines can reach: without TLS and login the
    /// server would give the warehouse to anybody. An external error when listening fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<()> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            return plan_err!(
                "serve: expected a loopback address such as 127.0.0.1:{}, got {address}: \
                 this version has neither TLS nor login",
                address.port()
            );
        }
        let running = self.running();
        // Served until this function returns: what is not ready says so to the end.
        let _monitor = match self.config.monitor {
            Some(address) => {
                Some(monitor::start(address, self.service.metrics(), &self.readiness).await?)
            }
            None => None,
        };
        let service =
            FlightServiceServer::new(self.service).max_decoding_message_size(MAX_REQUEST_BYTES);
        let service = InterceptedService::new(service, |mut request: Request<()>| {
            request.extensions_mut().insert(Caller::anonymous());
            Ok(request)
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = Transport::builder()
            .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
            .add_service(service)
            .serve_with_incoming_shutdown(
                TcpIncoming::from(listener).with_nodelay(Some(true)),
                async {
                    // An error means that the sender is gone, which is a shutdown too.
                    let _ = stopped.await;
                },
            );
        let mut serving = std::pin::pin!(serving);
        let ended = |result: Result<(), tonic::transport::Error>| {
            result.map_err(|error| DataFusionError::External(Box::new(error)))
        };
        tokio::select! {
            result = &mut serving => return ended(result),
            () = shutdown => {}
        }
        self.readiness.drain();
        let (queries, grace) = (running.count(), self.config.drain);
        if queries > 0 {
            tracing::warn!(
                queries,
                ?grace,
                "shutting down: waiting for queries that run"
            );
        }
        drop(stop);
        if let Ok(result) = tokio::time::timeout(self.config.drain, &mut serving).await {
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
