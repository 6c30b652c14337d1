use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use tributary::warehouse::import::ImportRequest;

use super::shop::{Shop, counts, request};

fn deleting(table: &str, files: &[std::path::PathBuf], column: &str) -> ImportRequest {
    ImportRequest {
        deleted_when: Some(column.into()),
        ..request(table, files)
    }
}

#[tokio::test]
async fn marked_rows_are_removed_and_removing_again_changes_nothing() {
    let shop = Shop::new();
    let first = shop.file(
        "a.csv",
        "store_id,name\ns-1,One\ns-2,Two\ns-3,Three\ns-4,Four\n",
    );
    shop.import("stores", &[first]).await;
    let second = shop.file(
        "b.csv",
        "store_id,name,gone\n\
         s-1,,true\n\
         s-2,Second,no\n\
         s-3,,2026-08-01T10:00:00Z\n\
         s-5,Five,\n\
         s-9,,1\n\
         s-4,Four,perhaps\n",
    );
    let request = deleting("stores", &[second], "gone");
    let summary = shop.run(&request).await.unwrap();
    assert_eq!((counts(&summary), summary.deleted), ([2, 1, 1, 0], 2));
    assert_eq!(summary.rows_read(), 6);
    assert_eq!(
        shop.quarantine().await,
        ["6|gone|perhaps|neither true or false nor a time"]
    );
    let rows = ["s-2|Second", "s-4|Four", "s-5|Five"];
    assert_eq!(
        shop.rows("stores", "SELECT * FROM t ORDER BY 1").await,
        rows
    );
    assert_eq!(shop.version("stores").await, Some(2), "one commit");

    let again = shop.run(&request).await.unwrap();
    assert_eq!((counts(&again), again.deleted), ([0, 5, 1, 0], 0));
    assert_eq!(shop.version("stores").await, Some(2));
}

#[tokio::test]
async fn the_latest_row_decides_and_a_tombstone_needs_only_its_key() {
    let shop = Shop::new();
    let orders = shop.file(
        "orders.csv",
        "order_id,customer_id,ordered_at,currency,total\n\
         o-1,,2026-08-01,EUR,1\no-2,,2026-08-01,EUR,1\n",
    );
    shop.import("orders", &[orders]).await;
    let keys = shop.file(
        "keys.csv",
        "order_id,deleted\no-1,false\no-1,true\no-2,true\n,true\no-3,false\n",
    );
    let last = shop.file(
        "last.csv",
        "order_id,customer_id,ordered_at,currency,total,deleted\no-2,,2026-08-02,EUR,5,\n",
    );
    let summary = shop
        .run(&deleting("orders", &[keys, last], "deleted"))
        .await
        .unwrap();
    // Of keys.csv: one row lacks its key, two are kept but lack the rest; o-2 comes back later.
    assert_eq!((counts(&summary), summary.deleted), ([1, 0, 3, 1], 1));
    assert_eq!(summary.rows_read(), 6);
    let sql = "SELECT order_id, total FROM t ORDER BY 1";
    assert_eq!(shop.rows("orders", sql).await, ["o-2|5.00"]);
}

#[tokio::test]
async fn a_first_import_leaves_out_what_is_deleted() {
    let shop = Shop::new();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("store_id", Arc::new(StringArray::from(vec!["s-1", "s-2"]))),
        (
            "gone_at",
            Arc::new(TimestampMicrosecondArray::from(vec![None, Some(1)])),
        ),
    ];
    let file = shop.parquet("a.parquet", &RecordBatch::try_from_iter(columns).unwrap());
    let request = deleting("stores", &[file], "gone_at");
    let summary = shop.run(&request).await.unwrap();
    assert_eq!((counts(&summary), summary.deleted), ([1, 1, 0, 0], 0));
    assert_eq!(shop.rows("stores", "SELECT * FROM t").await, ["s-1"]);

    let without = shop.file("b.csv", "store_id\ns-1\n");
    let error = shop
        .refusal(&deleting("stores", &[without], "gone_at"))
        .await;
    assert!(error.contains("expected the column gone_at"), "{error}");
}

#[tokio::test]
async fn a_row_that_moves_to_another_day_is_there_once() {
    let shop = Shop::new();
    let order = |day: &str| {
        let header = "order_id,customer_id,ordered_at,currency,total";
        shop.file(
            "orders.csv",
            format!("{header}\no-1,,{day}T10:00:00Z,EUR,1\n"),
        )
    };
    for day in ["2026-08-01", "2026-08-20", "2026-07-01"] {
        let files = [order(day)];
        assert_eq!(counts(&shop.import("orders", &files).await), [1, 0, 0, 0]);
        let rows = shop
            .rows("orders", "SELECT order_id, ordered_at FROM t")
            .await;
        assert_eq!(rows, [format!("o-1|{day}T10:00:00Z")]);
    }
}
