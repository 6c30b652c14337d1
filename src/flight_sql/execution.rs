//! One statement from the request to its end: its deadline, its entry in `system.queries`, its
//! log line, and the status that its client gets.

use std::{sync::Arc, time::Duration};

use datafusion::common::runtime::SpawnedTask;
use tonic::{Code, Status};
use tracing::{Span, error_span, field};
use uuid::Uuid;

use super::{
    deadline::Deadline,
    metrics::Metrics,
    statement::Query,
    status::{code_name, refused, with_query},
};
use crate::{
    engine::{Interrupt, Stop, Work},
    system::{Activity, Outcome, Recorded, State, Statement},
    trace::{Parent, Trace},
};

/// A query that takes longer is logged as a warning.
const SLOW: Duration = Duration::from_secs(10);

/// A statement that began. Dropped before its end, it was abandoned by its client.
#[derive(Debug)]
pub(super) struct Execution {
    id: Uuid,
    work: Arc<Work>,
    deadline: Deadline,
    metrics: Arc<Metrics>,
    /// `None` once it is finished.
    recorded: Option<Recorded>,
    /// What errors say may be a value that only its owner may know.
    has_parameters: bool,
    span: Span,
    /// `None` unless it is traced, and once it is finished.
    trace: Option<Box<Trace>>,
    _timer: SpawnedTask<()>,
}

impl Execution {
    pub(super) fn begin(
        statement: Statement,
        parent: Option<&Parent>,
        has_parameters: bool,
        work: Arc<Work>,
        deadline: Deadline,
        (activity, metrics): (&Arc<Activity>, &Arc<Metrics>),
    ) -> Self {
        let id = statement.id;
        // Of the highest level, or lines that are shown would have a span that is not.
        let span = error_span!(
            target: "tributary::query",
            "query",
            %id,
            user = %statement.user,
            trace_id = field::Empty
        );
        let trace = Trace::begin(&statement, parent, has_parameters);
        if let Some(trace) = &trace {
            span.record("trace_id", trace.id());
        }
        let interrupt = Arc::clone(work.interrupt());
        let timer = SpawnedTask::spawn(async move {
            tokio::time::sleep_until(deadline.at).await;
            interrupt.stop(Stop::TimedOut);
        });
        let usage = Arc::clone(work.spent()) as _;
        Self {
            id,
            work,
            deadline,
            metrics: Arc::clone(metrics),
            recorded: Some(activity.begin(statement, usage)),
            has_parameters,
            span,
            trace,
            _timer: timer,
        }
    }

    pub(super) fn work(&self) -> &Arc<Work> {
        &self.work
    }

    pub(super) fn interrupt(&self) -> &Arc<Interrupt> {
        self.work.interrupt()
    }

    pub(super) fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn enters(&self, state: State) {
        if let Some(recorded) = &self.recorded {
            recorded.enters(state);
        }
        if let Some(trace) = &self.trace {
            trace.enters(state);
        }
    }

    /// The statement has a place and a plan.
    pub(super) fn runs(&self, query: &Query) {
        if let Some(recorded) = &self.recorded {
            recorded.planned_in(query.planning);
        }
        self.enters(State::Running);
    }

    pub(super) fn sent(&self, rows: usize, bytes: usize) {
        if let Some(recorded) = &self.recorded {
            recorded.sent(rows, bytes);
        }
        if let Some(trace) = &self.trace {
            trace.sends();
        }
    }

    /// Waits for a step of the statement, but not beyond its stop.
    pub(super) async fn step<T>(
        &self,
        step: impl Future<Output = Result<T, Status>>,
    ) -> Result<T, Status> {
        tokio::select! {
            biased;
            stop = self.interrupt().stopped() => Err(self.stopped(stop)),
            result = step => result,
        }
    }

    /// The statement was only planned, and can be.
    pub(super) fn planned(mut self) {
        if let Some(recorded) = self.recorded.take() {
            recorded.forget();
        }
        if let Some(trace) = self.trace.take() {
            trace.planned();
        }
    }

    /// Ends the statement and says what its client is told.
    pub(super) fn finish(mut self, result: Result<(), Status>) -> Result<(), Status> {
        self.end(result)
    }

    /// Ends a statement that failed.
    pub(super) fn fail(mut self, status: Status) -> Status {
        match self.end(Err(status)) {
            Err(status) => status,
            Ok(()) => refused(
                Code::Internal,
                "a statement that failed was counted as done",
            ),
        }
    }

    fn end(&mut self, result: Result<(), Status>) -> Result<(), Status> {
        let stop = self.interrupt().reason();
        // Operators fail in many ways once they shall stop; the reason is what counts.
        let result = match (result, stop) {
            (Err(_), Some(stop)) => Err(self.stopped(stop)),
            (result, _) => result,
        };
        let state = match (&result, stop) {
            (Ok(()), _) => State::Finished,
            (Err(_), Some(Stop::TimedOut)) => State::TimedOut,
            (Err(_), Some(_)) => State::Cancelled,
            (Err(_), None) => State::Failed,
        };
        // Nothing of it may go on, whatever the end.
        self.interrupt().stop(Stop::Abandoned);
        let error = result.as_ref().err();
        let error = error.map(|status| (code_name(status.code()), self.kept(status)));
        if let Some(recorded) = self.recorded.take() {
            let outcome = recorded.finish(state, error.clone());
            let error = error.as_ref();
            let error = error.map(|(code, text)| (code.as_str(), text.as_str()));
            self.metrics.ended(&outcome);
            self.span
                .in_scope(|| log(&outcome, error.map(|(code, _)| code)));
            if let Some(trace) = self.trace.take() {
                trace.end(&outcome, error);
            }
        }
        result.map_err(|status| with_query(&status, self.id))
    }

    /// The text of an error as the server may keep it.
    fn kept(&self, status: &Status) -> String {
        match self.has_parameters {
            true => "not kept: it may show values of the statement's parameters".to_owned(),
            false => status.message().to_owned(),
        }
    }

    fn stopped(&self, stop: Stop) -> Status {
        match stop {
            Stop::TimedOut => self.deadline.exceeded(),
            Stop::Cancelled | Stop::Abandoned | Stop::ShutDown => {
                refused(Code::Cancelled, stop.to_string())
            }
        }
    }
}

impl Drop for Execution {
    fn drop(&mut self) {
        if self.recorded.is_none() {
            return;
        }
        let status = match std::thread::panicking() {
            true => refused(Code::Internal, "the query stopped by a bug of the server"),
            false => {
                self.interrupt().stop(Stop::Abandoned);
                refused(Code::Cancelled, Stop::Abandoned.to_string())
            }
        };
        // Nobody is left to be told.
        let _ = self.end(Err(status));
    }
}

fn log(outcome: &Outcome, code: Option<&str>) {
    let Outcome {
        state,
        total,
        rows,
        sent_bytes,
        peak_memory_bytes,
        spilled_bytes,
    } = *outcome;
    let (state_name, seconds) = (state.name(), total.as_secs_f64());
    let is_worth_a_look = matches!(state, State::Failed | State::TimedOut) || total > SLOW;
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                target: "tributary::query",
                state = state_name,
                code,
                seconds,
                rows,
                sent_bytes,
                peak_memory_bytes,
                spilled_bytes,
                "query ended"
            )
        };
    }
    match is_worth_a_look {
        true => line!(warn),
        false => line!(info),
    }
}
