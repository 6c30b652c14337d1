//! What `/metrics` says.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric, text},
    metrics::{
        MetricType,
        counter::Counter,
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

use super::{admission::Admission, store_metrics::StoreRequests};
use crate::{clock::Clock, engine::Engine, system::Outcome};

type State = [(&'static str, &'static str); 1];

/// Counters of a server, and what it has now.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    queries: Family<State, Counter>,
    plan_duration: Histogram,
    query_duration: Histogram,
    rows: Counter,
    sent: Counter,
    spilled: Counter,
    logins_failed: Counter,
}

impl Metrics {
    pub(super) fn new(engine: Arc<Engine>, admission: Admission) -> Self {
        // From a millisecond to four minutes.
        let durations = || Histogram::new(exponential_buckets(0.001, 4.0, 10));
        let mut metrics = Self {
            registry: Registry::default(),
            queries: Family::default(),
            plan_duration: durations(),
            query_duration: durations(),
            rows: Counter::default(),
            sent: Counter::default(),
            spilled: Counter::default(),
            logins_failed: Counter::default(),
        };
        metrics.register(Now { engine, admission });
        metrics
    }

    fn register(&mut self, now: Now) {
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(Clock::System.now().as_millisecond() as f64 / 1e3);
        let help = "When the server started, in seconds since 1970";
        let name = "process_start_time";
        self.registry
            .register_with_unit(name, help, Unit::Seconds, started);

        let registry = self.registry.sub_registry_with_prefix("tributary");
        let requests = Arc::clone(now.engine.warehouse().location().requests());
        registry.register_collector(Box::new(StoreRequests(requests)));
        registry.register_collector(Box::new(now));
        let help = "Statements that ended, by how";
        registry.register("queries", help, self.queries.clone());
        let help = "How long planning took";
        let plan = self.plan_duration.clone();
        registry.register_with_unit("plan_duration", help, Unit::Seconds, plan);
        let help = "How long statements took, with their time in the queue";
        let total = self.query_duration.clone();
        registry.register_with_unit("query_duration", help, Unit::Seconds, total);
        let help = "Rows sent to clients";
        registry.register("rows", help, self.rows.clone());
        let help = "Bytes of rows sent to clients";
        registry.register_with_unit("sent", help, Unit::Bytes, self.sent.clone());
        let help = "Bytes that queries wrote to disk because their memory was full";
        registry.register_with_unit("spilled", help, Unit::Bytes, self.spilled.clone());
        let help = "Logins that were refused";
        registry.register("logins_failed", help, self.logins_failed.clone());
    }

    pub(super) fn planned(&self, seconds: f64) {
        self.plan_duration.observe(seconds);
    }

    pub(super) fn ended(&self, outcome: &Outcome) {
        let state = [("state", outcome.state.name())];
        self.queries.get_or_create(&state).inc();
        self.query_duration.observe(outcome.total.as_secs_f64());
        self.rows.inc_by(outcome.rows);
        self.sent.inc_by(outcome.sent_bytes);
        self.spilled.inc_by(outcome.spilled_bytes);
    }

    /// The counter of refused logins, for whoever refuses them.
    pub(super) fn logins_failed(&self) -> Counter {
        self.logins_failed.clone()
    }

    /// The page, in the text format of OpenMetrics.
    pub(super) fn page(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}

/// What is read when the page is.
#[derive(Debug)]
struct Now {
    engine: Arc<Engine>,
    admission: Admission,
}

impl Collector for Now {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let (running, queued) = self.admission.counts();
        let memory = self.engine.memory_bytes();
        for (name, help, unit, value) in [
            ("running", "Queries that run now", None, running),
            ("queued", "Queries that wait for a place", None, queued),
            (
                "memory",
                "Memory that queries have now",
                Some(Unit::Bytes),
                memory,
            ),
        ] {
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(name, help, unit.as_ref(), kind)?)?;
        }
        self.encode_views(&mut encoder)
    }
}

impl Now {
    /// The materialized views that are refreshed on schedule.
    fn encode_views(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let views = self.engine.activity().views();
        let help = "Time since the last refresh of a view that was done began";
        let mut ages =
            encoder.encode_descriptor("view_age", help, Some(&Unit::Seconds), MetricType::Gauge)?;
        for (view, state) in &views {
            if let Some(at) = state.refreshed_at {
                let age = Clock::System.now().duration_since(at).as_secs_f64();
                ages.encode_family(&[("view", view.as_str())])?
                    .encode_gauge(&age)?;
            }
        }
        let help = "Refreshes of a view that failed since one was done";
        let mut failures =
            encoder.encode_descriptor("view_failures", help, None, MetricType::Gauge)?;
        for (view, state) in &views {
            failures
                .encode_family(&[("view", view.as_str())])?
                .encode_gauge(&i64::from(state.failures))?;
        }
        Ok(())
    }
}
