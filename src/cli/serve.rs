//! `tributary serve`

use std::{net::SocketAddr, sync::Arc};

use clap::Args;
use datafusion::common::{DataFusionError, Result};
use tokio::net::TcpListener;

use super::{open, stdout};
use crate::{
    config::Config,
    engine::Engine,
    flight_sql::{self, Server},
    log,
    materialize::scheduler,
    trace,
};

/// Serve the warehouse over Arrow Flight SQL
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on; other machines reach it only with TLS and logins [env:
    /// TRIBUTARY_LISTEN] [default: 127.0.0.1:50051]
    #[arg(long, value_name = "ADDR")]
    pub(super) listen: Option<SocketAddr>,
}

impl Serve {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        self.serve(Arc::new(open(config).await?), config).await
    }

    /// Serves until Ctrl-C or SIGTERM, then lets running queries end.
    ///
    /// # Errors
    /// A query file that cannot be planned, an address that cannot be listened on, one that other
    /// machines reach without TLS and logins.
    pub(super) async fn serve(self, engine: Arc<Engine>, config: &Config) -> Result<u8> {
        if let Some(form) = config.server.log {
            log::show(form);
        }
        let listen = config.server.listen;
        flight_sql::check_exposure(listen, config)?;
        for waiting in engine.check_queries().await? {
            stdout::note(&waiting.to_string());
        }
        let server = Server::try_new(Arc::clone(&engine), config)?;
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            DataFusionError::from(error).context(format!("cannot listen on {listen}"))
        })?;
        let address = listener.local_addr()?;
        let tables = engine.warehouse().table_names().len();
        let scheme = if config.server.tls.is_some() {
            "grpc+tls"
        } else {
            "grpc"
        };
        stdout::note(&format!(
            "serving {tables} tables of {} on {scheme}://{address} ({}): Ctrl-C stops",
            engine.warehouse().location().url(),
            audience(address, config)
        ));
        if config.security.has_login() && config.security.signing_key.is_none() {
            stdout::note(
                "security.signing_key is absent: logins end with this process, and no other \
                 replica accepts them",
            );
        }
        let traces = trace::start(&config.server.tracing)?;
        // It ends with this function; a run that is cut off leaves the rows as they were.
        let _refreshing = (config.server.refresh && engine.keeps())
            .then(|| scheduler::start(Arc::clone(&engine)));
        let served = server.serve(listener, interrupted()).await;
        if let Some(traces) = traces {
            traces.end().await;
        }
        served?;
        stdout::note("stopped");
        Ok(0)
    }
}

/// Who may ask.
fn audience(address: SocketAddr, config: &Config) -> &'static str {
    if config.security.has_login() {
        "with login"
    } else if address.ip().to_canonical().is_loopback() {
        "no login: for everybody on this machine"
    } else {
        "no login: for everybody who reaches it"
    }
}

async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
