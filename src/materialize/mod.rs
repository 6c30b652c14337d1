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
mod changed;
mod counted;
mod extent;
mod publish;
mod refresh;
mod restated;
mod run;
pub mod scheduler;

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::common::Result;

use crate::{
    clock::Clock,
    config::Config,
    engine::{Engine, RefreshRequest, Refreshes, Session},
};

pub use all::{in_order, named};
pub use extent::Extent;
pub use refresh::Outcome;
pub use run::run_asked;

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
        run_asked(session, &request, &Arc::default())
            .await
            .map(drop)
    }
}
