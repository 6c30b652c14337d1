//! What EXPLAIN must show, because a report over years of orders must not read them all.

use datafusion::arrow::{array::AsArray, util::pretty::pretty_format_batches};
use futures::TryStreamExt;
use tributary::engine::Session;

use crate::sample_shop::SampleShop;

/// The file scans of a query's physical plan, one a line.
pub(crate) async fn scans(session: &Session, sql: &str) -> Vec<String> {
    let result = session.sql(&format!("explain {sql}")).await.unwrap();
    let batches: Vec<_> = result.try_collect().await.unwrap();
    let rows = batches.iter().flat_map(|batch| {
        let kinds = batch.column(0).as_string::<i32>().iter();
        kinds.zip(batch.column(1).as_string::<i32>().iter())
    });
    let plan = rows
        .filter(|(kind, _)| *kind == Some("physical_plan"))
        .find_map(|(_, plan)| plan);
    let lines = plan
        .unwrap()
        .lines()
        .filter(|line| line.contains("DataSourceExec"));
    lines.map(|line| line.trim().to_owned()).collect()
}

fn of_table<'a>(scans: &'a [String], table: &str) -> Vec<&'a str> {
    let folder = format!("/{table}/");
    let scans: Vec<_> = scans
        .iter()
        .filter(|scan| scan.contains(&folder))
        .map(String::as_str)
        .collect();
    assert!(!scans.is_empty(), "{table} is not read");
    scans
}

/// 2026-11-13 00:00 in New York, where the last seven days of the sample begin.
const SEVEN_DAYS_AGO: &str = "ordered_at@2 >= 1794546000000000";

#[tokio::test(flavor = "multi_thread")]
async fn a_period_reaches_the_scan_of_the_orders_through_attribution() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    for view in [
        "revenue.overview",
        "revenue.by_agent",
        "clienteling.overview",
    ] {
        let sql = format!("select * from {view} where period = 'last_7_days'");
        let scans = scans(&session, &sql).await;
        let bounded = of_table(&scans, "orders")
            .iter()
            .any(|scan| scan.contains(SEVEN_DAYS_AGO));
        assert!(
            bounded,
            "{view}: no scan of orders has {SEVEN_DAYS_AGO}\n{}",
            scans.join("\n")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_reaches_back_to_the_previous_period_and_no_further() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    let compared = "select message_id from in_periods(
        rows => (select message_id, sent_at from messages), at => 'sent_at', compare => true)
        where period = 'last_7_days'";
    // Midnights in New York of the 6th, the 13th and the 20th of November 2026.
    let [before, start, end] = ["1793941200000000", "1794546000000000", "1795150800000000"];
    for (filter, from, until) in [
        ("", before, end),
        (" and is_previous", before, start),
        (" and not is_previous", start, end),
    ] {
        let scans = scans(&session, &format!("{compared}{filter}")).await;
        let [messages] = of_table(&scans, "messages")[..] else {
            panic!("{scans:?}")
        };
        // Two spans that touch are one, which the statistics of a file are compared with.
        let span = format!("sent_at@8 >= {from} AND sent_at@8 < {until}, pruning_predicate");
        assert!(messages.contains(&span), "{filter}: {messages}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_reaches_the_scans_of_clicks_and_of_purchases() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    for view in ["overview", "agent_leaderboard", "purchase_journey"] {
        let sql = format!("select * from business_performance.{view} where period = 'last_7_days'");
        let scans = scans(&session, &sql).await;
        for (table, bound) in [
            ("link_clicks", "clicked_at@2 >= 1794546000000000"),
            ("web_events", "occurred_at@2 >= 1794546000000000"),
        ] {
            let bounded = of_table(&scans, table).iter().any(|it| it.contains(bound));
            assert!(
                bounded,
                "{view}: no scan of {table} has {bound}\n{}",
                scans.join("\n")
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attribute_reads_only_what_is_needed() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    let sql = "select activity_type, sum(credit) as orders
        from attribute(
            conversions => orders, touchpoints => activities,
            key => 'customer_id', conversion_id => 'order_id', conversion_time => 'ordered_at',
            value => 'total', touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at',
            model => 'linear', lookback => interval '14 days')
        where currency = 'EUR' and activity_type = 'messaging'
        group by activity_type";
    let scans = scans(&session, sql).await;
    let [orders] = of_table(&scans, "orders")[..] else {
        panic!("{scans:?}")
    };
    assert!(orders.contains("currency@3 = EUR"), "{orders}");
    assert!(!orders.contains("shipping"), "{orders}");
    let [activities] = of_table(&scans, "activities")[..] else {
        panic!("{scans:?}")
    };
    // A touchpoint that the caller filters out has still shared the credit.
    assert!(!activities.contains("messaging"), "{activities}");
    assert!(!activities.contains("direction"), "{activities}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_period_never_returns_a_row_of_another() {
    let shop = SampleShop::open(0.05).await;
    let session = shop.session();
    let sql = "select distinct period from clienteling.overview where period = 'yesterday'";
    let batches: Vec<_> = session.sql(sql).await.unwrap().try_collect().await.unwrap();
    let shown = pretty_format_batches(&batches).unwrap().to_string();
    assert_eq!(shown.matches("yesterday").count(), 1, "{shown}");
    assert!(!shown.contains("today "), "{shown}");
}
