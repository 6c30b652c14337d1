//! What EXPLAIN shows: which columns and which filters reach which scan.

use datafusion::arrow::array::AsArray;
use datafusion::prelude::{SessionConfig, SessionContext};
use tempfile::TempDir;

use crate::session::{call, error, printed, session, shop, sql_rows};
use crate::tables::register;

const LAST_TOUCH: &str = "model => 'last_touch', lookback => INTERVAL '14 days'";

/// The documented shop in Parquet files, with columns that no test reads.
async fn parquet_shop() -> (SessionContext, TempDir) {
    let dir = TempDir::new().unwrap();
    let shop = shop(SessionConfig::new()).await;
    let ctx = session(SessionConfig::new().with_target_partitions(2));
    for (table, select) in [
        (
            "orders",
            "SELECT *, 'x' AS store, 'note' AS note FROM orders",
        ),
        ("activities", "SELECT *, 'text' AS body FROM activities"),
    ] {
        let path = dir.path().join(table);
        let path = path.to_str().unwrap();
        let copy = format!("COPY ({select}) TO '{path}/' STORED AS PARQUET");
        sql_rows(&shop, &copy).await.unwrap();
        let create = format!("CREATE EXTERNAL TABLE {table} STORED AS PARQUET LOCATION '{path}/'");
        sql_rows(&ctx, &create).await.unwrap();
    }
    (ctx, dir)
}

/// The lines of the physical plan.
async fn physical_plan(ctx: &SessionContext, sql: &str) -> Vec<String> {
    let batches = sql_rows(ctx, &format!("EXPLAIN {sql}")).await.unwrap();
    let batch = &batches[0];
    let kinds = batch.column(0).as_string::<i32>();
    let row = kinds
        .iter()
        .position(|kind| kind == Some("physical_plan"))
        .unwrap();
    batch
        .column(1)
        .as_string::<i32>()
        .value(row)
        .lines()
        .map(|line| line.trim().into())
        .collect()
}

fn line<'a>(plan: &'a [String], parts: &[&str]) -> &'a str {
    let found = plan
        .iter()
        .find(|line| parts.iter().all(|part| line.contains(part)));
    found.unwrap_or_else(|| panic!("no line with {parts:?} in {plan:#?}"))
}

#[tokio::test]
async fn only_columns_that_are_read_leave_the_files() {
    let (ctx, _dir) = parquet_shop().await;
    let from = call(LAST_TOUCH);
    let sql = format!("SELECT channel, SUM(credited_value) FROM {from} GROUP BY channel");
    let plan = physical_plan(&ctx, &sql).await;
    line(
        &plan,
        &["orders/", "projection=[customer_id, ordered_at, total]"],
    );
    line(
        &plan,
        &[
            "activities/",
            "projection=[activity_id, customer_id@1 as touchpoint_customer_id, occurred_at, channel]",
        ],
    );
    line(
        &plan,
        &[
            "AttributeExec: models=[last_touch], key=[customer_id], lookback=14 days, columns=[channel, credited_value]",
        ],
    );
}

#[tokio::test]
async fn the_value_is_read_only_for_credited_value() {
    let (ctx, _dir) = parquet_shop().await;
    let sql = format!("SELECT channel, credit FROM {}", call(LAST_TOUCH));
    let plan = physical_plan(&ctx, &sql).await;
    line(&plan, &["orders/", "projection=[customer_id, ordered_at]"]);
    let rows = sql_rows(&ctx, &sql).await.unwrap();
    assert_eq!(rows.iter().map(|batch| batch.num_rows()).sum::<usize>(), 5);
}

