//! Swapping rows into a view's table: one commit, on the version that they were computed against.

use std::sync::{Arc, atomic::AtomicU64};

use datafusion::{
    common::{DataFusionError, Result, TableReference as Name},
    datasource::provider_as_source,
    execution::{SessionState, SessionStateBuilder},
    logical_expr::{LogicalPlanBuilder, ident},
    physical_plan::ExecutionPlan,
};
use deltalake_core::{
    DeltaTable,
    delta_datafusion::planner::DeltaPlanner,
    kernel::transaction::{CommitBuilder, CommitProperties, TableReference},
    operations::write::{SchemaMode, WriteBuilder},
    protocol::{DeltaOperation, SaveMode},
};

use super::{counted::Counted, extent::is_replaced};
use crate::warehouse::{
    delta,
    location::Location,
    stored_view::{RUN, Run},
};

/// What is swapped in, and where.
pub(super) struct Publication<'a> {
    pub(super) folder: &'a Location,
    /// What the rows were computed against; `None` if there was no table.
    pub(super) onto: Option<DeltaTable>,
    /// The column of the day.
    pub(super) day: Option<&'a str>,
    pub(super) run: &'a Run,
}

impl Publication<'_> {
    /// Runs the plan, and commits its rows in place of those that the run replaces. Nothing is seen
    /// of them before, and all of them after.
    ///
    /// # Arguments
    /// `state`: that of the plan.
    /// `count`: the rows that were computed so far.
    ///
    /// # Returns
    /// The table after the commit; `None` if somebody else committed meanwhile.
    ///
    /// # Errors
    /// An error of the plan, or of the store.
    pub(super) async fn publish(
        self,
        rows: Arc<dyn ExecutionPlan>,
        state: &SessionState,
        count: &Arc<AtomicU64>,
    ) -> Result<Option<DeltaTable>> {
        let rows = Counted::new(rows, count);
        let failed = rows.failed();
        let rows = provider_as_source(Arc::new(rows));
        let rows = LogicalPlanBuilder::scan(Name::bare("rows"), rows, None)?.build()?;
        let table = match self.onto {
            Some(table) => table,
            None => delta::unloaded(self.folder)?,
        };
        let snapshot = table.snapshot().ok().map(|it| it.snapshot().clone());
        let write = WriteBuilder::new(table.log_store(), snapshot)
            .with_input_plan(rows)
            .with_session_state(Arc::new(writing(state)))
            .with_save_mode(SaveMode::Overwrite)
            .with_partition_columns(self.day)
            .with_commit_properties(properties(self.run)?);
        let replaced = self
            .day
            .and_then(|day| is_replaced(&self.run.replaced, ident(day)));
        let write = match replaced {
            Some(replaced) => write.with_replace_where(replaced),
            None => write.with_schema_mode(SchemaMode::Overwrite),
        };
        match write.await {
            Ok(table) => Ok(Some(table)),
            Err(error) if delta::is_conflict(&error) => Ok(None),
            Err(error) => Err(match failed.get() {
                Some(error) => DataFusionError::Shared(Arc::clone(error)),
                None => delta::external(error),
            }),
        }
    }
}

/// Commits that the stored rows are those of a newer run, which found no other.
///
/// # Returns
/// The version of the commit; `None` if somebody else committed meanwhile.
///
/// # Errors
/// An error of the store.
pub(super) async fn renew(table: &DeltaTable, run: &Run) -> Result<Option<u64>> {
    let snapshot = table.snapshot().map_err(delta::external)?.snapshot();
    let operation = DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: None,
        predicate: None,
    };
    let commit = CommitBuilder::from(properties(run)?).build(
        Some(snapshot as &dyn TableReference),
        table.log_store(),
        operation,
    );
    match commit.await {
        Ok(commit) => Ok(Some(commit.version())),
        Err(error) if delta::is_conflict(&error) => Ok(None),
        Err(error) => Err(delta::external(error)),
    }
}

fn properties(run: &Run) -> Result<CommitProperties> {
    let run = serde_json::to_value(run);
    let run = run.map_err(|error| DataFusionError::External(Box::new(error)))?;
    Ok(delta::only_here().with_metadata([(RUN.to_owned(), run)]))
}

/// Delta plans its part with a planner of its own; the rows' plan is made already.
fn writing(state: &SessionState) -> SessionState {
    SessionStateBuilder::new_from_existing(state.clone())
        .with_query_planner(DeltaPlanner::new())
        .build()
}
