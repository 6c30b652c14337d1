//! What the server says of its queries.

use std::time::Duration;

use datafusion::arrow::array::StringArray;
use std::sync::Arc;

use super::support::{ENDLESS, Served, cancel, query_id, start};
use crate::flight_sql::support::{parameters, prepared};

#[tokio::test]
async fn every_statement_is_listed_with_how_it_went() {
    let served = Served::start(|_| {}).await;
    let client = served.client().await;
    let three = "select value from generate_series(1, 3)";
    assert_eq!(client.query(three).await.unwrap().rows().len(), 3);
    let failed = client.query("select nothing").await.unwrap_err();
    let divided = client.query("select 1 / (value - 1) from generate_series(1, 3)");
    let divided = divided.await.unwrap_err();
    let cancelled = start(&client, ENDLESS).await.unwrap();

    let running = "select state, started_at is not null, planned_at is not null, \
                   first_batch_at is null, ended_at is null \
                   from system.queries where statement like 'SELECT sum(value)%'";
    assert_eq!(
        client.query(running).await.unwrap().rows(),
        [["running", "true", "true", "true", "true"]]
    );
    cancel(&client, &cancelled.info).await;
    let cancelled = cancelled.error().await;
    served.wait_until_idle().await;

    let listed = "select query_id, state, row_count, error_code, ended_at >= queued_at \
                  from system.queries where statement not like '%system.queries%' \
                  order by queued_at";
    let rows = client.query(listed).await.unwrap().rows();
    let rows: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let (failed, divided) = (query_id(&failed), query_id(&divided));
    let cancelled = query_id(&cancelled);
    assert_eq!(
        rows,
        [
            vec![rows[0][0], "finished", "3", "NULL", "true"],
            vec![&failed, "failed", "0", "InvalidArgument", "true"],
            vec![&divided, "failed", "0", "InvalidArgument", "true"],
            vec![&cancelled, "cancelled", "0", "Cancelled", "true"],
        ]
    );

    let errors = "select error from system.queries where state = 'failed' order by queued_at";
    let errors = client.query(errors).await.unwrap().rows();
    assert!(
        errors[0][0].contains("No field named nothing"),
        "{errors:?}"
    );
    assert!(errors[1][0].contains("Divide by zero"), "{errors:?}");
}

#[tokio::test]
async fn values_of_parameters_are_kept_nowhere() {
    let served = Served::start(|_| {}).await;
    let client = served.client().await;
    let statement = client.prepare("select cast($1 as int)").await.unwrap();
    let secret: Arc<_> = Arc::new(StringArray::from(vec!["hunter2"]));
    let bound = client
        .bind(&statement.handle, parameters(vec![secret]))
        .await;
    let status = client.fetch(prepared(&bound.unwrap())).await.unwrap_err();
    assert!(status.message().contains("hunter2"), "{status}");
    served.wait_until_idle().await;

    let sql = "select * from system.queries where query_id = '$id'";
    let sql = sql.replace("$id", &query_id(&status));
    let rows = client.query(&sql).await.unwrap().rows();
    assert_eq!(rows.len(), 1);
    assert!(!format!("{rows:?}").contains("hunter2"), "{rows:?}");
}

#[tokio::test]
async fn connections_are_listed_while_they_are_heard_of() {
    let served = Served::start(|_| {}).await;
    let (first, second) = (served.client().await, served.client().await);
    let _heavy = start(&first, ENDLESS).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let sql = "select user_name, peer_address like '127.0.0.1:%', user_agent like 'tonic/%', \
               running_count, last_seen_at >= first_seen_at \
               from system.sessions order by first_seen_at";
    // The second one's own query is running while it looks.
    assert_eq!(
        second.query(sql).await.unwrap().rows(),
        [
            ["anonymous", "true", "true", "1", "true"],
            ["anonymous", "true", "true", "1", "true"],
        ]
    );
}
