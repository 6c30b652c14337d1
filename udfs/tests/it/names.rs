//! Column names, and the ways to name an input.

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::session::{call, error, plan, printed, shop, sql_rows};

const LINEAR: &str = "model => 'linear', lookback => INTERVAL '14 days'";

async fn columns(ctx: &SessionContext, sql: &str) -> Vec<String> {
    let frame = plan(ctx, sql).await.unwrap();
    frame
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect()
}

fn row_count(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

#[tokio::test]
async fn the_result_has_all_columns_in_order() {
    let ctx = shop(SessionConfig::new()).await;
    let expected = [
        "order_id",
        "customer_id",
        "ordered_at",
        "total",
        "activity_id",
        "touchpoint_customer_id",
        "occurred_at",
        "channel",
        "model",
        "position",
        "path_length",
        "credit",
        "credited_value",
        "lag_seconds",
        "reason",
    ];
    assert_eq!(
        columns(&ctx, &format!("SELECT * FROM {}", call(LINEAR))).await,
        expected
    );
}

#[tokio::test]
async fn names_that_cannot_be_told_apart_are_refused() {
    let ctx = shop(SessionConfig::new()).await;
    for (argument, subquery, expected) in [
        (
            "conversions => orders",
            "conversions => (SELECT *, 1 AS position FROM orders)",
            "argument conversions must leave this name to attribute(), got column position: rename it in a subquery",
        ),
        (
            "touchpoints => activities",
            "touchpoints => (SELECT *, 1 AS reason FROM activities)",
            "argument touchpoints must leave this name to attribute(), got column reason: rename it in a subquery",
        ),
        (
            "touchpoints => activities",
            "touchpoints => (SELECT *, 1 AS touchpoint_customer_id FROM activities)",
            "argument touchpoints must have unique column names, got column touchpoint_customer_id: rename it in a subquery",
        ),
        (
            "conversions => orders",
            "conversions => (SELECT a.*, b.total FROM orders a JOIN orders b ON a.order_id = b.order_id)",
            "argument value must name one column of conversions, got total, which is there twice",
        ),
        (
            "conversions => orders",
            "conversions => (SELECT a.*, b.order_id AS x, c.order_id AS x FROM orders a, orders b, orders c)",
            "Projections require unique expression names",
        ),
    ] {
        let sql = format!("SELECT * FROM {}", call(LINEAR).replace(argument, subquery));
        let error = error(&ctx, &sql).await;
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn inputs_may_be_tables_subqueries_ctes_and_views() {
    let ctx = shop(SessionConfig::new()).await;
    let from = call(LINEAR);
    let expected = sql_rows(
        &ctx,
        &format!("SELECT * FROM {from} ORDER BY order_id, position"),
    )
    .await
    .unwrap();
    sql_rows(&ctx, "CREATE VIEW \"The Orders\" AS SELECT * FROM orders")
        .await
        .unwrap();
    sql_rows(&ctx, "CREATE SCHEMA shop").await.unwrap();
    sql_rows(&ctx, "CREATE TABLE shop.orders AS SELECT * FROM orders")
        .await
        .unwrap();
    for (with, conversions) in [
        ("", "(SELECT * FROM orders)"),
        ("", "((SELECT * FROM orders))"),
        ("", "public.orders"),
        ("", "shop.orders"),
        ("", "datafusion.public.ORDERS"),
        ("", "\"The Orders\""),
        ("", "(WITH o AS (SELECT * FROM orders) SELECT * FROM o)"),
        ("WITH mine AS (SELECT * FROM orders)", "mine"),
        ("WITH orders AS (SELECT * FROM shop.orders)", "orders"),
    ] {
        let from = from.replace(
            "conversions => orders",
            &format!("CONVERSIONS => {conversions}"),
        );
        let from = from.replace("attribute(", "Attribute(");
        let sql = format!("{with} SELECT * FROM {from} ORDER BY order_id, position");
        let rows = sql_rows(&ctx, &sql).await.unwrap();
        assert_eq!(rows, expected, "{conversions}");
    }
}

#[tokio::test]
async fn calls_are_found_at_any_depth() {
    let ctx = shop(SessionConfig::new()).await;
    let from = call(LINEAR);
    sql_rows(&ctx, "CREATE TABLE copies (order_id VARCHAR)")
        .await
        .unwrap();
    for sql in [
        format!("SELECT * FROM (SELECT * FROM {from}) AS a"),
        format!("WITH a AS (SELECT * FROM {from}) SELECT * FROM a"),
        format!("SELECT * FROM orders WHERE order_id IN (SELECT order_id FROM {from})"),
        format!("SELECT (SELECT COUNT(*) FROM {from})"),
        format!("SELECT * FROM orders o JOIN {from} a ON o.order_id = a.order_id"),
        format!("SELECT attribute.credit, b.credit FROM {from}, {from} AS b"),
        format!("SELECT * FROM {from} UNION ALL SELECT * FROM {from}"),
        format!("EXPLAIN SELECT * FROM {from}"),
        format!("EXPLAIN ANALYZE SELECT * FROM {from}"),
        format!("INSERT INTO copies SELECT order_id FROM {from}"),
        format!("CREATE VIEW seen AS SELECT * FROM {from}"),
        "SELECT * FROM seen WHERE order_id = 'o1'".into(),
        format!("CREATE TABLE stored AS SELECT * FROM {from}"),
        // attribute() over attribute(): what earned the touchpoints.
        format!(
            "SELECT * FROM attribute(conversions => (SELECT order_id, customer_id, ordered_at, credit AS share FROM {from}),
               touchpoints => activities, key => 'customer_id', conversion_id => 'order_id',
               conversion_time => 'ordered_at', value => 'share', touchpoint_id => 'activity_id',
               touchpoint_time => 'occurred_at', {LINEAR}) WHERE order_id = 'o1'"
        ),
    ] {
        let result = sql_rows(&ctx, &sql).await;
        assert!(result.is_ok(), "{sql}: {result:?}");
    }
    assert_eq!(
        row_count(&sql_rows(&ctx, "SELECT * FROM copies").await.unwrap()),
        9
    );
}

#[tokio::test]
async fn column_arguments_follow_the_rules_of_identifiers() {
    let ctx = shop(SessionConfig::new()).await;
    let base = "SELECT COUNT(position) AS touches FROM attribute(
        conversions => (SELECT *, total AS \"Total\", total AS \"a = b\" FROM orders),
        touchpoints => activities, conversion_id => 'order_id', conversion_time => 'ordered_at',
        touchpoint_id => 'activity_id', touchpoint_time => 'occurred_at', model => 'Linear',
        lookback => INTERVAL '7 days' + INTERVAL '7 days', ";
    for rest in [
        "key => 'customer_id', value => 'total')",
        "key => 'customer_id = customer_id', value => 'TOTAL')",
        "key => ' Customer_ID=CUSTOMER_id ', value => 'Total')",
        "key => '\"customer_id\" = customer_id', value => '\"Total\"')",
        "key => 'customer_' || 'id', value => 'a = b')",
    ] {
        let table = printed(&ctx, &format!("{base}{rest}")).await;
        assert!(table.contains("| 6       |"), "{rest}: {table}");
    }
}