#[tokio::test]
async fn a_filter_on_conversions_reaches_their_scan_only() {
    let (ctx, _dir) = parquet_shop().await;
    let from = call(LAST_TOUCH);
    sql_rows(
        &ctx,
        &format!("CREATE VIEW credited AS SELECT * FROM {from}"),
    )
    .await
    .unwrap();
    for sql in [
        format!("SELECT channel, credit FROM {from} WHERE store = 'x' AND channel = 'mail'"),
        format!("SELECT c, r FROM (SELECT store AS s, channel AS c, credit AS r FROM {from} AS a) AS b WHERE s = 'x' AND c = 'mail'"),
        "SELECT channel, SUM(credit) FROM credited WHERE store = 'x' AND channel = 'mail' GROUP BY channel".into(),
        format!("WITH c AS (SELECT * FROM {from}) SELECT * FROM c WHERE store = 'x' AND channel = 'mail'"),
    ] {
        let plan = physical_plan(&ctx, &sql).await;
        assert!(line(&plan, &["orders/"]).contains("predicate=store"), "{plan:#?}");
        assert!(!line(&plan, &["activities/"]).contains("predicate"), "{plan:#?}");
        let above = line(&plan, &["FilterExec: channel"]);
        assert!(!above.contains("store"), "{plan:#?}");
        let place = |part| plan.iter().position(|line| line.contains(part)).unwrap();
        assert!(place("FilterExec: channel") < place("AttributeExec"));
    }
}

#[tokio::test]
async fn filters_on_computed_columns_and_on_both_sides_stay_above() {
    let (ctx, _dir) = parquet_shop().await;
    let from = call(LAST_TOUCH);
    for filter in [
        "position = 3",
        "store = channel",
        "reason = 'credited'",
        "random() < credit + length(store)",
    ] {
        let plan = physical_plan(&ctx, &format!("SELECT * FROM {from} WHERE {filter}")).await;
        assert!(
            !plan.iter().any(|line| line.contains("predicate=")),
            "{filter}: {plan:#?}"
        );
    }
}

#[tokio::test]
async fn a_filter_never_changes_the_credit_of_what_remains() {
    let ctx = shop(SessionConfig::new()).await;
    let from = call("model => 'linear', lookback => INTERVAL '14 days'");
    for filter in [
        "channel = 'mail'",
        "order_id = 'o1'",
        "order_id = 'o1' AND channel = 'chat'",
    ] {
        let columns = "order_id, activity_id, credit, credited_value, path_length";
        let below = format!("SELECT {columns} FROM {from} WHERE {filter} ORDER BY 1, 2");
        // LIMIT keeps the filter from going below.
        let above = format!(
            "SELECT {columns} FROM (SELECT * FROM {from} LIMIT 1000) WHERE {filter} ORDER BY 1, 2"
        );
        let below = sql_rows(&ctx, &below).await.unwrap();
        assert_eq!(below, sql_rows(&ctx, &above).await.unwrap(), "{filter}");
        assert!(below.iter().any(|batch| batch.num_rows() > 0));
    }
}

#[tokio::test]
async fn volatile_filters_without_columns_are_refused() {
    let ctx = shop(SessionConfig::new()).await;
    let sql = format!("SELECT * FROM {} WHERE random() < 0.5", call(LAST_TOUCH));
    let error = error(&ctx, &sql).await;
    let expected = "attribute: a volatile filter on the result must read one of its columns, got \
                    random() < Float64(0.5)";
    assert!(error.contains(expected), "{error}");
}

#[tokio::test]
async fn no_row_is_sent_to_another_partition() {
    let ctx = shop(SessionConfig::new().with_target_partitions(4)).await;
    for table in ["orders", "activities"] {
        let batches = sql_rows(&ctx, &format!("SELECT * FROM {table}"))
            .await
            .unwrap();
        register(&ctx, table, &batches[0], 1);
    }
    let plan = physical_plan(&ctx, &format!("SELECT * FROM {}", call(LAST_TOUCH))).await;
    line(&plan, &["AttributeExec"]);
    assert!(!plan.iter().any(|line| line.contains("Hash(")), "{plan:#?}");
}

#[tokio::test]
async fn explain_analyze_counts_what_was_kept() {
    let ctx = shop(SessionConfig::new()).await;
    let sql = format!("EXPLAIN ANALYZE SELECT * FROM {}", call(LAST_TOUCH));
    let plan = printed(&ctx, &sql).await;
    for metric in [
        "conversion_rows=5",
        "touchpoint_rows=8",
        "kept_touchpoint_rows=3",
        "output_rows=5",
    ] {
        assert!(plan.contains(metric), "{metric}: {plan}");
    }
}
