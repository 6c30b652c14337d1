//! Memory, early ends, and empty inputs.

use std::sync::Arc;

use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_attribution::register_all;
use futures::StreamExt;

use crate::session::{plan, printed, session, shop, sql_rows};

/// One customer with this many conversions and touchpoints, all in each other's reach.
async fn busy_customer(ctx: &SessionContext, conversions: usize, touchpoints: usize) {
    for sql in [
        format!(
            "CREATE VIEW orders AS SELECT value AS order_id, 1 AS customer_id, 100 AS total,
               TIMESTAMP '2026-08-10T00:00:00' AS ordered_at
             FROM generate_series(1, {conversions})"
        ),
        format!(
            "CREATE VIEW activities AS SELECT value AS activity_id, 1 AS customer_id,
               TIMESTAMP '2026-08-09T00:00:00' AS occurred_at, repeat('x', 40) AS body
             FROM generate_series(1, {touchpoints})"
        ),
    ] {
        sql_rows(ctx, &sql).await.unwrap();
    }
}

fn from(more: &str) -> String {
    crate::session::call(&format!("lookback => INTERVAL '14 days', {more}"))
}

#[tokio::test]
async fn a_small_pool_gives_an_error_and_no_panic() {
    for megabytes in [1, 4] {
        let runtime = RuntimeEnvBuilder::new().with_memory_limit(megabytes << 20, 1.0);
        let builder = SessionStateBuilder::new_with_default_features()
            .with_config(SessionConfig::new().with_target_partitions(2))
            .with_runtime_env(Arc::new(runtime.build().unwrap()));
        let ctx = SessionContext::new_with_state(register_all(builder).build());
        busy_customer(&ctx, 10, 100_000).await;
        let sql = format!(
            "SELECT MAX(body), SUM(credit) FROM {}",
            from("model => 'linear'")
        );
        let error = sql_rows(&ctx, &sql)
            .await
            .expect_err("the pool must be too small");
        let exhausted = matches!(error.find_root(), DataFusionError::ResourcesExhausted(_));
        assert!(exhausted, "{error}");
        assert_eq!(
            ctx.runtime_env().memory_pool.reserved(),
            0,
            "memory must come back"
        );
    }
}

#[tokio::test]
async fn pairs_are_streamed_and_not_held() {
    // 20 million rows of output would need gigabytes at once; 64 MB are plenty for the inputs.
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(64 << 20, 1.0);
    let builder = SessionStateBuilder::new_with_default_features()
        .with_config(SessionConfig::new().with_target_partitions(2))
        .with_runtime_env(Arc::new(runtime.build().unwrap()));
    let ctx = SessionContext::new_with_state(register_all(builder).build());
    busy_customer(&ctx, 1000, 20_000).await;
    let frame = plan(
        &ctx,
        &format!("SELECT * FROM {}", from("model => 'linear'")),
    )
    .await
    .unwrap();
    let mut stream = frame.execute_stream().await.unwrap();
    let first = stream.next().await.unwrap().unwrap();
    assert_eq!(first.num_rows(), 8192);
    drop(stream);
    tokio::task::yield_now().await;
    assert_eq!(
        ctx.runtime_env().memory_pool.reserved(),
        0,
        "an early end gives memory back"
    );
}

#[tokio::test]
async fn a_limit_ends_the_work() {
    let ctx = session(SessionConfig::new());
    busy_customer(&ctx, 100_000, 100_000).await;
    // 10^10 rows without an end.
    let sql = format!(
        "SELECT order_id FROM {} LIMIT 5",
        from("model => 'any_touch'")
    );
    let rows = sql_rows(&ctx, &sql).await.unwrap();
    assert_eq!(rows.iter().map(|batch| batch.num_rows()).sum::<usize>(), 5);
}

