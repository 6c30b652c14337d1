//! Seeing the views that others make in the same warehouse, such as other replicas.

use std::{sync::Arc, time::Duration};

use datafusion::common::runtime::SpawnedTask;
use tokio::time::{MissedTickBehavior, interval};

use crate::{engine::Engine, error_text::error_text};

/// How long a view of another replica may be missing. Each look is one listing of a small folder.
const INTERVAL: Duration = Duration::from_secs(5);

/// Looks for changes again and again, until the task is dropped.
pub(super) fn follow_views(engine: Arc<Engine>) -> SpawnedTask<()> {
    SpawnedTask::spawn(async move {
        let mut looks = interval(INTERVAL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What was broken was said once.
        let mut last_error = None;
        loop {
            looks.tick().await;
            let error = engine.refresh_views().await.err();
            let error = error.as_ref().map(error_text);
            if let Some(error) = &error
                && last_error.as_ref() != Some(error)
            {
                tracing::warn!(%error, "the views stay as they were");
            }
            last_error = error;
        }
    })
}
