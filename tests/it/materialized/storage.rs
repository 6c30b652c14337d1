use std::sync::Arc;

use deltalake_core::protocol::SaveMode;
use tributary::{
    engine::RefreshRequest,
    materialize::{self, Extent},
    query::materialized::{Refresh, Why},
    warehouse::{
        delta,
        optimize::{OptimizeRequest, optimize},
        stored_view::{Replaced, folder},
    },
};

use super::shop::{SALES, Shop, sales, why};

const SELECT: &str = "select order_id, total from mine.sales";

fn days(from: &str, to: &str) -> Refresh {
    Refresh::Days {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

#[tokio::test]
async fn rows_are_in_folders_of_days() {
    let shop = Shop::stored().await;
    let table = shop.path("_tributary/materialized/mine/sales");
    for day in ["2026-08-01", "2026-08-02"] {
        let files = std::fs::read_dir(table.join(format!("day={day}"))).unwrap();
        assert_eq!(files.count(), 1, "{day}");
    }
    let stored = shop.stored_view().await.unwrap();
    assert_eq!(stored.run.replaced, Replaced::All);
    assert_eq!(stored.run.rows, 2);
    assert_eq!(stored.version(), 0);
    let columns: Vec<_> = stored
        .run
        .columns
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(columns, ["order_id", "ordered_at", "total"]);
    // Readers of the view do not see the day.
    assert_eq!(shop.run("select * from mine.sales limit 1").await.len(), 1);
    let refusal = shop.refusal("select day from mine.sales").await;
    assert!(refusal.contains("day"), "{refusal}");
}

#[tokio::test]
async fn a_range_of_days_is_swapped_in_and_the_others_stay() {
    let shop = Shop::stored().await;
    shop.sell(["3", "4"], [2, 5], [300, 400]).await;
    let outcome = shop.refresh(days("2026-08-02", "2026-08-04")).await;
    assert_eq!((outcome.rows, outcome.version), (2, 1));
    assert_eq!(outcome.extent.day_count(), Some(3));
    assert_eq!(shop.run(SELECT).await, ["1|1.00", "2|2.00", "3|3.00"]);
    let outcome = shop.refresh(Refresh::Full).await;
    assert_eq!((outcome.rows, outcome.extent.day_count()), (4, None));
    assert_eq!(shop.run(SELECT).await.len(), 4);
}

#[tokio::test]
async fn a_day_without_rows_any_more_is_emptied() {
    let shop = Shop::stored().await;
    let mut orders = delta::load(&shop.location().folder("orders").unwrap())
        .await
        .unwrap()
        .unwrap();
    orders.load().await.unwrap();
    orders
        .delete()
        .with_predicate("order_id = '2'")
        .await
        .unwrap();
    let outcome = shop.refresh(days("2026-08-02", "2026-08-02")).await;
    assert_eq!(outcome.rows, 0);
    assert_eq!(shop.run(SELECT).await, ["1|1.00"]);
}

#[tokio::test]
async fn rows_whose_day_was_unknown_are_not_there_twice() {
    let shop = Shop::new().await;
    let view = |day: &str| {
        format!(
            "create or replace materialized view mine.sales partitioned by (day) as
             select order_id, {day} as day from orders"
        )
    };
    // The day depends on a row of another table, which comes late.
    let known = "case when (select count(*) from orders) > 2 then cast(ordered_at as date) end";
    shop.run(&view(known)).await;
    shop.run("refresh materialized view mine.sales").await;
    assert_eq!(
        shop.run("select distinct day from mine.sales").await,
        ["NULL"]
    );
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    shop.refresh(days("2026-08-01", "2026-08-31")).await;
    let rows = "select order_id, day from mine.sales order by 1";
    let expected = [
        "1|2026-08-01",
        "2|2026-08-02",
        "3|2026-08-03",
        "4|2026-08-04",
    ];
    assert_eq!(shop.run(rows).await, expected);
}

#[tokio::test]
async fn a_part_is_as_old_as_the_whole() {
    let shop = Shop::stored().await;
    let before = shop.stored_view().await.unwrap().run;
    shop.advance(1);
    shop.refresh(days("2026-08-02", "2026-08-02")).await;
    let part = shop.stored_view().await.unwrap().run;
    assert_eq!(part.read_at, before.read_at);
    assert!(part.ran_at > before.ran_at);
    shop.refresh(Refresh::Full).await;
    let whole = shop.stored_view().await.unwrap().run;
    assert_eq!(whole.read_at, part.ran_at);
}

#[tokio::test]
async fn a_changed_definition_swaps_in_other_columns_and_days() {
    let shop = Shop::stored().await;
    shop.run(
        "create or replace materialized view mine.sales partitioned by (week) as
         select cast(date_trunc('week', ordered_at) as date) as week, count(*) as orders
         from orders group by 1",
    )
    .await;
    let select = "select week, orders from mine.sales";
    assert_eq!(shop.run(select).await, ["2026-07-27|2"]);
    assert!(why(&shop.session(), &sales()).await.is_some());
    // Asked for one day, it makes all: nothing else would be of one definition.
    let outcome = shop.refresh(days("2026-08-02", "2026-08-02")).await;
    assert!(matches!(outcome.extent, Extent::All { .. }));
    assert_eq!(outcome.version, 1);
    assert_eq!(why(&shop.session(), &sales()).await, None);
    assert_eq!(shop.run(select).await, ["2026-07-27|2"]);
    let run = shop.stored_view().await.unwrap().run;
    assert_eq!(run.columns[1].data_type, "Int64");
}

#[tokio::test]
async fn of_two_at_once_both_end_and_the_rows_are_there_once() {
    let shop = Shop::stored().await;
    let refresh = || async {
        let request = RefreshRequest {
            name: sales(),
            what: Refresh::Full,
            work: None,
        };
        materialize::run_asked(&shop.session(), &request, None, &Arc::default()).await
    };
    let (one, other, third) = futures::join!(refresh(), refresh(), refresh());
    let mut versions = [one, other, third].map(|it| it.unwrap().version);
    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3]);
    assert_eq!(shop.run(SELECT).await.len(), 2);
}

