//! `tributary serve`

use std::{net::SocketAddr, sync::Arc};

use clap::Args;
use datafusion::common::Result;
use tokio::net::TcpListener;

use super::{open, stdout};
use crate::{config::Config, engine::Engine, flight_sql, log};

/// Serve the warehouse over Arrow Flight SQL
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address to listen on; only loopback, because there is no login yet
    #[arg(
        long,
        value_name = "ADDR",
        env = "TRIBUTARY_LISTEN",
        default_value = "127.0.0.1:50051"
    )]
    listen: SocketAddr,
}

impl Serve {
    pub(super) async fn run(self, config: &Config) -> Result<u8> {
        self.serve(Arc::new(open(config).await?), config).await
    }

    /// Serves until Ctrl-C or SIGTERM, then lets running queries end.
    ///
    /// # Errors
    /// A query file that cannot be planned, an address that cannot be listened on.
    pub(super) async fn serve(self, engine: Arc<Engine>, config: &Config) -> Result<u8> {
        if let Some(form) = config.server.log {
            log::show(form);
        }
        for waiting in engine.check_queries().await? {
            stdout::note(&waiting.to_string());
        }
        let listener = TcpListener::bind(self.listen).await.map_err(|error| {
            datafusion::common::DataFusionError::from(error)
                .context(format!("cannot listen on {}", self.listen))
        })?;
        let address = listener.local_addr()?;
        let tables = engine.warehouse().table_names().len();
        stdout::note(&format!(
            "serving {tables} tables of {} on grpc://{address} (read-only, no login): Ctrl-C stops",
            engine.warehouse().location().url()
        ));
        flight_sql::serve(engine, config, listener, interrupted()).await?;
        stdout::note("stopped");
        Ok(0)
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
