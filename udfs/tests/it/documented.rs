//! The documented example, number by number.

use datafusion::prelude::SessionConfig;

use crate::session::{call, printed, shop};

async fn rows(model: &str, columns: &str) -> String {
    let ctx = shop(SessionConfig::new()).await;
    let call = call(&format!(
        "model => '{model}', lookback => INTERVAL '14 days', direct => 'channel = ''direct'''"
    ));
    let sql = format!("SELECT {columns} FROM {call} ORDER BY order_id, model, position");
    printed(&ctx, &sql).await
}

#[tokio::test]
async fn every_conversion_comes_out_with_a_reason() {
    let columns = "order_id, activity_id, position, path_length, credit, credited_value, \
                   lag_seconds, reason";
    let expected = "\
+----------+-------------+----------+-------------+--------+----------------+-------------+---------------------------+
| order_id | activity_id | position | path_length | credit | credited_value | lag_seconds | reason                    |
+----------+-------------+----------+-------------+--------+----------------+-------------+---------------------------+
| o1       | 3           | 3        | 3           | 1.0    | 100.00         | 0.0         | credited                  |
| o2       | 3           | 3        | 3           | 1.0    | 0.05           | 172800.0    | credited                  |
| o3       |             |          | 0           |        |                |             | no_touchpoint_in_lookback |
| o4       |             |          | 0           |        |                |             | no_key                    |
| o5       |             |          | 0           |        |                |             | no_touchpoint_in_lookback |
+----------+-------------+----------+-------------+--------+----------------+-------------+---------------------------+";
    assert_eq!(rows("last_touch", columns).await, expected);
}

#[tokio::test]
async fn cents_go_to_the_oldest_first() {
    let columns = "order_id, model, position, credited_value";
    let expected = "\
+----------+--------+----------+----------------+
| order_id | model  | position | credited_value |
+----------+--------+----------+----------------+
| o1       | linear | 1        | 33.34          |
| o1       | linear | 2        | 33.33          |
| o1       | linear | 3        | 33.33          |
| o2       | linear | 1        | 0.02           |
| o2       | linear | 2        | 0.02           |
| o2       | linear | 3        | 0.01           |
| o3       | linear |          |                |
| o4       | linear |          |                |
| o5       | linear |          |                |
+----------+--------+----------+----------------+";
    assert_eq!(rows("linear", columns).await, expected);
}
