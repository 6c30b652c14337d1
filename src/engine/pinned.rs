//! Queries of tables at versions that somebody chose.

use std::sync::Arc;

use datafusion::{
    arrow::array::RecordBatch,
    common::Result,
    execution::{SendableRecordBatchStream, SessionState},
    logical_expr::LogicalPlan,
    physical_plan::{common::collect, execute_stream},
};

use super::{session::Session, work::task_context};
use crate::{
    query::{
        catalog::{QueryCatalog, Sources},
        money::bind_rates,
    },
    warehouse::pins::Pins,
};

impl Session {
    /// A state that sees these versions of the warehouse's tables. Stored rows of views are read if
    /// they were made from just these.
    pub fn state_at(&self, pins: Arc<Pins>) -> SessionState {
        self.pinned(pins, None)
    }

    /// A state that sees these versions of the warehouse's tables, and of what is stored of views
    /// just this.
    pub fn state_over(&self, pins: Arc<Pins>, stored_pins: Arc<Pins>) -> SessionState {
        self.pinned(pins, Some(stored_pins))
    }

    fn pinned(&self, pins: Arc<Pins>, stored_pins: Option<Arc<Pins>>) -> SessionState {
        let sources = Sources {
            definitions: self.definitions(),
            pins: Some(pins),
            stored_pins,
            ..self.sources.clone()
        };
        QueryCatalog::new(sources, self.settled_state(), None).into_state()
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
