//! Types of times, values and ids.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::Decimal128Type;
use datafusion::prelude::SessionConfig;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::{collection, option};

use crate::session::{printed, session, sql_rows};

fn call(conversion: &str, touchpoints: &str, more: &str) -> String {
    format!(
        "attribute(conversions => (SELECT 'o' AS order_id, 'k' AS customer, {conversion}),
           touchpoints => ({touchpoints}), key => 'customer', conversion_id => 'order_id',
           conversion_time => 'at', value => 'total', touchpoint_id => 'id',
           touchpoint_time => 'seen', {more})"
    )
}

/// How many touchpoints at `seen` count for a conversion at `at`.
async fn counted(at: &str, seen: &[&str], lookback: &str) -> String {
    let ctx = session(SessionConfig::new());
    let touch =
        |(id, seen): (usize, &&str)| format!("SELECT 'k' AS customer, {id} AS id, {seen} AS seen");
    let touchpoints: Vec<_> = seen.iter().enumerate().map(touch).collect();
    let from = call(
        &format!("{at} AS at, 1 AS total"),
        &touchpoints.join(" UNION ALL "),
        &format!("model => 'any_touch', lookback => INTERVAL '{lookback}'"),
    );
    let sql = format!("SELECT id FROM {from} WHERE position > 0 ORDER BY id");
    let batches = sql_rows(&ctx, &sql).await.unwrap();
    let ids = batches.iter().flat_map(|batch| {
        let ids = batch
            .column(0)
            .as_primitive::<datafusion::arrow::datatypes::Int64Type>();
        ids.values()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    });
    ids.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn windows_are_closed_at_both_ends() {
    let at = "TIMESTAMP '2026-08-10T12:00:00'";
    let seen = [
        "TIMESTAMP '2026-08-10T12:00:00'",
        "TIMESTAMP '2026-08-10T12:00:00.000001'",
        "TIMESTAMP '2026-08-09T12:00:00'",
        "TIMESTAMP '2026-08-09T11:59:59.999999'",
    ];
    assert_eq!(counted(at, &seen, "24 hours").await, "0 2");
}

#[tokio::test]
async fn nanoseconds_are_not_rounded_against_microseconds() {
    let at = "arrow_cast('2026-08-10T12:00:00', 'Timestamp(Microsecond, None)')";
    let nanos = |text: &str| format!("arrow_cast('{text}', 'Timestamp(Nanosecond, None)')");
    let seen = [
        nanos("2026-08-10T12:00:00"),
        nanos("2026-08-10T12:00:00.000000001"),
        nanos("2026-08-10T11:59:59"),
        nanos("2026-08-10T11:59:58.999999999"),
    ];
    let seen: Vec<_> = seen.iter().map(String::as_str).collect();
    assert_eq!(counted(at, &seen, "1 second").await, "0 2");
}

#[tokio::test]
async fn dates_zones_and_coarse_units_are_instants() {
    let seen = ["DATE '2026-08-10'", "DATE '2026-08-11'"];
    assert_eq!(
        counted("TIMESTAMP '2026-08-10T00:00:00'", &seen, "1 day").await,
        "0"
    );
    let seen = [
        "arrow_cast('2026-08-10T02:00:00+02:00', 'Timestamp(Second, Some(\"+02:00\"))')",
        "arrow_cast('2026-08-10T00:00:01Z', 'Timestamp(Second, Some(\"+02:00\"))')",
    ];
    assert_eq!(counted("DATE '2026-08-10'", &seen, "1 day").await, "0");
    assert_eq!(
        counted("TIMESTAMP '2026-08-10T00:00:00'", &seen, "1 day").await,
        "0"
    );
}

#[tokio::test]
async fn years_far_away_do_not_overflow() {
    let micros = |text: &str| format!("arrow_cast('{text}', 'Timestamp(Microsecond, None)')");
    let (epoch, end) = (micros("1970-01-01T00:00:00"), micros("9999-12-31T00:00:00"));
    let seen = [epoch.as_str(), end.as_str()];
    assert_eq!(counted(&end, &seen, "1 day").await, "1");
    assert_eq!(counted(&end, &seen, "4000000 days").await, "0 1");
    assert_eq!(counted(&end, &["DATE '9999-12-30'"], "1 day").await, "0");
    assert_eq!(counted(&epoch, &seen, "2147483647 days").await, "0");
    // Nanoseconds end in 2262: what they cannot hold is out of reach, not an error.
    let nanos = "arrow_cast('2026-01-01T00:00:00', 'Timestamp(Nanosecond, None)')";
    assert_eq!(counted(&end, &[nanos], "1 day").await, "");
    assert_eq!(counted(nanos, &[&end, &epoch], "1 day").await, "");
}

#[tokio::test]
async fn an_end_closes_a_touchpoint() {
    let ctx = session(SessionConfig::new());
    let touchpoints = "SELECT 'k' AS customer, column1 AS id, TIMESTAMP '2026-08-10T00:00:00' AS seen,
        column2 AS closed FROM (VALUES ('open', NULL), ('later', TIMESTAMP '2026-08-10T12:00:01'),
        ('now', TIMESTAMP '2026-08-10T12:00:00'), ('before', TIMESTAMP '2026-08-10T11:59:59')) AS v";
    let conversion = "TIMESTAMP '2026-08-10T12:00:00' AS at, 1 AS total";
    let more = "model => 'linear', lookback => INTERVAL '1 day', touchpoint_end => 'closed'";
    let sql = format!(
        "SELECT id, position, credit FROM {}",
        call(conversion, touchpoints, more)
    );
    let expected = "\
+-------+----------+--------+
| id    | position | credit |
+-------+----------+--------+
| later | 1        | 0.5    |
| open  | 2        | 0.5    |
+-------+----------+--------+";
    assert_eq!(printed(&ctx, &sql).await, expected);
}

#[tokio::test]
async fn a_credited_value_has_the_type_of_the_value() {
    let ctx = session(SessionConfig::new());
    let touchpoints = "SELECT 'k' AS customer, value AS id, TIMESTAMP '2026-08-10T00:00:00' AS seen
        FROM generate_series(1, 3)";
    for (value, pieces, data_type) in [
        ("arrow_cast(-100, 'Int8')", "[-34, -33, -33]", "Int8"),
        (
            "9223372036854775807",
            "[3074457345618258603, 3074457345618258602, 3074457345618258602]",
            "Int64",
        ),
        ("arrow_cast(5, 'UInt32')", "[2, 2, 1]", "UInt32"),
        (
            "arrow_cast('0.05', 'Decimal32(5, 2)')",
            "[0.02, 0.02, 0.01]",
            "Decimal32(5, 2)",
        ),
        (
            "arrow_cast('0.05', 'Decimal64(5, 2)')",
            "[0.02, 0.02, 0.01]",
            "Decimal64(5, 2)",
        ),
        (
            "CAST(NULL AS DECIMAL(10, 3))",
            "[, , ]",
            "Decimal128(10, 3)",
        ),
        ("arrow_cast(1.5, 'Float32')", "[0.5, 0.5, 0.5]", "Float32"),
        ("CAST(1.5 AS DOUBLE)", "[0.5, 0.5, 0.5]", "Float64"),
    ] {
        let conversion = format!("TIMESTAMP '2026-08-10T12:00:00' AS at, {value} AS total");
        let from = call(
            &conversion,
            touchpoints,
            "model => 'linear', lookback => INTERVAL '1 day'",
        );
        let sql = format!(
            "SELECT array_agg(credited_value ORDER BY position) AS pieces,
               MIN(arrow_typeof(credited_value)) AS type FROM {from}"
        );
        let table = printed(&ctx, &sql).await;
        assert!(
            table.contains(pieces) && table.contains(data_type),
            "{value}: {table}"
        );
    }
}

#[tokio::test]
async fn ids_of_any_type_break_ties() {
    let ctx = session(SessionConfig::new());
    for (low, high) in [
        ("'a'", "'b'"),
        ("CAST(2 AS BIGINT)", "10"),
        ("arrow_cast('a', 'Utf8View')", "arrow_cast('b', 'Utf8View')"),
        (
            "arrow_cast('a', 'Dictionary(Int32, Utf8)')",
            "arrow_cast('b', 'Dictionary(Int32, Utf8)')",
        ),
        ("X'01'", "X'02'"),
        ("NULL", "1"),
        ("TIMESTAMP '2026-01-01'", "TIMESTAMP '2026-01-02'"),
    ] {
        let touchpoints = format!(
            "SELECT 'k' AS customer, {high} AS id, DATE '2026-08-10' AS seen, 'high' AS name
             UNION ALL SELECT 'k', {low}, DATE '2026-08-10', 'low'"
        );
        let conversion = "TIMESTAMP '2026-08-10T12:00:00' AS at, 1 AS total";
        let more = "model => 'last_touch', lookback => INTERVAL '1 day'";
        let sql = format!("SELECT name FROM {}", call(conversion, &touchpoints, more));
        let table = printed(&ctx, &sql).await;
        assert!(table.contains("| high |"), "{low} {high}: {table}");
    }
}

/// Money of up to 38 digits.
fn amounts() -> impl Strategy<Value = Option<i128>> {
    let most = 10_i128.pow(38) - 1;
    option::weighted(0.95, any::<i128>().prop_map(move |amount| amount % most))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn pieces_of_38_digits_sum_exactly(amount in amounts(), ages in collection::vec(0..1000_i64, 1..40)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let pieces = runtime.block_on(pieces(amount, &ages));
        for pieces in pieces {
            prop_assert_eq!(pieces.iter().copied().sum::<Option<i128>>(), amount);
            prop_assert_eq!(pieces.len(), ages.len());
        }
    }
}

/// The pieces that each model of several touchpoints makes of `amount`.
async fn pieces(amount: Option<i128>, ages: &[i64]) -> Vec<Vec<Option<i128>>> {
    let ctx = session(SessionConfig::new());
    let amount = amount.map_or("NULL".into(), |amount| format!("'{amount}'"));
    let ages: Vec<_> = ages
        .iter()
        .enumerate()
        .map(|(id, age)| format!("({id}, {age})"))
        .collect();
    let touchpoints = format!(
        "SELECT 'k' AS customer, column1 AS id, to_timestamp(1000000 - column2) AS seen
         FROM (VALUES {}) AS v",
        ages.join(", ")
    );
    let conversion =
        format!("to_timestamp(1000000) AS at, CAST({amount} AS DECIMAL(38, 0)) AS total");
    let mut result = vec![];
    for model in [
        "linear",
        "time_decay",
        "position_based",
        "j_shaped",
        "inverse_j_shaped",
    ] {
        let more = format!(
            "model => '{model}', lookback => INTERVAL '1 day', half_life => INTERVAL '90 seconds'"
        );
        let sql = format!(
            "SELECT credited_value FROM {}",
            call(&conversion, &touchpoints, &more)
        );
        let batches = sql_rows(&ctx, &sql).await.unwrap();
        let values = batches.iter().flat_map(|batch| {
            let column = batch.column(0).as_primitive::<Decimal128Type>().clone();
            (0..column.len()).map(move |row| column.is_valid(row).then(|| column.value(row)))
        });
        result.push(values.collect::<Vec<_>>());
    }
    result
}

#[tokio::test]
async fn types_that_a_union_decides_later_are_seen() {
    let ctx = session(SessionConfig::new());
    let sql = "SELECT order_id, id, credited_value, arrow_typeof(credited_value) AS type
        FROM attribute(
          conversions => (SELECT 'a' AS order_id, 1 AS customer, 100 AS total, DATE '2026-08-10' AS at
            UNION ALL SELECT 'b', CAST(2 AS BIGINT), CAST(0.05 AS DECIMAL(20, 4)), TIMESTAMP '2026-08-10'),
          touchpoints => (SELECT 7 AS id, arrow_cast(1, 'Int16') AS customer, DATE '2026-08-10' AS seen
            UNION ALL SELECT 8, 2, arrow_cast('2026-08-10T00:00:00', 'Timestamp(Second, None)')),
          key => 'customer', conversion_id => 'order_id', conversion_time => 'at', value => 'total',
          touchpoint_id => 'id', touchpoint_time => 'seen', model => 'linear',
          lookback => INTERVAL '1 day')
        ORDER BY order_id";
    let table = printed(&ctx, sql).await;
    assert!(
        table.contains("| a        | 7  | 100.0000       |"),
        "{table}"
    );
    assert!(
        table.contains("| b        | 8  | 0.0500         |"),
        "{table}"
    );
}

#[tokio::test]
async fn keys_of_any_type_match() {
    let ctx = session(SessionConfig::new());
    for (left, right) in [
        ("'k'", "arrow_cast('k', 'Utf8View')"),
        ("arrow_cast('k', 'Dictionary(Int32, Utf8)')", "'k'"),
        (
            "arrow_cast('k', 'Dictionary(Int32, Utf8)')",
            "arrow_cast('k', 'Dictionary(Int8, Utf8)')",
        ),
        ("X'01'", "X'01'"),
        ("DATE '2026-08-10'", "DATE '2026-08-10'"),
        ("TRUE", "TRUE"),
        ("CAST(1 AS DECIMAL(10, 2))", "1"),
        ("CAST(1 AS SMALLINT)", "CAST(1 AS SMALLINT)"),
        ("1.5e0", "1.5e0"),
        (
            "named_struct('shop', 1, 'customer', 'k')",
            "named_struct('shop', 1, 'customer', 'k')",
        ),
    ] {
        let from = call(
            "TIMESTAMP '2026-08-10T12:00:00' AS at, 1 AS total",
            &format!("SELECT {right} AS customer, 1 AS id, DATE '2026-08-10' AS seen"),
            "model => 'linear', lookback => INTERVAL '1 day'",
        );
        let sql = format!(
            "SELECT reason FROM {}",
            from.replace(
                "'k' AS customer, TIME",
                &format!("{left} AS customer, TIME")
            )
        );
        let table = printed(&ctx, &sql).await;
        assert!(table.contains("| credited |"), "{left} {right}: {table}");
    }
}
