use datafusion::physical_plan::common::collect;
use tributary::query::materialized::Why;

use super::shop::{Shop, sales, why};
use crate::warehouse::shop::{lines, rows};

const SELECT: &str = "select order_id, total from mine.sales";

#[tokio::test]
async fn stored_rows_are_read_until_they_are_too_old() {
    let shop = Shop::stored().await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    assert_eq!(shop.run(SELECT).await.len(), 2, "as of the refresh");
    let session = shop.session();
    rows(&session, "set tributary.max_staleness = '0 seconds'").await;
    assert_eq!(rows(&session, SELECT).await.len(), 4, "computed");
    assert_eq!(why(&session, &sales()).await, Some(Why::TurnedOff));

    shop.advance(2);
    assert_eq!(
        shop.run(SELECT).await.len(),
        2,
        "as old as twice its schedule"
    );
    shop.advance(1);
    assert_eq!(shop.run(SELECT).await.len(), 4);
    let too_old = why(&shop.session(), &sales()).await.unwrap();
    assert!(too_old.to_string().contains("3h old"), "{too_old}");
    let session = shop.session();
    rows(&session, "set tributary.max_staleness = '1 day'").await;
    assert_eq!(rows(&session, SELECT).await.len(), 2);
    rows(&session, "reset tributary.max_staleness").await;
    assert_eq!(rows(&session, SELECT).await.len(), 4);
}

#[tokio::test]
async fn a_view_without_a_schedule_is_read_however_old() {
    let shop = Shop::new().await;
    shop.run("create materialized view mine.sales as select order_id, total from orders")
        .await;
    assert_eq!(why(&shop.session(), &sales()).await, Some(Why::NotStored));
    shop.run("refresh materialized view mine.sales").await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    shop.advance(10_000);
    assert_eq!(shop.run(SELECT).await.len(), 2);
}

#[tokio::test]
async fn other_settings_are_computed() {
    let shop = Shop::stored().await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    for (setting, key) in [
        ("timezone = 'Asia/Tokyo'", "timezone"),
        ("currency = 'CHF'", "currency"),
        ("as_of = '2026-08-20T11:00:00Z'", "as_of"),
    ] {
        let session = shop.session();
        rows(&session, &format!("set tributary.{setting}")).await;
        assert_eq!(rows(&session, SELECT).await.len(), 4, "{setting}");
        let expected = Why::OtherSettings(vec![key.to_owned()]);
        assert_eq!(why(&session, &sales()).await, Some(expected));
    }
    // It is of another view, and of no consequence.
    let session = shop.session();
    rows(&session, "set tributary.param.revenue.lookback = '1 day'").await;
    rows(&session, "set tributary.period = '2026-08-01/2026-09-01'").await;
    assert_eq!(rows(&session, SELECT).await.len(), 2);
}

#[tokio::test]
async fn a_parameter_of_a_view_below_counts() {
    let shop = Shop::new().await;
    shop.run(
        "create view mine.big parameters least varchar default '1.50' as
         select order_id, total from orders where total > cast(least as decimal(18, 2))",
    )
    .await;
    shop.run("create materialized view mine.sales as select order_id, total from mine.big")
        .await;
    shop.run("refresh materialized view mine.sales").await;
    assert_eq!(shop.run(SELECT).await, ["2|2.00"]);
    let session = shop.session();
    rows(&session, "set tributary.param.mine.least = '0'").await;
    assert_eq!(rows(&session, SELECT).await.len(), 2);
    rows(&session, "set tributary.param.mine.least = '1.50'").await;
    assert_eq!(why(&session, &sales()).await, None);
    // So does its text.
    shop.run("create or replace view mine.big as select order_id, total from orders")
        .await;
    assert_eq!(
        why(&shop.session(), &sales()).await,
        Some(Why::OtherDefinition)
    );
    assert_eq!(shop.run(SELECT).await.len(), 2);
}