#[tokio::test]
async fn a_run_that_fails_leaves_what_was_there() {
    let shop = Shop::new().await;
    shop.run(&SALES.replace("total from", "100 / cast(total - 3 as int) as total from"))
        .await;
    shop.run("refresh materialized view mine.sales").await;
    let before = shop.run("select * from mine.sales").await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    let failed = shop.refusal("refresh materialized view mine.sales").await;
    assert!(failed.to_lowercase().contains("divide by zero"), "{failed}");
    let stored = shop.stored_view().await.unwrap();
    assert_eq!(stored.version(), 0);
    assert_eq!(shop.run("select * from mine.sales").await, before);
}

#[tokio::test]
async fn files_of_a_run_that_was_killed_are_not_rows() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    // It was killed after it wrote a file, and before it committed.
    let orphan = shop.path("_tributary/materialized/mine/sales/day=2026-08-01/part-0.parquet");
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    let orders = shop.path("orders");
    let file = std::fs::read_dir(orders)
        .unwrap()
        .map(|it| it.unwrap().path())
        .find(|it| it.extension().is_some_and(|it| it == "parquet"));
    std::fs::copy(file.unwrap(), &orphan).unwrap();
    assert_eq!(shop.run(SELECT).await.len(), 2);
    shop.run("refresh materialized view mine.sales").await;
    assert_eq!(shop.run(SELECT).await, ["1|1.00", "2|2.00"]);
}

#[tokio::test]
async fn a_commit_of_something_else_keeps_what_is_known_of_the_rows() {
    let shop = Shop::stored().await;
    let folder = folder(shop.location(), "mine", "sales").unwrap();
    let table = delta::load(&folder).await.unwrap().unwrap();
    let version = table.version();
    let (table, _) = table.optimize().await.unwrap();
    if table.version() == version {
        // There was nothing to compact: any other commit will do.
        let empty = datafusion::arrow::array::RecordBatch::new_empty(
            table.snapshot().unwrap().snapshot().arrow_schema(),
        );
        table
            .write([empty])
            .with_save_mode(SaveMode::Append)
            .await
            .unwrap();
    }
    let stored = shop.stored_view().await.unwrap();
    assert!(stored.version() > 0);
    assert_eq!(stored.run.rows, 2);
    assert_eq!(why(&shop.session(), &sales()).await, None);
}

