//! The laws of attribution, on random data.

use std::collections::HashMap;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Decimal128Type, Float64Type, Int64Type};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::execution::{Execution, executions, lines, run};
use crate::naive::{MODELS, attribute};
use crate::session::{session, sql_rows};
use crate::tables::{
    HOUR, KeyType, conversion_batch, conversions, key_types, register, touchpoint_batch,
    touchpoints,
};

async fn query(
    tables: [(&str, &RecordBatch); 2],
    execution: Execution,
    sql: &str,
) -> Vec<RecordBatch> {
    let ctx = session(execution.config());
    for (name, batch) in tables {
        register(&ctx, name, batch, execution.rows_per_input_batch);
    }
    sql_rows(&ctx, sql).await.unwrap()
}

fn call(models: &str, more: &str) -> String {
    format!(
        "attribute(conversions => orders, touchpoints => activities,
           key => 'customer_id = client_id', conversion_id => 'order_id',
           conversion_time => 'ordered_at', value => 'total', touchpoint_id => 'activity_id',
           touchpoint_time => 'occurred_at', direct => 'is_direct', model => '{models}', {more})"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Equal to the naive version, however the rows arrive and the work is divided.
    #[test]
    fn equals_the_naive_version(
        conversions in conversions(),
        touchpoints in touchpoints(),
        key_type in key_types(),
        execution in executions(),
        lookback in 1..30_i64,
        half_life in 1..10_i64,
        unattributed in any::<bool>(),
        with_end in any::<bool>(),
        columns in any::<bool>(),
    ) {
        let end = if with_end { "touchpoint_end => 'reopened_at'," } else { "" };
        let call = call(MODELS, &format!(
            "{end} lookback => INTERVAL '{lookback} hours', half_life => INTERVAL '{half_life} hours',
             unattributed => {unattributed}"
        ));
        let from = if columns { format!("(SELECT * FROM {call})") } else { call };
        let sql = format!(
            "SELECT order_id, model, activity_id, position, path_length, credit,
               CAST(credited_value * 100 AS BIGINT), CAST(lag_seconds AS BIGINT), reason FROM {from}"
        );
        let tables = [
            ("orders", &conversion_batch(&conversions, key_type)),
            ("activities", &touchpoint_batch(&touchpoints, key_type)),
        ];
        let result = run(query(tables, execution, &sql));
        let mut touchpoints = touchpoints;
        if !with_end {
            touchpoints.iter_mut().for_each(|touch| touch.end = None);
        }
        let expected = attribute(
            &conversions, &touchpoints, lookback * HOUR, half_life * HOUR, unattributed,
        );
        prop_assert_eq!(lines(&result), expected);
    }

    /// Touchpoints that share time and id are put in order by what the query reads.
    #[test]
    fn duplicates_do_not_make_the_result_depend_on_row_order(
        conversions in conversions(),
        touchpoints in touchpoints(),
        execution in executions(),
        shuffled in any::<proptest::sample::Index>(),
    ) {
        let mut touchpoints = touchpoints;
        touchpoints.iter_mut().for_each(|touch| touch.id %= 3);
        let sql = format!(
            "SELECT order_id, model, activity_id, client_id, is_direct, position, credit,
             credited_value FROM {}",
            call(MODELS, "touchpoint_end => 'reopened_at', lookback => INTERVAL '20 hours'")
        );
        let orders = conversion_batch(&conversions, KeyType::Text);
        let run_with = |touchpoints: &[_], execution| {
            let activities = touchpoint_batch(touchpoints, KeyType::Text);
            lines(&run(query([("orders", &orders), ("activities", &activities)], execution, &sql)))
        };
        let whole = Execution { target_partitions: 1, batch_size: 8192, rows_per_input_batch: 100 };
        let expected = run_with(&touchpoints, whole);
        if !touchpoints.is_empty() {
            let middle = shuffled.index(touchpoints.len());
            touchpoints.rotate_left(middle);
            touchpoints.reverse();
        }
        prop_assert_eq!(run_with(&touchpoints, execution), expected);
    }

    /// Credits sum to 1, values to the cent, and no conversion is lost or credited out of its window.
    #[test]
    fn nothing_is_lost_and_nothing_invented(
        conversions in conversions(),
        touchpoints in touchpoints(),
        execution in executions(),
    ) {
        let sql = format!(
            "SELECT order_id, model, SUM(credit) AS credit, CAST(SUM(credited_value) AS DECIMAL(38, 2)),
               MIN(credit), MIN(lag_seconds), MAX(lag_seconds), COUNT(position), MAX(path_length)
             FROM {} GROUP BY order_id, model",
            call(MODELS, "lookback => INTERVAL '20 hours'")
        );
        let tables = [
            ("orders", &conversion_batch(&conversions, KeyType::Int)),
            ("activities", &touchpoint_batch(&touchpoints, KeyType::Int)),
        ];
        let result = run(query(tables, execution, &sql));
        let cents: HashMap<_, _> = conversions.iter().map(|row| (row.id, row.cents)).collect();
        let mut seen = 0;
        for batch in &result {
            let order = batch.column(0).as_primitive::<Int64Type>();
            let model = datafusion::arrow::compute::cast(
                batch.column(1), &datafusion::arrow::datatypes::DataType::Utf8).unwrap();
            let model = model.as_string::<i32>();
            let float = |column: usize| batch.column(column).as_primitive::<Float64Type>();
            let sum = batch.column(3).as_primitive::<Decimal128Type>();
            for row in 0..batch.num_rows() {
                seen += 1;
                if float(2).is_null(row) || model.value(row) == "any_touch" {
                    continue;
                }
                prop_assert!((float(2).value(row) - 1.0).abs() < 1e-9);
                prop_assert!(float(4).value(row) > 0.0);
                prop_assert!(float(5).value(row) >= 0.0);
                prop_assert!(float(6).value(row) <= 20.0 * 3600.0);
                let total = sum.is_valid(row).then(|| sum.value(row));
                prop_assert_eq!(total, cents[&order.value(row)].map(i128::from));
            }
        }
        prop_assert_eq!(seen, conversions.len() * MODELS.split(", ").count());
    }
}
