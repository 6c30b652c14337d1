//! A planned statement, and how it runs.

use std::sync::Arc;

use datafusion::{
    common::{DFSchema, Result},
    execution::{SendableRecordBatchStream, SessionState, TaskContext},
    logical_expr::{
        EmptyRelation, LogicalPlan, LogicalPlanBuilder, Statement as PlanStatement, ident, lit,
    },
    physical_plan::execute_stream,
};

use super::{
    load::Load,
    session::Session,
    view_change::ViewChange,
    work::{Work, task_context},
};
use crate::query::money::bind_rates;

/// A planned statement, with the state it was planned with: the same settings, the same version
/// of each table.
#[derive(Debug, Clone)]
pub struct Planned {
    /// A query, or the rows to be written.
    pub plan: LogicalPlan,
    pub state: SessionState,
    /// What it changes for all, if it is no query.
    pub effect: Option<Effect>,
    /// Whether the types in the plan are resolved.
    pub(super) is_analyzed: bool,
}

/// What a statement changes for all, once it is executed.
#[derive(Debug, Clone)]
pub enum Effect {
    View(ViewChange),
    Load(Load),
}

impl Planned {
    /// Resolves the types of the result, and of all that it is made of. Parameters must have values.
    ///
    /// # Errors
    /// A plan error for types that do not fit.
    pub fn analyze(mut self) -> Result<Self> {
        let (analyzer, options) = (self.state.analyzer(), self.state.config_options());
        let analyzed = analyzer.execute_and_check(self.plan.clone(), options, |_, _| {})?;
        // EXPLAIN shows what becomes of its plan from the beginning.
        if !matches!(self.plan, LogicalPlan::Explain(_)) {
            self.plan = analyzed;
            self.is_analyzed = true;
        }
        Ok(self)
    }

    /// The statement as a query of a server: it takes its memory from the query's part, and stops
    /// when the query is stopped.
    #[must_use]
    pub fn within(mut self, work: &Arc<Work>) -> Self {
        self.state.config_mut().set_extension(Arc::clone(work));
        self
    }
}

impl Session {
    /// Runs a planned statement; one that is not a query takes effect before this returns, and what
    /// it returns says how many rows were written.
    pub async fn execute(&self, planned: Planned) -> Result<SendableRecordBatchStream> {
        match planned.effect {
            None => self.rows(planned).await,
            Some(_) => {
                let (state, context) = (planned.state.clone(), task_context(&planned.state));
                // Boxed, or the stack of every query would have room for what few statements do.
                let written = Box::pin(self.take_effect(planned)).await?;
                stream(&told(written)?, &state, context).await
            }
        }
    }

    /// Runs a planned statement for what it changes, not for its rows.
    ///
    /// # Returns
    /// How many rows it wrote; `None` for one that writes none by its nature.
    pub async fn take_effect(&self, mut planned: Planned) -> Result<Option<u64>> {
        let work = planned.state.config().get_extension::<Work>();
        match planned.effect.take() {
            // SET and the like, which the session itself keeps.
            None => self.rows(planned).await.map(|_| None),
            Some(Effect::View(change)) => self.change(change, work).await.map(|()| None),
            Some(Effect::Load(load)) => {
                let rows = self.rows(planned).await?;
                self.load(&load, rows, work.as_ref()).await.map(Some)
            }
        }
    }

    async fn rows(&self, planned: Planned) -> Result<SendableRecordBatchStream> {
        let Planned {
            plan,
            state,
            is_analyzed,
            ..
        } = planned;
        let context = task_context(&state);
        let plan = bind_rates(plan, &state, &context).await?;
        match &plan {
            LogicalPlan::Statement(PlanStatement::SetVariable(set)) => {
                self.set(&set.variable, &set.value)?;
                stream(&nothing(), &state, context).await
            }
            LogicalPlan::Statement(PlanStatement::ResetVariable(reset))
                if let Some(key) = reset.variable.strip_prefix("tributary.") =>
            {
                self.reset(key)?;
                stream(&nothing(), &state, context).await
            }
            LogicalPlan::Ddl(_) | LogicalPlan::Statement(_) => {
                self.context()
                    .execute_logical_plan(plan)
                    .await?
                    .execute_stream()
                    .await
            }
            // To analyse it again would be slow, and change nothing.
            _ if is_analyzed => {
                let plan = state.optimizer().optimize(plan, &state, |_, _| {})?;
                let planner = state.query_planner();
                execute_stream(planner.create_physical_plan(&plan, &state).await?, context)
            }
            _ => stream(&plan, &state, context).await,
        }
    }
}

/// The result of a statement that is done.
pub(super) fn nothing() -> LogicalPlan {
    LogicalPlan::EmptyRelation(EmptyRelation {
        produce_one_row: false,
        schema: Arc::new(DFSchema::empty()),
    })
}

/// The result of a statement that wrote rows.
fn told(written: Option<u64>) -> Result<LogicalPlan> {
    match written {
        None => Ok(nothing()),
        Some(count) => LogicalPlanBuilder::values(vec![vec![lit(count)]])?
            .project([ident("column1").alias("count")])?
            .build(),
    }
}

async fn stream(
    plan: &LogicalPlan,
    state: &SessionState,
    context: Arc<TaskContext>,
) -> Result<SendableRecordBatchStream> {
    execute_stream(state.create_physical_plan(plan).await?, context)
}
