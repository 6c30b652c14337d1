use datafusion::arrow::array::RecordBatch;
use tributary::warehouse::{
    delta,
    optimize::{OptimizeRequest, Optimized, optimize},
};

use super::shop::Shop;

#[tokio::test]
async fn optimizing_changes_no_row_and_no_change_feed() {
    let shop = Shop::new();
    for run in 0..4 {
        let header = "order_id,customer_id,ordered_at,currency,total";
        let rows = format!("{header}\no-{run},,2026-08-0{}T10:00:00Z,EUR,1\n", 9 - run);
        shop.import("orders", &[shop.file("a.csv", rows)]).await;
    }
    let folder = shop.warehouse.folder("orders").unwrap();
    let run = |request| optimize(&shop.session, &folder, "orders", request);
    let done = run(OptimizeRequest::default()).await.unwrap().unwrap();
    let expected = Optimized {
        rewritten: 4,
        written: 1,
        deleted: 0,
    };
    assert_eq!(done, expected);
    assert_eq!(shop.rows("orders", "SELECT count(*) FROM t").await, ["4"]);
    let again = run(OptimizeRequest::default()).await.unwrap().unwrap();
    assert_eq!(again, Optimized::default());

    let table = delta::load(&folder).await.unwrap().unwrap();
    let feed = table.scan_cdf().with_starting_version(1);
    let plan = feed.build(&shop.session.state(), None).await.unwrap();
    let rows = datafusion::physical_plan::collect(plan, shop.session.task_ctx());
    let rows: usize = rows.await.unwrap().iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, 4, "only the inserts");

    let now = OptimizeRequest {
        retention_hours: 0,
        ..Default::default()
    };
    let error = run(now).await.unwrap_err().to_string();
    assert!(error.contains("a retention of 7 days or more"), "{error}");
    let forced = OptimizeRequest { force: true, ..now };
    assert_eq!(run(forced).await.unwrap().unwrap().deleted, 4);
    assert_eq!(shop.rows("orders", "SELECT count(*) FROM t").await, ["4"]);
}
