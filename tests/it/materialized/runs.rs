use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use tributary::{
    clock::Clock,
    engine::Engine,
    materialize::{self, scheduler},
    warehouse::ledger::{Begun, Ledger, RunOutcome, Trigger},
};

use super::shop::{SALES, Shop};

const OFTEN: &str = "create materialized view mine.sales
partitioned by (local_date(ordered_at) as day) refresh every '1 second'
as select order_id, ordered_at, total from orders";

async fn ledger(shop: &Shop) -> Ledger {
    let journal = Ledger::of(shop.location(), "mine", "sales").unwrap();
    journal.read().await.unwrap()
}

/// Waits until the ledger is as it should be.
async fn until(shop: &Shop, what: &str, is_so: impl Fn(&Ledger) -> bool) -> Ledger {
    let begun = Instant::now();
    loop {
        let ledger = ledger(shop).await;
        if is_so(&ledger) {
            return ledger;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{what}: {ledger:#?}"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn done(ledger: &Ledger) -> usize {
    let runs = ledger.runs.iter();
    runs.filter(|run| matches!(run.outcome, RunOutcome::Done { .. }))
        .count()
}

async fn another(shop: &Shop) -> Arc<Engine> {
    Arc::new(
        materialize::open(&shop.config, Clock::System)
            .await
            .unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_schedulers_one_makes_each_run() {
    let shop = Shop::new().await;
    shop.run(OFTEN).await;
    let (one, two) = (another(&shop).await, another(&shop).await);
    let running = [scheduler::start(one), scheduler::start(two)];
    until(&shop, "five runs", |ledger| done(ledger) >= 5).await;
    shop.sell(["3", "4"], [3, 3], [300, 400]).await;
    let before = done(&ledger(&shop).await);
    let ledger = until(&shop, "two more", |ledger| done(ledger) >= before + 2).await;
    drop(running);

    let slots: Vec<_> = ledger
        .runs
        .iter()
        .filter_map(|run| run.begun.slot)
        .collect();
    let once: BTreeSet<_> = slots.iter().collect();
    assert_eq!(
        slots.len(),
        once.len(),
        "a time of the schedule is done once: {ledger:#?}"
    );
    for (earlier, later) in ledger.runs.iter().zip(&ledger.runs[1..]) {
        assert!(
            earlier.ended_at <= later.begun.at,
            "one at a time: {ledger:#?}"
        );
    }
    assert!(
        ledger
            .runs
            .iter()
            .all(|run| matches!(run.outcome, RunOutcome::Done { .. }))
    );
    assert_eq!(shop.run("select count(*) from mine.sales").await, ["4"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_fails_keeps_the_rows_and_is_tried_again() {
    let shop = Shop::new().await;
    shop.run(
        "create materialized view mine.sales refresh every '1 second'
         as select order_id, 1 / (total - 3) as part from orders",
    )
    .await;
    shop.run("refresh materialized view mine.sales").await;
    shop.sell(["3", "4"], [3, 3], [300, 400]).await;
    let running = scheduler::start(another(&shop).await);
    let ledger = until(&shop, "two failures", |ledger| ledger.failures().0 >= 2).await;
    drop(running);
    let last = ledger.runs.last().unwrap();
    let RunOutcome::Failed { error } = &last.outcome else {
        panic!("{last:?}");
    };
    assert!(error.contains("Divide by zero"), "{error}");
    assert_eq!(last.begun.attempt, 2);
    let waited = last
        .begun
        .at
        .duration_since(ledger.runs[ledger.runs.len() - 2].ended_at);
    assert!(waited.as_secs() >= 4, "{waited:#}");
    let stored = shop.run("select count(*) from mine.sales").await;
    assert_eq!(stored, ["2"], "the last good version stays");
    let shown = shop
        .run("select status, attempt, error like '%Divide by zero%' from system.refreshes order by began_at")
        .await;
    assert_eq!(shown.last().unwrap(), "failed|2|true");
}

#[tokio::test]
async fn why_did_yesterday_change() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    shop.run("refresh materialized view mine.sales").await;
    // One more order of a day that was there, and one of a new day.
    shop.sell(["3", "4"], [2, 9], [350, 400]).await;
    shop.run("refresh materialized view mine.sales").await;
    let shown = shop
        .run("select view_name, date, measure, before, after from system.restatements order by measure")
        .await;
    assert_eq!(
        shown,
        [
            "sales|2026-08-02|rows|1.0|2.0",
            "sales|2026-08-02|total|2.0|5.5",
        ]
    );
    let runs = shop
        .run("select status, trigger, days, rows, reason from system.refreshes order by began_at")
        .await;
    assert_eq!(
        runs,
        ["done|asked|NULL|2|nothing is stored", "done|asked|2|3|NULL"]
    );
}

#[tokio::test]
async fn how_old_the_rows_are() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    let fresh = "select is_read, reason, version, failures, next_refresh_at is not null
        from system.freshness where schema = 'mine'";
    let never = "false|nothing is stored: it was never refreshed|NULL|0|true";
    assert_eq!(shop.run(fresh).await, [never]);
    shop.run("refresh materialized view mine.sales").await;
    assert_eq!(shop.run(fresh).await, ["true|NULL|0|0|true"]);
    shop.run("suspend materialized view mine.sales").await;
    assert_eq!(shop.run(fresh).await, ["true|NULL|0|0|false"]);
    shop.advance(5);
    let old = shop.run(fresh).await.remove(0);
    assert!(old.starts_with("false|the stored rows are 5h old"), "{old}");
}

#[tokio::test]
async fn who_asks_waits_for_a_run_that_goes_on() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    let journal = Ledger::of(shop.location(), "mine", "sales").unwrap();
    let lease = jiff::SignedDuration::from_secs(2);
    let another = Begun {
        id: "another".to_owned(),
        trigger: Trigger::Asked,
        slot: None,
        at: jiff::Timestamp::now(),
        attempt: 1,
    };
    let acquired = journal
        .change(|ledger| ledger.acquire(&another, lease))
        .await;
    assert_eq!(acquired.unwrap(), Some(1));
    let shown = shop
        .run("select status, run_id from system.refreshes")
        .await;
    assert_eq!(shown, ["running|another"]);
    // Nothing is heard of it any more, and its lease ends.
    shop.run("refresh materialized view mine.sales").await;
    let shown = shop
        .run("select status, trigger from system.refreshes order by began_at")
        .await;
    assert_eq!(shown, ["lost|asked", "done|asked"]);
}
