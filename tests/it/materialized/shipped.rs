use std::{num::NonZeroUsize, sync::Arc};

use datafusion::{arrow::datatypes::DataType, physical_plan::common::collect};
use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, RefreshRequest},
    materialize,
    query::{
        definitions::Definitions,
        materialized::Refresh,
        statement,
        view::{Body, View},
    },
    sample::{SampleOptions, write_sample},
};

use super::shop::why;
use crate::warehouse::shop::{lines, rows};

const REPORTS: [&str; 5] = [
    "business_performance",
    "clienteling",
    "conversational_commerce",
    "revenue",
    "sales_insights",
];

struct Sample {
    engine: Engine,
    _folder: TempDir,
}

impl Sample {
    async fn refreshed() -> Self {
        let folder = TempDir::new().unwrap();
        let shop = folder.path().join("shop");
        let options = SampleOptions {
            scale: 0.03,
            seed: 1,
            threads: 2,
        };
        write_sample(&shop, &options, &|_| {}).unwrap();
        let config = Config {
            warehouse: Some(shop.to_str().unwrap().to_owned()),
            threads: NonZeroUsize::new(2),
            ..Config::default()
        };
        let engine = materialize::open(&config, Clock::System).await.unwrap();
        let session = engine.session();
        let views = materialize::in_order(&session).unwrap();
        let shipped = Definitions::shipped().unwrap();
        assert_eq!(views.len(), shipped.materialized().count());
        for name in views {
            let request = RefreshRequest {
                name: name.clone(),
                what: Refresh::Stale,
                work: None,
            };
            let outcome = materialize::run_asked(&session, &request, None, &Arc::default()).await;
            assert!(outcome.unwrap().rows > 0, "{name}");
            assert_eq!(why(&session, &name).await, None, "{name}");
        }
        Self {
            engine,
            _folder: folder,
        }
    }
}

fn query(view: &View) -> String {
    let name = view.full_name();
    match &view.body {
        Body::Query(_) => format!("select * from {name}"),
        Body::Metrics(metrics) => {
            let measures = metrics.measures.iter();
            let measures: Vec<_> = measures.map(|it| format!("measure({})", it.name)).collect();
            format!(
                "select date, {} from {name} group by date order by date",
                measures.join(", ")
            )
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_view_of_every_report_answers_the_same_stored_and_computed() {
    let sample = Sample::refreshed().await;
    let shipped = Definitions::shipped().unwrap();
    let (mut compared, mut stored_plans) = (0, 0);
    for view in REPORTS.iter().flat_map(|report| shipped.views(report)) {
        // Not all dimensions are of all measures.
        if view.name == "metrics" && view.schema == "clienteling" {
            continue;
        }
        let sql = query(view);
        let answers = async |staleness: &str| {
            let session = sample.engine.session();
            rows(
                &session,
                &format!("set tributary.max_staleness = '{staleness}'"),
            )
            .await;
            let statement = statement::parse(&sql).unwrap().remove(0);
            let planned = session.plan(statement).await.unwrap().analyze().unwrap();
            // What is computed may be nullable to the plan and never NULL, which what is stored knows.
            let fields = planned.plan.schema().fields().iter();
            let fields = fields.map(|it| (it.name().clone(), widest(it.data_type())));
            let schema: Vec<_> = fields.collect();
            let answer = session.execute(planned).await.unwrap();
            let answer = collect(answer).await.unwrap();
            let mut answer: Vec<_> = answer.iter().flat_map(lines).collect();
            answer.sort();
            (schema, answer)
        };
        let (schema, computed) = answers("0 seconds").await;
        let (stored_schema, stored) = answers("1 day").await;
        assert_eq!(stored_schema, schema, "{sql}");
        assert_eq!(stored, computed, "{sql}");
        compared += usize::from(!computed.is_empty());
        let explain = format!("explain {sql}");
        let plan = rows(&sample.engine.session(), &explain).await.join("\n");
        stored_plans += usize::from(plan.contains(" stored at "));
    }
    assert!(
        compared > 60 && stored_plans > 20,
        "{compared} {stored_plans}"
    );
}

/// How many digits a sum may have depends on whether its rows are a UNION yet, or are stored.
fn widest(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Decimal128(_, scale) => DataType::Decimal128(38, *scale),
        other => other.clone(),
    }
}

#[test]
fn what_is_shipped_is_stored_by_day_every_hour() {
    let shipped = Definitions::shipped().unwrap();
    for view in shipped.materialized() {
        let materialized = view.materialized.as_ref().unwrap();
        assert!(materialized.day.is_some(), "{}", view.full_name());
        assert_eq!(materialized.every.unwrap().as_hours(), 1);
    }
    for report in REPORTS {
        let is_there = shipped.materialized().any(|view| view.schema == report);
        assert!(is_there, "{report}");
    }
}
