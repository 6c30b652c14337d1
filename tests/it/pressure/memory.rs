//! Queries that want more memory than there is.

use tonic::Code;

use super::support::{Served, query_id, start};

async fn small(memory: usize) -> Served {
    Served::start(|config| {
        config.memory = Some(memory);
        config.server.limits.memory_share = 0.5;
    })
    .await
}

#[tokio::test]
async fn a_sort_larger_than_its_part_spills_and_is_counted() {
    let served = small(40 << 20).await;
    let client = served.client().await;
    // DataFusion keeps 10 MiB for merging; the rest is less than a million numbers in order.
    let sql = "select max(place) as n from (\
               select row_number() over (order by value % 1000, value) as place, value \
               from generate_series(1, 1000000))";
    assert_eq!(client.query(sql).await.unwrap().rows(), [["1000000"]]);
    served.wait_until_idle().await;
    let sql = "select state, spilled_bytes > 1000000, peak_memory_bytes between 1000000 and 20971520 \
               from system.queries where statement like 'select max(place)%'";
    let rows = client.query(sql).await.unwrap().rows();
    assert_eq!(rows, [["finished", "true", "true"]]);
}

#[tokio::test]
async fn a_query_that_cannot_spill_is_told_which_limit_to_raise() {
    let served = small(64 << 20).await;
    let client = served.client().await;
    let sql = "select length(array_to_string(array_agg(filler), '')) from \
               (select repeat('x', 300) as filler from generate_series(1, 400000))";
    let status = start(&client, sql).await.unwrap().error().await;
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    for expected in [
        "this query needs more than the 32.0 MB that one query may take",
        "0.5 (server.limits.memory_share) of 64.0 MB (memory)",
    ] {
        assert!(status.message().contains(expected), "{status}");
    }
    served.wait_until_idle().await;

    let sql = format!(
        "select state, error_code from system.queries where query_id = '{}'",
        query_id(&status)
    );
    let rows = client.query(&sql).await.unwrap().rows();
    assert_eq!(rows, [["failed", "ResourceExhausted"]]);
    // What it had is free again.
    assert_eq!(client.query("select 1").await.unwrap().rows(), [["1"]]);
}
