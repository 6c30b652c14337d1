use std::sync::Arc;

use datafusion::{common::Result, prelude::SessionContext};
use deltalake_core::{checkpoints, operations::write::SchemaMode};
use tributary::warehouse::{Warehouse, delta, store::Operation};

use super::shop::{Shop, orders, text};

const COUNT: &str = "select count(*) from orders";

#[tokio::test]
async fn snapshots_follow_the_log() {
    let shop = Shop::new().await;
    for round in 1..=12 {
        shop.append_delta("orders", orders(vec![])).await;
        assert_eq!(shop.rows(COUNT).await, [(2 * round).to_string()]);
        if round % 5 == 0 {
            let stored = delta::load(&shop.location("orders")).await;
            let stored = stored.unwrap().unwrap();
            checkpoints::create_checkpoint(&stored, None).await.unwrap();
            assert_eq!(shop.rows(COUNT).await, [(2 * round).to_string()]);
        }
    }
    let stored = delta::load(&shop.location("orders"))
        .await
        .unwrap()
        .unwrap();
    let deleted = stored.delete().with_predicate("order_id = '1'").await;
    let (stored, _) = deleted.unwrap();
    assert_eq!(stored.version(), Some(12));
    assert_eq!(shop.rows(COUNT).await, ["12"]);
    let only = "select distinct order_id from orders";
    assert_eq!(shop.rows(only).await, ["2"]);
    // A new column.
    let wider = orders(vec![("channel", text(["web", "shop"]))]);
    let written = stored.write([wider]).with_schema_mode(SchemaMode::Merge);
    written.await.unwrap();
    let channels = "select count(*), count(channel) from orders";
    assert_eq!(shop.rows(channels).await, ["14|2"]);
}

#[tokio::test]
async fn a_table_that_was_made_anew_is_not_the_old_one() {
    let shop = Shop::new().await;
    let anew = orders(vec![("channel", text(["web", "shop"]))]);
    // Fewer versions, as many, and more than the old one had.
    for (old, new) in [(3, 1), (2, 2), (1, 3)] {
        for _ in 0..old {
            shop.append_delta("orders", orders(vec![])).await;
        }
        assert_eq!(shop.rows(COUNT).await, [(2 * old).to_string()]);
        std::fs::remove_dir_all(shop.path().join("orders")).unwrap();
        for _ in 0..new {
            shop.append_delta("orders", anew.clone()).await;
        }
        let rows = shop.rows("select count(*), count(channel) from orders");
        let expected = format!("{0}|{0}", 2 * new);
        assert_eq!(rows.await, [expected], "{old} {new}");
        std::fs::remove_dir_all(shop.path().join("orders")).unwrap();
        let refusal = shop.refusal(COUNT).await;
        assert!(refusal.contains("is not in the warehouse"), "{refusal}");
    }
    // Parquet files in the place of the log.
    shop.append_delta("orders", orders(vec![])).await;
    assert_eq!(shop.rows(COUNT).await, ["2"]);
    std::fs::remove_dir_all(shop.path().join("orders")).unwrap();
    shop.parquet("orders/a.parquet", &anew);
    shop.parquet("orders/b.parquet", &anew);
    assert_eq!(shop.rows(COUNT).await, ["4"]);
    shop.append_delta("orders", orders(vec![])).await;
    assert_eq!(shop.rows(COUNT).await, ["2"]);
}

#[tokio::test]
async fn a_replaced_file_is_read_anew() {
    let shop = Shop::new().await;
    let path = shop.path().join("orders/a.parquet");
    shop.parquet("orders/a.parquet", &orders(vec![]));
    let changed = std::fs::metadata(&path).unwrap().modified().unwrap();
    let sum = "select sum(total), min(order_id) from orders";
    assert_eq!(shop.rows(sum).await, ["17.50|1"]);
    // Of the same length and age.
    let other = orders(vec![("order_id", text(["3", "4"]))]);
    shop.parquet("new/a.parquet", &other);
    std::fs::rename(shop.path().join("new/a.parquet"), &path).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(changed).unwrap();
    assert_eq!(shop.rows(sum).await, ["17.50|3"]);
}

#[tokio::test]
async fn a_folder_of_files_is_listed_once() -> Result<()> {
    let shop = Shop::new().await;
    shop.parquet("orders/channel=web/a.parquet", &orders(vec![]));
    shop.parquet("orders/channel=shop/b.parquet", &orders(vec![]));
    let warehouse = Warehouse::open(shop.root()).await?;
    let ctx = SessionContext::new();
    let location = warehouse.location();
    ctx.register_object_store(location.store_url()?.as_ref(), Arc::clone(location.store()));
    let state = ctx.state();
    let requests = location.requests();
    for files in [2, 3] {
        let before = requests.of(Operation::List);
        let table = warehouse.table(&state, "orders").await?.unwrap();
        let web = ctx.read_table(table)?;
        assert_eq!(web.count().await?, 2 * files);
        assert_eq!(requests.of(Operation::List), before + 1);
        shop.parquet("orders/channel=web/c.parquet", &orders(vec![]));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_at_the_same_time_share_snapshots() -> Result<()> {
    let shop = Shop::new().await;
    shop.append_delta("orders", orders(vec![])).await;
    let warehouse = Warehouse::open(shop.root()).await?;
    for round in 0..3 {
        let looks = (0..16).map(|_| warehouse.delta("orders"));
        for found in futures::future::try_join_all(looks).await? {
            assert_eq!(found.unwrap().version(), Some(round));
        }
        shop.append_delta("orders", orders(vec![])).await;
    }
    Ok(())
}
