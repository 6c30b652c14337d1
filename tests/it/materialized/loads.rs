//! Views over tables that clients write rows into.

use super::shop::Shop;
use crate::warehouse::shop::rows;

const REFUNDS: &str = "create materialized view mine.refunds
partitioned by (local_date(occurred_at) as day) refresh every '1 hour'
as select adjustment_id, occurred_at, amount from order_adjustments";

/// Refreshes, and gives how many rows there are then and which days were made.
async fn refreshed(shop: &Shop) -> (usize, String) {
    shop.run("refresh materialized view mine.refunds").await;
    let all = "select * from mine.refunds order by adjustment_id";
    let session = shop.session();
    let stored = rows(&session, all).await;
    rows(&session, "set tributary.max_staleness = '0 seconds'").await;
    assert_eq!(stored, rows(&session, all).await, "stored and computed");
    let runs = "select days, reason from system.refreshes order by began_at desc limit 1";
    (stored.len(), shop.run(runs).await.remove(0))
}

#[tokio::test]
async fn a_row_that_a_client_writes_makes_its_day_again() {
    let shop = Shop::new().await;
    let insert = async |id: &str, day: u8| {
        let sql = format!(
            "insert into order_adjustments (adjustment_id, order_id, kind, amount, occurred_at)
             values ('{id}', '1', 'refund', -1, '2026-08-{day:02}T09:00:00Z')"
        );
        shop.run(&sql).await;
    };
    insert("a", 1).await;
    insert("b", 2).await;
    shop.run(REFUNDS).await;
    assert_eq!(refreshed(&shop).await.0, 2);
    insert("c", 2).await;
    assert_eq!(refreshed(&shop).await, (3, "1|NULL".to_owned()));
    // One that moves from one day to another touches both.
    insert("c", 5).await;
    assert_eq!(refreshed(&shop).await, (3, "2|NULL".to_owned()));
    // The same row again is no change.
    insert("c", 5).await;
    assert_eq!(refreshed(&shop).await, (3, "0|NULL".to_owned()));
}