#[tokio::test]
async fn a_table_of_the_session_alone_is_never_hidden() {
    let shop = Shop::stored().await;
    let session = shop.session();
    rows(
        &session,
        "create table orders as select 'own' as order_id, 'a' as customer_id,
         timestamp '2026-08-01T00:00:00' as ordered_at, 'EUR' as currency, 1.00 as total",
    )
    .await;
    assert_eq!(rows(&session, SELECT).await, ["own|1.00"]);
    assert_eq!(
        why(&session, &sales()).await,
        Some(Why::OwnTable("orders".to_owned()))
    );
    let session = shop.session();
    rows(
        &session,
        "create temporary view mine.sales as select 'mine' as order_id, 2 as total",
    )
    .await;
    assert_eq!(rows(&session, SELECT).await, ["mine|2"]);
}

#[tokio::test]
async fn the_rows_have_the_order_and_the_types_of_the_view() {
    let shop = Shop::new().await;
    shop.run(
        "create materialized view mine.sales partitioned by (day) refresh every '1 hour' as
         select cast(ordered_at as date) as day, order_id, total, ordered_at,
             row_number() over (order by ordered_at) as place,
             array_agg(order_id) over () as all_ids, order_id = '1' as is_first,
             struct(order_id as id, total as amount) as pair
         from orders order by place desc",
    )
    .await;
    let all = "select * from mine.sales";
    let computed = shop.session().sql(all).await.unwrap();
    let (schema, computed) = (computed.schema(), collect(computed).await.unwrap());
    shop.run("refresh materialized view mine.sales").await;
    assert_eq!(why(&shop.session(), &sales()).await, None);
    let stored = shop.session().sql(all).await.unwrap();
    assert_eq!(stored.schema(), schema);
    let stored = collect(stored).await.unwrap();
    let text = |batches: &[_]| batches.iter().flat_map(lines).collect::<Vec<String>>();
    assert_eq!(text(&stored), text(&computed));
    assert!(text(&stored)[0].contains("|2|"), "the last comes first");
}

#[tokio::test]
async fn explain_names_what_is_stored_and_filters_prune_it() {
    let shop = Shop::stored().await;
    let plan = shop
        .run("explain select * from mine.sales")
        .await
        .join("\n");
    assert!(
        plan.contains("mine.sales stored at 2026-08-20T12:00:00Z"),
        "{plan}"
    );
    for condition in [
        "ordered_at >= timestamp '2026-08-02T00:00:00'",
        "local_date(ordered_at) = date '2026-08-02'",
    ] {
        let sql = format!("explain analyze {SELECT} where {condition}");
        let plan = shop.run(&sql).await.join("\n");
        let is_pruned = plan.contains("count_files_scanned=1")
            || plan.contains("files_ranges_pruned_statistics=1")
            || plan.contains("file_groups={1 group");
        assert!(is_pruned, "{condition}\n{plan}");
    }
}

#[tokio::test]
async fn a_query_reads_one_version_of_it() {
    let shop = Shop::stored().await;
    let session = shop.session();
    let planned = tributary::query::statement::parse(
        "select (select count(*) from mine.sales) + (select count(*) from mine.sales)",
    );
    let planned = session.plan(planned.unwrap().remove(0)).await.unwrap();
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    shop.run("refresh materialized view mine.sales").await;
    let answer = collect(session.execute(planned).await.unwrap())
        .await
        .unwrap();
    assert_eq!(lines(&answer[0]), ["4"]);
    assert_eq!(shop.run("select count(*) from mine.sales").await, ["4"]);
}

#[tokio::test]
async fn a_broken_table_is_computed() {
    let shop = Shop::stored().await;
    let log = shop.path("_tributary/materialized/mine/sales/_delta_log/00000000000000000000.json");
    std::fs::write(log, "{not json").unwrap();
    assert_eq!(shop.run(SELECT).await.len(), 2);
    assert_eq!(why(&shop.session(), &sales()).await, Some(Why::Unreadable));
}
