use std::{fs::File, path::PathBuf};

use datafusion::parquet::arrow::ArrowWriter;
use tributary::{materialize::Extent, query::materialized::Refresh};

use super::shop::Shop;
use crate::warehouse::shop::{batch, decimals, instants, rows, text};

/// When each customer first bought, and how much in all: one more ticket may change the day.
const CUSTOMERS: &str = "create materialized view mine.sales
partitioned by (local_date(first_at) as day)
as select customer_id, min(sold_at) as first_at, sum(total) as total
from tickets group by customer_id order by customer_id";
const SELECT: &str = "select customer_id, first_at, total from mine.sales";

/// Writes a file of two tickets, of customers on days of August.
fn tickets(shop: &Shop, file: &str, customers: [&str; 2], days: [u8; 2]) -> PathBuf {
    let at = days.map(|day| format!("2026-08-{day:02}T12:00:00Z"));
    let tickets = batch(vec![
        ("customer_id", text(customers)),
        ("sold_at", instants([&at[0], &at[1]])),
        ("total", decimals(2, [100, 200])),
    ]);
    let path = shop.path("tickets").join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), tickets.schema(), None);
    let writer = writer.as_mut().unwrap();
    writer.write(&tickets).unwrap();
    writer.finish().unwrap();
    path
}

/// A shop in which what two files of tickets say is stored.
async fn stored() -> Shop {
    let shop = Shop::new().await;
    tickets(&shop, "1.parquet", ["a", "b"], [3, 4]);
    tickets(&shop, "2.parquet", ["c", "d"], [5, 6]);
    shop.run(CUSTOMERS).await;
    shop.refresh(Refresh::Stale).await;
    shop
}

/// What is stored is what would be computed.
async fn assert_equal(shop: &Shop) {
    let plan = shop.run(&format!("explain {SELECT}")).await.join("\n");
    assert!(plan.contains(" stored at "), "{plan}");
    let computing = shop.session();
    rows(&computing, "set tributary.max_staleness = '0 seconds'").await;
    assert_eq!(shop.run(SELECT).await, rows(&computing, SELECT).await);
}

#[tokio::test]
async fn a_new_file_makes_the_days_of_its_rows_again() {
    let shop = stored().await;
    tickets(&shop, "3.parquet", ["a", "e"], [8, 7]);
    let extent = shop.refresh(Refresh::Stale).await.extent;
    let days = ["2026-08-03", "2026-08-07"].map(|day| Some(day.parse().unwrap()));
    assert_eq!(extent, Extent::Days(days.into()));
    assert_equal(&shop).await;
    assert_eq!(shop.refresh(Refresh::Stale).await.extent, Extent::Nothing);
}

#[tokio::test]
async fn a_row_that_a_new_file_moves_leaves_its_old_day() {
    let shop = stored().await;
    tickets(&shop, "3.parquet", ["d", "a"], [1, 9]);
    let extent = shop.refresh(Refresh::Stale).await.extent;
    let days = ["2026-08-01", "2026-08-03", "2026-08-06"].map(|day| Some(day.parse().unwrap()));
    assert_eq!(extent, Extent::Days(days.into()));
    assert_equal(&shop).await;
}

#[tokio::test]
async fn files_that_were_replaced_or_removed_make_all_days_again() {
    let shop = stored().await;
    let expected = "table tickets: some of its Parquet files were replaced or removed";
    let replaced = tickets(&shop, "2.parquet", ["c", "d"], [5, 8]);
    for round in 0..2 {
        if round == 1 {
            std::fs::remove_file(&replaced).unwrap();
        }
        let extent = shop.refresh(Refresh::Stale).await.extent;
        assert_eq!(extent.reason(), Some(expected));
        assert_equal(&shop).await;
    }
}
