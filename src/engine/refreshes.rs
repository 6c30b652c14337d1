//! REFRESH, as far as a session knows of it: who may, and whose work it is.
//!
//! Rows that are stored for all are made with the engine's own rights and the settings that the
//! warehouse and the configuration state, whoever asks for it: otherwise they would be different
//! rows for each who does.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::common::{DataFusionError, Result, exec_datafusion_err, plan_err};

use super::{
    session::Session,
    work::{Stop, Work},
};
use crate::query::{materialized::Refresh, view::ViewName};

/// What to refresh.
#[derive(Debug, Clone)]
pub struct RefreshRequest {
    pub name: ViewName,
    pub what: Refresh,
    /// What the statement runs within, on a server.
    pub work: Option<Arc<Work>>,
}

/// Who makes the stored rows of materialized views. The engine does not know how.
#[async_trait]
pub trait Refreshes: fmt::Debug + Send + Sync {
    /// # Arguments
    /// `session`: one with the engine's own rights and settings.
    async fn refresh(&self, session: &Session, request: RefreshRequest) -> Result<()>;
}

impl Session {
    /// Whether a warehouse was named, in which something may be left behind.
    pub fn keeps(&self) -> bool {
        self.shared.keeps()
    }

    /// Makes stored rows again. Whether the caller may is checked already.
    pub(super) async fn refresh(&self, request: RefreshRequest) -> Result<()> {
        let Some(refreshes) = self.engine.refreshes() else {
            return plan_err!("REFRESH: this program cannot store rows");
        };
        let name = request.name.clone();
        let refreshed = refreshes.refresh(&self.engine.own_session(), request).await;
        let is_administrator = self.access().is_administrator();
        refreshed.map_err(|error| match error.find_root() {
            _ if is_administrator => error,
            DataFusionError::ResourcesExhausted(_) => error,
            DataFusionError::External(stop) if stop.is::<Stop>() => error,
            // It may quote rows that the caller does not see.
            _ => {
                tracing::warn!(view = %name, %error, "not refreshed");
                exec_datafusion_err!(
                    "REFRESH: the rows of {name} could not be computed; why is in the server's log, \
                     because it may quote rows that are hidden from you"
                )
            }
        })
    }
}