#[tokio::test]
async fn empty_inputs_have_their_schema() {
    let ctx = shop(SessionConfig::new().with_target_partitions(4)).await;
    let count = |from: String| async move {
        format!("SELECT COUNT(*) AS n, COUNT(credit) AS c FROM {from}")
    };
    for (with, expected) in [
        (
            (
                "conversions => orders",
                "conversions => (SELECT * FROM orders WHERE FALSE)",
            ),
            "| 0 | 0 |",
        ),
        (
            (
                "touchpoints => activities",
                "touchpoints => (SELECT * FROM activities WHERE FALSE)",
            ),
            "| 5 | 0 |",
        ),
        (
            (
                "conversions => orders",
                "conversions => (SELECT * FROM orders WHERE total > 1000)",
            ),
            "| 0 | 0 |",
        ),
        (
            (
                "touchpoints => activities",
                "touchpoints => (SELECT * FROM activities WHERE activity_id > 1000)",
            ),
            "| 5 | 0 |",
        ),
    ] {
        let from = from("model => 'linear'").replace(with.0, with.1);
        let table = printed(&ctx, &count(from).await).await;
        assert!(table.contains(expected), "{}: {table}", with.1);
    }
    for probe in ["LIMIT 0", "WHERE 1 <> 1"] {
        let sql = format!("SELECT * FROM {} {probe}", from("model => 'linear'"));
        let frame = plan(&ctx, &sql).await.unwrap();
        assert_eq!(frame.schema().fields().len(), 15);
        assert_eq!(frame.count().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn without_unattributed_only_credited_conversions_come_out() {
    let ctx = shop(SessionConfig::new()).await;
    let from = from("model => 'last_touch', unattributed => FALSE");
    let table = printed(
        &ctx,
        &format!("SELECT order_id, reason FROM {from} ORDER BY 1"),
    )
    .await;
    let expected = "\
+----------+----------+
| order_id | reason   |
+----------+----------+
| o1       | credited |
| o2       | credited |
+----------+----------+";
    assert_eq!(table, expected);
}

#[tokio::test]
async fn groups_that_do_not_fit_are_spilled() {
    let pool = Arc::new(FairSpillPool::new(24 << 20));
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool);
    let builder = SessionStateBuilder::new_with_default_features()
        .with_config(SessionConfig::new().with_target_partitions(2))
        .with_runtime_env(Arc::new(runtime.build().unwrap()));
    let ctx = SessionContext::new_with_state(register_all(builder).build());
    // Ten events of each visitor, far apart in the input; those after the fourth are no step.
    let sql = "SELECT visitor % 2 = 0 AS even, COUNT(*) AS visitors, SUM(steps) AS steps,
          SUM(CASE WHEN days[3] THEN 1 END) AS retained, SUM(revenue) AS revenue, SUM(once) AS once FROM (
            SELECT value % 20000 AS visitor,
              window_funnel(INTERVAL '3 days', to_timestamp_seconds(86400 * (value / 20000)),
                value < 20000, value < 40000 AND value >= 20000, value / 20000 = 2, value / 20000 = 3) AS steps,
              retention(value < 20000, false, value % 2 = 0) AS days,
              money_sum(value / 20000, 'EUR') AS revenue, sum_once(value / 20000, value / 40000) FILTER (WHERE value / 20000 % 2 = 0) AS once
            FROM generate_series(0, 199999) GROUP BY value % 20000)
          GROUP BY visitor % 2 = 0 ORDER BY even";
    let plan = ctx
        .sql(sql)
        .await
        .unwrap()
        .create_physical_plan()
        .await
        .unwrap();
    let batches = collect(Arc::clone(&plan), ctx.task_ctx()).await.unwrap();
    let expected = "\
+-------+----------+-------+----------+---------+--------+
| even  | visitors | steps | retained | revenue | once   |
+-------+----------+-------+----------+---------+--------+
| false | 10000    | 40000 |          | 450000  | 200000 |
| true  | 10000    | 40000 | 10000    | 450000  | 200000 |
+-------+----------+-------+----------+---------+--------+";
    assert_eq!(
        pretty_format_batches(&batches).unwrap().to_string(),
        expected
    );
    assert!(spill_count(plan.as_ref()) > 0, "the pool must be too small");
}

fn spill_count(plan: &dyn ExecutionPlan) -> usize {
    let own = plan.metrics().and_then(|metrics| metrics.spill_count());
    let below = plan
        .children()
        .into_iter()
        .map(|child| spill_count(child.as_ref()));
    own.unwrap_or(0) + below.sum::<usize>()
}

#[tokio::test]
async fn sessions_are_numbered_as_the_rows_stream_through() {
    let ctx = session(SessionConfig::new());
    let explained = async |column: &str| {
        let sql = format!(
            "EXPLAIN SELECT {column} OVER (PARTITION BY value % 7 ORDER BY to_timestamp_seconds(value))
               FROM generate_series(1, 1000)"
        );
        printed(&ctx, &sql).await
    };
    let plan = explained("sessionize(to_timestamp_seconds(value), INTERVAL '1 day')").await;
    assert!(plan.contains("SessionizeExec: sessions="), "{plan}");
    // A gap of each row is a matter of the general node.
    let gap = "CASE WHEN value = 1 THEN INTERVAL '1 day' ELSE INTERVAL '2 days' END";
    let plan = explained(&format!("sessionize(to_timestamp_seconds(value), {gap})")).await;
    assert!(plan.contains("BoundedWindowAggExec"), "{plan}");
}
