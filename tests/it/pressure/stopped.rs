//! Queries that are stopped while they work, and others meanwhile.

use std::time::{Duration, Instant};

use tonic::Code;

use super::support::{Served, cancel, heavy, start};

/// What a stopped query may still take.
const SOON: Duration = Duration::from_secs(1);
/// Time enough to get from planning into the operator.
const UNDER_WAY: Duration = Duration::from_millis(700);

/// More conversions and touchpoints of one customer than can be credited in a minute.
const ATTRIBUTION: &str = "
    SELECT sum(credit) FROM attribute(
        conversions => (SELECT 1 AS customer_id, value AS order_id,
            cast(1 AS decimal(18, 2)) AS total, to_timestamp_seconds(value) AS ordered_at
            FROM generate_series(1, 50000)),
        touchpoints => (SELECT 1 AS customer_id, value AS touch_id,
            to_timestamp_seconds(value) AS touched_at FROM generate_series(1, 50000)),
        key => 'customer_id', value => 'total',
        conversion_id => 'order_id', conversion_time => 'ordered_at',
        touchpoint_id => 'touch_id', touchpoint_time => 'touched_at',
        lookback => interval '14 days', model => 'linear')";

fn shapes() -> Vec<(&'static str, String)> {
    let mut shapes = heavy().to_vec();
    shapes.push(("attribute()", ATTRIBUTION.to_owned()));
    shapes
}

#[tokio::test]
async fn item_18_a_cancelled_query_is_gone_within_a_second() {
    let served = Served::start(|_| {}).await;
    let client = served.client().await;
    for (name, sql) in shapes() {
        let started = start(&client, &sql).await.unwrap();
        tokio::time::sleep(UNDER_WAY).await;
        assert_eq!(served.running.count(), 1, "{name}");
        cancel(&client, &started.info).await;
        let freed = served.time_to_idle().await;
        println!("{name}: gone {freed:?} after it was cancelled");
        assert!(freed < SOON, "{name}: {freed:?}");
        let status = started.error().await;
        assert_eq!(status.code(), Code::Cancelled, "{name}: {status}");
    }
}

#[tokio::test]
async fn item_18_a_query_whose_client_is_gone_is_gone_within_a_second() {
    let served = Served::start(|_| {}).await;
    for (name, sql) in shapes() {
        let client = served.client().await;
        let started = start(&client, &sql).await.unwrap();
        tokio::time::sleep(UNDER_WAY).await;
        assert_eq!(served.running.count(), 1, "{name}");
        drop((client, started));
        let freed = served.time_to_idle().await;
        println!("{name}: gone {freed:?} after its client");
        assert!(freed < SOON, "{name}: {freed:?}");
    }
}

#[tokio::test]
async fn item_18_others_are_answered_while_joins_run() {
    let served = Served::start(|_| {}).await;
    let client = served.client().await;
    let [_, (_, cross), (_, nested), ..] = heavy();
    let _heavy = [
        start(&client, &cross).await.unwrap(),
        start(&client, &nested).await.unwrap(),
    ];
    tokio::time::sleep(UNDER_WAY).await;
    let other = served.client().await;
    let mut taken = Vec::new();
    for _ in 0..50 {
        let began = Instant::now();
        assert_eq!(other.query("SELECT 1").await.unwrap().rows(), [["1"]]);
        taken.push(began.elapsed());
    }
    taken.sort();
    let (median, slowest) = (taken[25], taken[49]);
    println!("SELECT 1 beside two joins: median {median:?}, slowest of 50 {slowest:?}");
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    assert_eq!(served.running.count(), 2, "the joins still run");
}
