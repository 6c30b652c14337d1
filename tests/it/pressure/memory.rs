//! Queries that want more memory than there is.

use tonic::Code;

use super::support::{Served, query_id, start};

async fn small() -> Served {
    Served::start(|config| {
        config.memory = Some(64 << 20);
        config.server.limits.memory_share = 0.5;
    })
    .await
}

#[tokio::test]
async fn a_sort_larger_than_its_part_spills_and_is_counted() {
    let served = small().await;
    let client = served.client().await;
    // A filler that is the same for all would be left out of the sort.
    let sql = "select max(n) as n from (\
               select value as n, repeat(cast(value % 10 as varchar), 300) as filler, \
               row_number() over (order by value % 1000, value) as place \
               from generate_series(1, 200000)) where place > 0 and filler <> ''";
    assert_eq!(client.query(sql).await.unwrap().rows(), [["200000"]]);
    served.wait_until_idle().await;
    let sql = "select state, spilled_bytes > 1000000, peak_memory_bytes between 1000000 and 33554432 \
               from system.queries where statement like 'select max(n)%'";
    let rows = client.query(sql).await.unwrap().rows();
    assert_eq!(rows, [["finished", "true", "true"]]);
}

#[tokio::test]
async fn a_query_that_cannot_spill_is_told_which_limit_to_raise() {
    let served = small().await;
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
