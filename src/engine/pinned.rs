//! Queries of tables at versions that somebody chose.

use std::sync::Arc;

use datafusion::{
    arrow::array::RecordBatch,
    common::Result,
    execution::{SendableRecordBatchStream, SessionState},
    logical_expr::LogicalPlan,
    physical_plan::{common::collect, execute_stream},
};
use jiff::SignedDuration;

use super::{session::Session, work::task_context};
use crate::{
    query::{
        catalog::{QueryCatalog, Sources},
        money::bind_rates,
        settings::Settings,
    },
    warehouse::pins::Pins,
};

impl Session {
    /// A state that sees these versions of the warehouse's tables. Stored rows of views are read if
    /// they were made from just these.
    pub fn state_at(&self, pins: Arc<Pins>) -> SessionState {
        self.pinned(self.settled_state(), pins)
    }

    /// A state that sees these versions of the warehouse's tables, and nothing that is stored of
    /// views.
    pub fn computing_state_at(&self, pins: Arc<Pins>) -> SessionState {
        let mut settled = self.settled_state();
        let extensions = &mut settled.config_mut().options_mut().extensions;
        if let Some(settings) = extensions.get_mut::<Settings>() {
            settings.max_staleness = Some(SignedDuration::ZERO);
        }
        self.pinned(settled, pins)
    }

    fn pinned(&self, settled: SessionState, pins: Arc<Pins>) -> SessionState {
        let sources = Sources {
            definitions: self.definitions(),
            pins: Some(pins),
            ..self.sources.clone()
        };
        QueryCatalog::new(sources, settled, None).into_state()
    }

    /// The rows of a plan that was made with this state.
    ///
    /// # Errors
    /// An error of planning or execution.
    pub async fn collect(
        &self,
        plan: LogicalPlan,
        state: &SessionState,
    ) -> Result<Vec<RecordBatch>> {
        collect(self.stream(plan, state).await?).await
    }

    /// As [`Self::collect`], batch by batch.
    ///
    /// # Errors
    /// An error of planning.
    pub async fn stream(
        &self,
        plan: LogicalPlan,
        state: &SessionState,
    ) -> Result<SendableRecordBatchStream> {
        let context = task_context(state);
        let plan = bind_rates(plan, state, &context).await?;
        let plan = state.create_physical_plan(&plan).await?;
        execute_stream(plan, context)
    }
}
