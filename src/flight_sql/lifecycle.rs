//! The way of a statement through the server: it begins, waits for a place, is planned and runs.

use std::sync::Arc;

use tokio::time::Instant;
use tonic::{Code, Status};
use tracing::Instrument;

use super::{
    asker::Asker,
    client_settings::Change,
    deadline::Deadline,
    execution::Execution,
    handle::Handle,
    service::Service,
    statement::{self, Query},
    status::{refused, status},
};
use crate::{
    engine::{Session, Work},
    system::{State, Statement},
};

const NO_UPDATE: &str = "expected a statement that changes something, got a query: ask for its \
    rows (GetFlightInfo) instead of an update";

impl Service {
    /// Plans a statement that will not run now. It takes no place among the queries.
    pub(super) async fn look<T, F>(
        &self,
        asker: &Asker,
        handle: &Handle,
        plan: impl FnOnce(Session) -> F,
    ) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        let execution = self.begin(asker, handle)?;
        match self.plan(&execution, asker, plan).await {
            Ok(planned) => {
                execution.planned();
                Ok(planned)
            }
            Err(status) => Err(execution.fail(status)),
        }
    }

    /// # Errors
    /// `InvalidArgument` for a statement that is too long.
    pub(super) fn begin(&self, asker: &Asker, handle: &Handle) -> Result<Execution, Status> {
        let (bytes, most) = (handle.sql.len(), self.limits.statement_bytes);
        if bytes > most {
            let text = format!(
                "expected a statement of at most {most} bytes (server.limits.statement_bytes), \
                 got {bytes}"
            );
            return Err(refused(Code::InvalidArgument, text));
        }
        let (work, user) = (self.engine.work(), &asker.caller.user);
        let running = self.runtime.running();
        work.hold(running.list(handle.id(), user, work.interrupt()));
        let statement = Statement {
            id: handle.id(),
            user: Arc::clone(user),
            text: handle.sql.clone(),
            peer: asker.peer.clone(),
        };
        Ok(Execution::begin(
            statement,
            asker.parent.as_ref(),
            !handle.parameters.is_empty(),
            work,
            Deadline::of(self.limits.statement_timeout, asker.timeout),
            (self.engine.activity(), &self.metrics),
        ))
    }

    async fn plan<T, F>(
        &self,
        execution: &Execution,
        asker: &Asker,
        plan: impl FnOnce(Session) -> F,
    ) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        execution.enters(State::Planning);
        let began = Instant::now();
        let planning = plan(self.session(asker));
        // The statement is not gone before the thread that plans it is done with it.
        let work = Arc::clone(execution.work());
        let planning = self.runtime.plan(async move {
            let planned = planning.await;
            drop(work);
            planned
        });
        let planned = execution
            .step(planning.instrument(execution.span().clone()))
            .await;
        self.metrics.planned(began.elapsed().as_secs_f64());
        planned
    }

    /// Runs what is no statement of text as if it were one: in its place among the queries, listed,
    /// timed and stopped like them.
    pub(super) async fn run<T, F>(
        &self,
        asker: &Asker,
        handle: &Handle,
        run: impl FnOnce(Arc<Work>) -> F,
    ) -> Result<T, Status>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Status>> + Send + 'static,
    {
        let execution = self.begin(asker, handle)?;
        let running = async {
            self.take_place(&execution, asker).await?;
            execution.enters(State::Running);
            let running = self.runtime.run(run(Arc::clone(execution.work())));
            execution.step(running).await
        };
        match running.await {
            Ok(result) => execution.finish(Ok(())).map(|()| result),
            Err(status) => Err(execution.fail(status)),
        }
    }

    /// Runs a statement that is no query, once.
    ///
    /// # Arguments
    /// `planned`: its plan, if there is one.
    ///
    /// # Returns
    /// How many rows it wrote, and what it sets for its client.
    ///
    /// # Errors
    /// `InvalidArgument` for a query.
    pub(super) async fn update(
        &self,
        asker: &Asker,
        handle: Handle,
        planned: Option<Query>,
    ) -> Result<(u64, Option<Change>), Status> {
        let execution = self.begin(asker, &handle)?;
        match self.take_effect(&execution, asker, handle, planned).await {
            Ok(done) => execution.finish(Ok(())).map(|()| done),
            Err(status) => Err(execution.fail(status)),
        }
    }

    async fn take_effect(
        &self,
        execution: &Execution,
        asker: &Asker,
        handle: Handle,
        planned: Option<Query>,
    ) -> Result<(u64, Option<Change>), Status> {
        let query = self.start(execution, asker, handle, planned).await?;
        if !query.is_update() {
            return Err(refused(Code::InvalidArgument, NO_UPDATE));
        }
        let change = query.change.clone();
        let work = Arc::clone(execution.work());
        let effect = async move {
            let done = query.take_effect(&work).await;
            done.map_err(|error| status(&error))
        };
        let count = execution.step(self.runtime.run(effect)).await?;
        Ok((count, change))
    }

    /// Waits for a place among the queries, which lasts as long as the work.
    async fn take_place(&self, execution: &Execution, asker: &Asker) -> Result<(), Status> {
        let place = self.admission.enter(&asker.caller.user);
        execution.work().hold(execution.step(place).await?);
        Ok(())
    }

    /// Waits for a place, and plans the query that takes it unless it is planned.
    pub(super) async fn start(
        &self,
        execution: &Execution,
        asker: &Asker,
        handle: Handle,
        planned: Option<Query>,
    ) -> Result<Query, Status> {
        self.take_place(execution, asker).await?;
        let query = match planned {
            Some(query) => query,
            None => {
                let plan = async move |session| statement::plan(session, &handle).await;
                self.plan(execution, asker, plan).await?
            }
        };
        execution.runs(&query);
        Ok(query)
    }
}
