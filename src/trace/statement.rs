//! The spans of one statement: the statement, and below it what it did, one thing after the other.
//!
//! Names and attributes are those of OpenTelemetry's conventions where there are some. Values of
//! parameters, and tokens, are in none of them.

use std::{borrow::Cow, fmt, sync::OnceLock, time::SystemTime};

use opentelemetry::{
    KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::{
    Parent,
    collector::{Collector, span},
};
use crate::{
    clock::Clock,
    system::{Outcome, State, Statement},
};

/// Of the span of a statement that runs.
pub(super) const NAME: &str = "query";
/// Of the span of a statement that was only planned.
const DESCRIBE: &str = "describe";

/// A statement that is traced.
pub struct Trace {
    collector: &'static Collector,
    span: SpanContext,
    parent: Option<SpanContext>,
    attributes: Vec<KeyValue>,
    has_texts: bool,
    queued_at: SystemTime,
    started_at: OnceLock<SystemTime>,
    planned_at: OnceLock<SystemTime>,
    first_batch_at: OnceLock<SystemTime>,
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace")
            .field("span", &self.span)
            .finish_non_exhaustive()
    }
}

impl Trace {
    /// `None` for a statement that is not to be traced.
    pub fn begin(
        statement: &Statement,
        parent: Option<&Parent>,
        has_parameters: bool,
    ) -> Option<Box<Self>> {
        let collector = Collector::get()?;
        let parent = parent.map(|it| it.0.clone());
        let span = collector.sample(statement.id, parent.as_ref())?;
        let has_texts = collector.takes_texts && !has_parameters;
        Some(Box::new(Self {
            collector,
            span,
            parent,
            attributes: attributes(statement, has_texts),
            has_texts,
            queued_at: now(),
            started_at: OnceLock::new(),
            planned_at: OnceLock::new(),
            first_batch_at: OnceLock::new(),
        }))
    }

    /// The id of the trace in hexadecimal digits.
    pub fn id(&self) -> String {
        self.span.trace_id().to_string()
    }

    pub fn enters(&self, state: State) {
        let at = match state {
            State::Planning => &self.started_at,
            State::Running => &self.planned_at,
            _ => return,
        };
        at.get_or_init(now);
    }

    /// A batch is about to be sent.
    pub fn sends(&self) {
        self.first_batch_at.get_or_init(now);
    }

    /// The statement was only planned, and can be.
    pub fn planned(mut self: Box<Self>) {
        // It had no turn to wait for.
        self.queued_at = *self.started_at.get().unwrap_or(&self.queued_at);
        self.send(DESCRIBE, Vec::new(), &Status::Unset);
    }

    /// # Arguments
    /// `error`: the name of its code and its text, as the client got them.
    pub fn end(self: Box<Self>, outcome: &Outcome, error: Option<(&str, &str)>) {
        let mut attributes = vec![KeyValue::new("tributary.state", outcome.state.name())];
        let numbers = [
            ("db.response.returned_rows", outcome.rows),
            ("tributary.sent_bytes", outcome.sent_bytes),
            ("tributary.peak_memory_bytes", outcome.peak_memory_bytes),
            ("tributary.spilled_bytes", outcome.spilled_bytes),
        ];
        attributes.extend(
            numbers.map(|(name, number)| {
                KeyValue::new(name, i64::try_from(number).unwrap_or(i64::MAX))
            }),
        );
        let mut status = Status::Unset;
        if let Some((code, text)) = error {
            attributes.push(KeyValue::new("error.type", code.to_owned()));
            status = Status::error(if self.has_texts { text } else { "" }.to_owned());
        }
        self.send(NAME, attributes, &status);
    }

    fn send(mut self: Box<Self>, name: &'static str, more: Vec<KeyValue>, status: &Status) {
        let ended_at = now();
        let steps = self.steps(ended_at);
        let (trace, state) = (self.span.trace_id(), self.span.trace_state());
        let last = steps.len() - 1;
        for (number, (name, began_at, ended_at)) in steps.into_iter().enumerate() {
            self.collector.send(SpanData {
                parent_span_id: self.span.span_id(),
                // What went wrong did so in the last of them.
                status: match number == last {
                    true => status.clone(),
                    false => Status::Unset,
                },
                ..self.data(span(trace, state.clone()), name, began_at, ended_at)
            });
        }
        self.attributes.extend(more);
        let attributes = std::mem::take(&mut self.attributes);
        self.collector.send(SpanData {
            parent_span_id: self
                .parent
                .as_ref()
                .map_or(SpanId::INVALID, SpanContext::span_id),
            parent_span_is_remote: self.parent.is_some(),
            span_kind: SpanKind::Server,
            attributes,
            status: status.clone(),
            ..self.data(self.span.clone(), name, self.queued_at, ended_at)
        });
    }

    /// What the statement did, with beginning and end; where the next begins, the last ends.
    fn steps(&self, ended_at: SystemTime) -> Vec<(&'static str, SystemTime, SystemTime)> {
        let queued_at = Some(&self.queued_at).filter(|it| self.started_at.get() != Some(it));
        let began = [
            ("queue", queued_at),
            ("plan", self.started_at.get()),
            ("first batch", self.planned_at.get()),
            ("stream", self.first_batch_at.get()),
        ];
        let mut steps: Vec<(_, SystemTime, SystemTime)> = Vec::with_capacity(began.len());
        for (name, began_at) in began {
            let Some(began_at) = began_at.copied() else {
                continue;
            };
            if let Some((_, _, end)) = steps.last_mut() {
                *end = began_at;
            }
            steps.push((name, began_at, ended_at));
        }
        steps
    }

    fn data(
        &self,
        span_context: SpanContext,
        name: &'static str,
        start_time: SystemTime,
        end_time: SystemTime,
    ) -> SpanData {
        SpanData {
            span_context,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: Cow::Borrowed(name),
            start_time,
            end_time,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: self.collector.scope.clone(),
        }
    }
}

fn attributes(statement: &Statement, has_texts: bool) -> Vec<KeyValue> {
    let mut attributes = vec![
        KeyValue::new("db.system.name", "tributary"),
        KeyValue::new("tributary.query_id", statement.id.to_string()),
        KeyValue::new("enduser.id", statement.user.to_string()),
    ];
    if let Some(address) = statement.peer.address {
        attributes.push(KeyValue::new("client.address", address.ip().to_string()));
        attributes.push(KeyValue::new("client.port", i64::from(address.port())));
    }
    if let Some(agent) = &statement.peer.user_agent {
        attributes.push(KeyValue::new("user_agent.original", agent.to_string()));
    }
    if has_texts {
        attributes.push(KeyValue::new("db.query.text", statement.text.clone()));
    }
    attributes
}

fn now() -> SystemTime {
    Clock::System.now().into()
}
