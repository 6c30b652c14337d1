use std::sync::Arc;

use datafusion::{
    arrow::array::{Float64Array, Int32Array},
    common::Result,
    physical_plan::common::collect,
    prelude::SessionContext,
};
use deltalake_core::checkpoints;
use tributary::{
    query::statement,
    warehouse::{Warehouse, delta},
};

use super::shop::{Shop, batch, lines, orders, orders_without, text};

#[tokio::test]
async fn a_delta_table_obeys_the_contract() {
    let shop = Shop::new().await;
    let stored = orders(vec![
        ("order_id", Arc::new(Int32Array::from(vec![1, 2]))),
        ("subtotal", Arc::new(Float64Array::from(vec![1.5, 2.0]))),
        ("gift_note", text(["hi", "there"])),
    ]);
    shop.append_delta("orders", stored).await;
    let rows = shop.rows("select order_id, arrow_typeof(order_id), total, subtotal, channel, gift_note from orders order by 1").await;
    assert_eq!(
        rows,
        ["1|Utf8|10.50|1.50|NULL|hi", "2|Utf8|7.00|2.00|NULL|there"]
    );
    let one = "select total from orders where order_id = '2' and ordered_at > timestamp '2026-08-01T12:00:00Z'";
    assert_eq!(shop.rows(one).await, ["7.00"]);
}

#[tokio::test]
async fn a_filter_on_an_absent_column_keeps_no_row() {
    let (delta, parquet) = (Shop::new().await, Shop::new().await);
    delta.append_delta("orders", orders(vec![])).await;
    parquet.parquet("orders/a.parquet", &orders(vec![]));
    for (filter, kept) in [
        ("is_test", "0"),
        ("not is_test", "0"),
        ("channel = 'web'", "0"),
        ("is_test and total > 8", "0"),
        ("is_test or total > 8", "1"),
        ("is_test is not true", "2"),
        ("null", "0"),
        ("false", "0"),
        ("true", "2"),
    ] {
        let count = format!("select count(*) from orders where {filter}");
        assert_eq!(delta.rows(&count).await, [kept], "{filter} on Delta");
        assert_eq!(parquet.rows(&count).await, [kept], "{filter} on Parquet");
    }
}

#[tokio::test]
async fn a_delta_table_without_files_is_empty() {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders(vec![])).await;
    let stored = delta::load(&shop.location("orders"))
        .await
        .unwrap()
        .unwrap();
    stored.delete().await.unwrap();
    let rows = shop
        .rows("select count(*), sum(total), min(ordered_at) from orders")
        .await;
    assert_eq!(rows, ["0|NULL|NULL"]);
    assert!(shop.rows("select * from orders").await.is_empty());
}

#[tokio::test]
async fn a_delta_table_that_breaks_the_contract_is_an_error() {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders_without("total")).await;
    let refusal = shop.refusal("select * from orders").await;
    assert!(
        refusal.contains("table orders: required column total is missing"),
        "{refusal}"
    );
    shop.append_delta(
        "agents",
        batch(vec![("agent_id", Arc::new(Float64Array::from(vec![1.5])))]),
    )
    .await;
    let refusal = shop.refusal("select * from agents").await;
    assert!(
        refusal.contains("table agents: column agent_id must be Utf8, got Float64"),
        "{refusal}"
    );
}

#[tokio::test]
async fn one_query_sees_one_version_and_the_next_the_newest() {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders(vec![])).await;
    let sql =
        "select (select count(*) from orders) as left_count, count(*) as right_count from orders";
    let planned = shop
        .session
        .plan(statement::parse(sql).unwrap().remove(0))
        .await
        .unwrap();
    shop.append_delta("orders", orders(vec![])).await;
    let stream = shop.session.execute(planned).await.unwrap();
    let batches = collect(stream).await.unwrap();
    let before: Vec<_> = batches.iter().flat_map(lines).collect();
    assert_eq!(before, ["2|2"]);
    assert_eq!(shop.rows(sql).await, ["4|4"]);
}

/// Opens an old version of `orders` and counts its rows.
async fn count_at(shop: &Shop, version: u64) -> Result<Option<usize>> {
    let warehouse = Warehouse::open(shop.root()).await?;
    let ctx = SessionContext::new();
    let state = ctx.state();
    let Some(table) = warehouse.table_at(&state, "orders", version).await? else {
        return Ok(None);
    };
    ctx.read_table(table)?.count().await.map(Some)
}

#[tokio::test]
async fn an_old_version_is_as_it_was() {
    let shop = Shop::new().await;
    assert_eq!(count_at(&shop, 0).await.unwrap(), None);
    for _ in 0..3 {
        shop.append_delta("orders", orders(vec![])).await;
    }
    let newest = Warehouse::open(shop.root()).await.unwrap();
    let newest = newest.delta("orders").await.unwrap().unwrap();
    assert_eq!(newest.version(), Some(2));
    for (version, rows) in [(0, 2), (1, 4), (2, 6)] {
        assert_eq!(count_at(&shop, version).await.unwrap(), Some(rows));
    }
    let refusal = count_at(&shop, 3).await.unwrap_err().to_string();
    assert!(
        refusal.contains("table orders has no version 3: its newest is 2"),
        "{refusal}"
    );
    // What a cleaner of logs does.
    checkpoints::create_checkpoint(&newest, None).await.unwrap();
    let commit = "orders/_delta_log/00000000000000000000.json";
    std::fs::remove_file(shop.path().join(commit)).unwrap();
    let refusal = count_at(&shop, 1).await.unwrap_err().to_string();
    assert!(
        refusal.contains("version 1 of table orders is gone"),
        "{refusal}"
    );
    assert_eq!(count_at(&shop, 2).await.unwrap(), Some(6));
}