#[tokio::test]
async fn a_view_without_days_is_made_as_a_whole() {
    let shop = Shop::new().await;
    shop.run(
        "create materialized view mine.sales as select count(*) as n, sum(total) as t from orders",
    )
    .await;
    shop.run("refresh materialized view mine.sales").await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    let n = "select n, t from mine.sales";
    assert_eq!(shop.run(n).await, ["2|3.00"]);
    let outcome = shop.refresh(Refresh::Stale).await;
    assert!(matches!(outcome.extent, Extent::All { .. }));
    assert_eq!(shop.run(n).await, ["4|10.00"]);
}

#[tokio::test]
async fn where_nothing_changed_the_rows_are_as_of_now() {
    let shop = Shop::stored().await;
    shop.advance(2);
    let outcome = shop.refresh(Refresh::Stale).await;
    assert_eq!((outcome.extent, outcome.rows), (Extent::Nothing, 0));
    shop.advance(2);
    assert_eq!(why(&shop.session(), &sales()).await, None);
    assert_eq!(shop.run(SELECT).await.len(), 2);
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    assert_eq!(shop.refresh(Refresh::Stale).await.rows, 2);
    assert_eq!(shop.run(SELECT).await.len(), 4);
}

#[tokio::test]
async fn the_last_days_are_restated_though_nothing_changed() {
    let shop = Shop::new().await;
    shop.sell(["3", "4"], [19, 20], [300, 400]).await;
    shop.run(&SALES.replace(
        "refresh every '1 hour'",
        "refresh every '1 hour' restate last '24 hours'",
    ))
    .await;
    shop.refresh(Refresh::Stale).await;
    let outcome = shop.refresh(Refresh::Stale).await;
    assert_eq!((outcome.extent.day_count(), outcome.rows), (Some(2), 2));
    assert_eq!(shop.run(SELECT).await.len(), 4);
}

#[tokio::test]
async fn rows_that_are_made_from_rows_are_of_one_version_of_the_tables() {
    let shop = Shop::stored().await;
    shop.run("create materialized view mine.count as select count(*) as n from mine.sales")
        .await;
    shop.run("refresh materialized view mine.count").await;
    assert_eq!(shop.run("select n from mine.count").await, ["2"]);
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    // What it reads is stored as of before.
    shop.run("refresh materialized view mine.count").await;
    assert_eq!(shop.run("select n from mine.count").await, ["4"]);
    assert_eq!(shop.run("select count(*) from mine.sales").await, ["2"]);
}

#[tokio::test]
async fn a_view_that_reads_the_clock_is_made_as_a_whole() {
    let shop = Shop::new().await;
    let sql = SALES.replace("total from", "now() > ordered_at as is_past from");
    shop.run(&sql).await;
    shop.refresh(Refresh::Stale).await;
    let outcome = shop.refresh(Refresh::Stale).await;
    assert!(matches!(outcome.extent, Extent::All { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_table_of_which_nobody_knows_the_run_is_replaced() {
    let shop = Shop::new().await;
    shop.run(SALES).await;
    let folder = folder(shop.location(), "mine", "sales").unwrap();
    let other = crate::warehouse::shop::orders(vec![]);
    delta::unloaded(&folder)
        .unwrap()
        .write([other])
        .await
        .unwrap();
    assert_eq!(why(&shop.session(), &sales()).await, Some(Why::NotStored));
    assert_eq!(shop.run(SELECT).await.len(), 2);
    assert_eq!(shop.refresh(Refresh::Stale).await.version, 1);
    assert_eq!(why(&shop.session(), &sales()).await, None);
    assert_eq!(shop.run(SELECT).await, ["1|1.00", "2|2.00"]);
}

#[tokio::test]
async fn keys_that_are_newly_known_to_be_unique_make_all_rows_once() {
    let shop = Shop::stored().await;
    shop.sell(["3", "4"], [3, 4], [300, 400]).await;
    let folder = shop.location().folder("orders").unwrap();
    let request = OptimizeRequest::default();
    let session = shop.session();
    let done = optimize(session.context(), &folder, "orders", request).await;
    done.unwrap().unwrap();
    let outcome = shop.refresh(Refresh::Stale).await;
    let Extent::All { reason } = outcome.extent else {
        panic!("{:?}", outcome.extent);
    };
    assert_eq!(reason, "the keys of a table were not known to be unique");
    shop.sell(["5", "6"], [5, 6], [500, 600]).await;
    let outcome = shop.refresh(Refresh::Stale).await;
    assert!(matches!(outcome.extent, Extent::Days(_)), "{outcome:?}");
    assert_eq!(shop.run("select count(*) from mine.sales").await, ["6"]);
}
