use tributary::warehouse::contract::Table;

use super::shop::{Shop, instants, orders, rows, text};

#[tokio::test]
async fn an_absent_fact_table_says_how_to_import_it() {
    let shop = Shop::new().await;
    for table in Table::all() {
        let count = format!("select count(*) from {}", table.name);
        if table.optional {
            assert_eq!(shop.rows(&count).await, ["0"], "{}", table.name);
        } else {
            let refusal = shop.refusal(&count).await;
            let fix = format!("import it with `tributary import {} FILE…`", table.name);
            assert!(
                refusal.contains(&fix) && refusal.contains("file://"),
                "{refusal}"
            );
        }
    }
    let refusal = shop.refusal("select * from nonsense").await;
    assert!(
        refusal.contains("nonsense") && !refusal.contains("import it"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_folder_without_files_is_no_table() {
    let shop = Shop::new().await;
    shop.folder("orders");
    shop.folder("agents");
    assert!(
        shop.refusal("select * from orders")
            .await
            .contains("is not in the warehouse")
    );
    assert_eq!(shop.rows("select count(*) from agents").await, ["0"]);
}

#[tokio::test]
async fn a_file_without_rows_is_an_empty_table() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]).slice(0, 0));
    assert_eq!(
        shop.rows("select count(*), sum(total) from orders").await,
        ["0|NULL"]
    );
    assert!(
        shop.rows("select * from orders where order_id = '1'")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn new_files_are_seen_by_the_next_query() {
    let shop = Shop::new().await;
    let count = "select count(*), sum(total) from orders";
    shop.parquet("orders/a.parquet", &orders(vec![]));
    assert_eq!(shop.rows(count).await, ["2|17.50"]);
    shop.parquet("orders/b.parquet", &orders(vec![]));
    assert_eq!(shop.rows(count).await, ["4|35.00"]);
    // A file that is written anew is not read from memory.
    shop.parquet("orders/b.parquet", &orders(vec![]).slice(0, 1));
    assert_eq!(shop.rows(count).await, ["3|28.00"]);
    shop.append_delta("messages_of_ours", orders(vec![])).await;
    assert_eq!(
        shop.rows("select count(*) from messages_of_ours").await,
        ["2"]
    );
}

#[tokio::test]
async fn as_of_hides_what_was_not_known_then() {
    let shop = Shop::new().await;
    let times = instants(["2026-08-01T12:00:00Z", "2026-08-09T00:00:00Z"]);
    shop.parquet("orders/a.parquet", &orders(vec![("ingested_at", times)]));
    shop.parquet(
        "orders/b.parquet",
        &orders(vec![("order_id", text(["3", "4"]))]),
    );
    let ids = "select order_id from orders order by 1";
    assert_eq!(shop.rows(ids).await, ["1", "2", "3", "4"]);
    for (as_of, expected) in [
        ("2026-08-01T10:00:00Z", &["3"][..]),
        ("2026-08-01T12:00:00Z", &["1", "3"]),
        ("2026-08-02T09:59:59Z", &["1", "3"]),
        ("2026-08-02T10:00:00Z", &["1", "3", "4"]),
        ("2026-08-09T00:00:00Z", &["1", "2", "3", "4"]),
        ("", &["1", "2", "3", "4"]),
    ] {
        shop.rows(&format!("set tributary.as_of = '{as_of}'")).await;
        assert_eq!(shop.rows(ids).await, expected, "{as_of}");
    }
}

#[tokio::test]
async fn only_what_can_be_read_is_listed() {
    let shop = Shop::new().await;
    let tables =
        "select table_schema || '.' || table_name from information_schema.tables order by 1";
    let before = shop.rows(tables).await;
    assert!(before.contains(&"public.agents".to_owned()), "{before:?}");
    assert!(
        !before
            .iter()
            .any(|name| name == "public.orders" || name.starts_with("revenue.")),
        "{before:?}"
    );

    for table in Table::all().filter(|table| !table.optional) {
        let empty = datafusion::arrow::array::RecordBatch::new_empty(table.schema());
        shop.parquet(&format!("{}/a.parquet", table.name), &empty);
    }
    let after = rows(&shop.reopened().await, tables).await;
    for name in [
        "public.orders",
        "revenue.overview",
        "revenue.by_agent",
        "clienteling.overview",
    ] {
        assert!(after.contains(&name.to_owned()), "{name} in {after:?}");
    }
    assert!(
        !after.iter().any(|name| name.contains("_tributary")),
        "{after:?}"
    );
}
