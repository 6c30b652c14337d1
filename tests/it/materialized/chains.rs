use std::sync::Arc;

use tributary::{
    engine::RefreshRequest,
    materialize::{self, Extent, Outcome, Snapshot},
    query::{materialized::Refresh, view::ViewName},
};

use super::shop::Shop;
use crate::warehouse::shop::rows;

/// Which days an order is on, whatever it is worth; more than one row may be the same.
const PLACED: &str = "create materialized view mine.placed
partitioned by (local_date(ordered_at) as day) refresh every '1 hour'
as select ordered_at, total > 0 as is_sale from orders";
const COUNTED: &str = "create materialized view mine.counted
partitioned by (date) refresh every '1 hour'
as select local_date(ordered_at) as date, count(*) as sales
from mine.placed where is_sale group by 1";

fn view(name: &str) -> ViewName {
    ViewName {
        schema: "mine".to_owned(),
        name: name.to_owned(),
    }
}

async fn refresh(shop: &Shop, name: &str, snapshot: Option<&Snapshot>) -> Outcome {
    let request = RefreshRequest {
        name: view(name),
        what: Refresh::Stale,
        work: None,
    };
    materialize::run_asked(&shop.session(), &request, snapshot, &Arc::default())
        .await
        .unwrap()
}

/// A shop in which both views are stored.
async fn stored() -> Shop {
    let shop = Shop::new().await;
    shop.run(PLACED).await;
    shop.run(COUNTED).await;
    refresh(&shop, "placed", None).await;
    refresh(&shop, "counted", None).await;
    shop
}

/// What is stored of the last view is what would be computed from the tables.
async fn assert_equal(shop: &Shop) {
    let select = "select date, sales from mine.counted order by date";
    let plan = shop.run(&format!("explain {select}")).await.join("\n");
    assert!(plan.contains("mine.counted stored at "), "{plan}");
    let computing = shop.session();
    rows(&computing, "set tributary.max_staleness = '0 seconds'").await;
    assert_eq!(shop.run(select).await, rows(&computing, select).await);
}

fn days(days: &[&str]) -> Extent {
    Extent::Days(days.iter().map(|day| Some(day.parse().unwrap())).collect())
}

#[tokio::test]
async fn days_that_were_made_again_and_are_the_same_rows_reach_no_further() {
    let shop = stored().await;
    shop.sell(["3", "4"], [1, 3], [-100, 0]).await;
    let placed = refresh(&shop, "placed", None).await;
    assert_eq!(placed.extent, days(&["2026-08-01", "2026-08-03"]));
    let counted = refresh(&shop, "counted", None).await;
    assert_eq!(counted.extent, Extent::Nothing, "neither is a sale");
    assert_equal(&shop).await;
}

#[tokio::test]
async fn a_row_that_is_there_once_more_makes_its_day_again() {
    let shop = stored().await;
    shop.sell(["3", "4"], [1, 3], [100, 0]).await;
    refresh(&shop, "placed", None).await;
    let counted = refresh(&shop, "counted", None).await;
    assert_eq!(counted.extent, days(&["2026-08-01"]));
    assert_equal(&shop).await;
}

#[tokio::test]
async fn what_changed_is_found_from_the_tables_where_a_view_below_is_not_refreshed() {
    let shop = stored().await;
    shop.sell(["3", "4"], [1, 3], [100, 0]).await;
    let counted = refresh(&shop, "counted", None).await;
    assert_eq!(counted.extent, days(&["2026-08-01"]));
    assert_equal(&shop).await;
}

#[tokio::test]
async fn days_below_that_were_all_made_again_are_found_from_the_tables() {
    let shop = stored().await;
    shop.sell(["3", "4"], [1, 3], [100, 0]).await;
    shop.run("refresh materialized view mine.placed full").await;
    let counted = refresh(&shop, "counted", None).await;
    assert_eq!(counted.extent, days(&["2026-08-01"]));
    assert_equal(&shop).await;
}

#[tokio::test]
async fn views_of_a_snapshot_are_made_from_one_version_of_the_tables() {
    let shop = stored().await;
    shop.sell(["3", "4"], [1, 3], [100, 0]).await;
    let views = [view("placed"), view("counted")];
    let snapshot = Snapshot::newest(&shop.session(), &views).await.unwrap();
    refresh(&shop, "placed", Some(&snapshot)).await;
    shop.sell(["5", "6"], [4, 5], [100, 100]).await;
    let counted = refresh(&shop, "counted", Some(&snapshot)).await;
    assert_eq!(counted.extent, days(&["2026-08-01"]), "nothing newer");
    let sales = "select sum(sales) as sales from mine.counted";
    assert_eq!(shop.run(sales).await, ["3"]);
    // A snapshot that is older than what is stored is not gone back to.
    refresh(&shop, "placed", None).await;
    let placed = refresh(&shop, "placed", Some(&snapshot)).await;
    assert_eq!(placed.extent, Extent::Nothing);
    refresh(&shop, "counted", None).await;
    assert_eq!(shop.run(sales).await, ["5"]);
    assert_equal(&shop).await;
}
