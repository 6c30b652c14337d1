//! Making the stored rows of materialized views.
//!
//! A run of `refresh` works out what to make again (`extent`), plans the view's query for that with
//! the engine's own rights and settings, and hands its rows to `publish`, which swaps them in by
//! one commit of the view's Delta table, on the version that the run began with. If somebody else
//! committed meanwhile, the query runs again, not the commit. `affected` is which days of a view a
//! change of its tables reaches. `all` does this for many views, each
//! after those that it reads. Reading what is stored is up to [`crate::query::materialized`].

pub mod affected;
mod all;
mod below;
mod changed;
mod counted;
mod differing;
mod extent;
mod publish;
mod refresh;
mod restated;
mod run;
pub mod scheduler;
mod snapshot;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    common::{Result, plan_err},
    execution::SessionState,
};

use crate::{
    clock::Clock,
    config::Config,
    engine::{Engine, RefreshRequest, Refreshes, Session},
    query::catalog::{Query, QueryCatalog},
};

pub use all::{in_order, named};
pub use extent::Extent;
pub use refresh::Outcome;
pub use run::run_asked;
pub use snapshot::Snapshot;

/// Opens an engine whose sessions can REFRESH.
///
/// # Errors
/// As [`Engine::open`].
pub async fn open(config: &Config, clock: Clock) -> Result<Engine> {
    let engine = Engine::open(config, clock).await?;
    Ok(engine.refreshed_by(Arc::new(Runs)))
}

/// Runs what REFRESH asks for.
#[derive(Debug)]
struct Runs;

#[async_trait]
impl Refreshes for Runs {
    async fn refresh(&self, session: &Session, request: RefreshRequest) -> Result<()> {
        run_asked(session, &request, None, &Arc::default())
            .await
            .map(drop)
    }
}

fn query_of(state: &SessionState) -> Result<Arc<Query>> {
    match QueryCatalog::query_of(state) {
        Some(query) => Ok(query),
        None => plan_err!("the session has no catalog"),
    }
}
