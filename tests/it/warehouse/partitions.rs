use super::shop::{Shop, orders, orders_without, text};

#[tokio::test]
async fn a_contract_column_may_be_in_the_path() {
    let shop = Shop::new().await;
    shop.parquet("orders/channel=web/a.parquet", &orders(vec![]));
    shop.parquet(
        "orders/channel=store/a.parquet",
        &orders(vec![("order_id", text(["3", "4"]))]),
    );
    let rows = shop
        .rows("select channel, count(*), sum(total) from orders group by 1 order by 1")
        .await;
    assert_eq!(rows, ["store|2|17.50", "web|2|17.50"]);
    let web = "select order_id from orders where channel = 'web' order by 1";
    assert_eq!(shop.rows(web).await, ["1", "2"]);
    let plan = shop.explain(web).await;
    assert!(
        plan.contains("channel=web") && !plan.contains("channel=store"),
        "{plan}"
    );
    assert_eq!(
        shop.rows("select arrow_typeof(channel) from orders limit 1")
            .await,
        ["Utf8"]
    );
}

#[tokio::test]
async fn a_required_column_may_be_in_the_path() {
    let shop = Shop::new().await;
    shop.parquet("orders/currency=EUR/a.parquet", &orders_without("currency"));
    shop.parquet("orders/currency=USD/a.parquet", &orders_without("currency"));
    let rows = shop
        .rows("select currency, sum(total) from orders group by 1 order by 1")
        .await;
    assert_eq!(rows, ["EUR|17.50", "USD|17.50"]);
}

#[tokio::test]
async fn dates_in_the_path_prune_files() {
    let shop = Shop::new().await;
    for day in ["2026-08-01", "2026-08-02", "2026-08-03"] {
        shop.parquet(
            &format!("orders/day={day}/shard=1/a.parquet"),
            &orders(vec![]),
        );
    }
    assert_eq!(
        shop.rows("select arrow_typeof(day), arrow_typeof(shard) from orders limit 1")
            .await,
        ["Date32|Int64"]
    );
    let since = "select count(*) from orders where day >= date '2026-08-02'";
    assert_eq!(shop.rows(since).await, ["4"]);
    let plan = shop
        .explain("select order_id from orders where day >= date '2026-08-02'")
        .await;
    assert!(
        plan.contains("day=2026-08-02") && plan.contains("day=2026-08-03"),
        "{plan}"
    );
    assert!(!plan.contains("day=2026-08-01"), "{plan}");
}

#[tokio::test]
async fn an_extra_table_is_read_as_it_is_stored() {
    let shop = Shop::new().await;
    shop.parquet("budget/year=2026/a.parquet", &orders(vec![]));
    let rows = shop
        .rows("select year, order_id from budget order by 2")
        .await;
    assert_eq!(rows, ["2026|1", "2026|2"]);
    assert!(
        shop.refusal("select channel from budget")
            .await
            .contains("channel")
    );
}

#[tokio::test]
async fn files_partitioned_differently_are_refused() {
    let shop = Shop::new().await;
    shop.parquet("orders/channel=web/a.parquet", &orders(vec![]));
    shop.parquet("orders/b.parquet", &orders(vec![]));
    let refusal = shop.refusal("select count(*) from orders").await;
    assert!(refusal.contains("must be partitioned by"), "{refusal}");
}
