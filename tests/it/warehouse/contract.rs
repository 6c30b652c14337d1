use std::sync::Arc;

use datafusion::arrow::{
    array::DictionaryArray,
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal256Array, Float64Array, Int16Array, Int32Array,
        Int64Array, LargeStringArray, RecordBatch, StringViewArray, TimestampMillisecondArray,
        TimestampNanosecondArray, TimestampSecondArray, types::Int32Type,
    },
    datatypes::{DataType, TimeUnit, i256},
};

use super::shop::{Shop, batch, decimals, instants, nothing, orders, orders_without, text};
use crate::cli::program::Program;

/// 2026-08-01T10:00:00Z
const TEN: i64 = 1_785_578_400;

fn column<T>(values: T) -> ArrayRef
where
    T: datafusion::arrow::array::Array + 'static,
{
    Arc::new(values)
}

/// Stores orders with one column of another type, and reads type and values of it.
async fn seen(shop: &Shop, name: &str, stored: ArrayRef) -> Vec<String> {
    shop.parquet("orders/a.parquet", &orders(vec![(name, stored)]));
    shop.rows(&format!(
        "select arrow_typeof({name}), {name} from orders order by order_id"
    ))
    .await
}

#[tokio::test]
async fn absent_columns_are_null_and_others_stay() {
    let shop = Shop::new().await;
    let extra = vec![
        ("gift_note", text(["hi", "there"])),
        ("points", column(Int16Array::from(vec![3, 4]))),
    ];
    shop.parquet("orders/a.parquet", &orders(extra));
    let rows = shop
        .rows("select order_id, channel, is_test, subtotal, cancelled_at, gift_note, points from orders order by 1")
        .await;
    assert_eq!(
        rows,
        [
            "1|NULL|NULL|NULL|NULL|hi|3",
            "2|NULL|NULL|NULL|NULL|there|4"
        ]
    );

    let contract = tributary::warehouse::contract::Table::named("orders").unwrap();
    let columns = shop.session.columns("select * from orders").await.unwrap();
    let expected = contract.schema();
    let (first, rest) = columns.fields().split_at(expected.fields().len());
    for (seen, declared) in first.iter().zip(expected.fields()) {
        assert_eq!(
            (seen.name(), seen.data_type()),
            (declared.name(), declared.data_type())
        );
    }
    let rest: Vec<_> = rest.iter().map(|field| field.name().as_str()).collect();
    assert_eq!(rest, ["gift_note", "points"]);
}

#[tokio::test]
async fn ids_of_any_type_are_text() {
    let shop = Shop::new().await;
    let dictionary: DictionaryArray<Int32Type> = ["1", "2"].into_iter().collect();
    for ids in [
        column(Int16Array::from(vec![1, 2])),
        column(Int32Array::from(vec![1, 2])),
        column(Int64Array::from(vec![1, 2])),
        column(StringViewArray::from(vec!["1", "2"])),
        column(LargeStringArray::from(vec!["1", "2"])),
        column(dictionary),
    ] {
        let stored = ids.data_type().clone();
        assert_eq!(
            seen(&shop, "order_id", ids).await,
            ["Utf8|1", "Utf8|2"],
            "{stored}"
        );
        let one = shop
            .rows("select total from orders where order_id = '2'")
            .await;
        assert_eq!(one, ["7.00"], "{stored}");
    }
}

#[tokio::test]
async fn instants_of_any_unit_are_microseconds_of_utc() {
    let shop = Shop::new().await;
    let at = || [TEN, TEN + 1].into_iter();
    for times in [
        column(TimestampSecondArray::from_iter_values(at())),
        column(TimestampMillisecondArray::from_iter_values(
            at().map(|at| at * 1000),
        )),
        column(TimestampNanosecondArray::from_iter_values(
            at().map(|at| at * 1_000_000_000),
        )),
        column(
            TimestampNanosecondArray::from_iter_values(at().map(|at| at * 1_000_000_000))
                .with_timezone("UTC"),
        ),
        column(
            TimestampMillisecondArray::from_iter_values(at().map(|at| at * 1000))
                .with_timezone("America/New_York"),
        ),
        column(
            TimestampMillisecondArray::from_iter_values(at().map(|at| at * 1000))
                .with_timezone("+05:30"),
        ),
    ] {
        let stored = times.data_type().clone();
        let expected = [
            "Timestamp(µs, \"UTC\")|2026-08-01T10:00:00Z",
            "Timestamp(µs, \"UTC\")|2026-08-01T10:00:01Z",
        ];
        assert_eq!(seen(&shop, "ordered_at", times).await, expected, "{stored}");
        let later =
            "select order_id from orders where ordered_at > timestamp '2026-08-01T10:00:00Z'";
        assert_eq!(shop.rows(later).await, ["2"], "{stored}");
    }
}

#[tokio::test]
async fn a_date_is_midnight_and_says_that_it_is_a_day() {
    let shop = Shop::new().await;
    let days = column(Date32Array::from(vec![20_666, 20_667]));
    let rows = seen(&shop, "ordered_at", days).await;
    assert_eq!(rows[0], "Timestamp(µs, \"UTC\")|2026-08-01T00:00:00Z");
    let days = "select order_id from orders where ordered_at >= timestamp '2026-08-02T00:00:00Z'";
    assert_eq!(shop.rows(days).await, ["2"]);
    assert_eq!(
        shop.rows("select distinct date_only from orders").await,
        ["true"]
    );
}

#[tokio::test]
async fn amounts_are_exact_and_finer_ones_keep_their_scale() {
    let shop = Shop::new().await;
    let wide = Decimal256Array::from_iter_values([105_000, 70_000].map(i256::from_i128));
    let wide = wide.with_precision_and_scale(40, 4).unwrap();
    for (amounts, expected) in [
        (
            decimals(2, [1050, 700]),
            ["Decimal128(18, 2)|10.50", "Decimal128(18, 2)|7.00"],
        ),
        (
            decimals(4, [105_001, 70_000]),
            ["Decimal128(20, 4)|10.5001", "Decimal128(20, 4)|7.0000"],
        ),
        (
            decimals(0, [10, 7]),
            ["Decimal128(18, 2)|10.00", "Decimal128(18, 2)|7.00"],
        ),
        (
            column(wide),
            ["Decimal128(20, 4)|10.5000", "Decimal128(20, 4)|7.0000"],
        ),
        (
            column(Int32Array::from(vec![10, 7])),
            ["Decimal128(18, 2)|10.00", "Decimal128(18, 2)|7.00"],
        ),
        (
            column(Float64Array::from(vec![0.1 + 0.2, 7.005])),
            ["Decimal128(18, 2)|0.30", "Decimal128(18, 2)|7.01"],
        ),
    ] {
        let stored = amounts.data_type().clone();
        assert_eq!(seen(&shop, "total", amounts).await, expected, "{stored}");
    }
}

#[tokio::test]
async fn quantities_are_whole_unless_stored_with_decimals() {
    let shop = Shop::new().await;
    let lines = |quantity| {
        batch(vec![
            ("order_id", text(["1", "1"])),
            ("line_number", column(Int16Array::from(vec![1, 2]))),
            ("product_id", column(Int32Array::from(vec![7, 8]))),
            ("quantity", quantity),
            ("net_amount", decimals(2, [100, 200])),
        ])
    };
    let sql = "select product_id, line_number, arrow_typeof(quantity), quantity from order_lines order by 2";
    shop.parquet(
        "order_lines/a.parquet",
        &lines(column(Int32Array::from(vec![2, 3]))),
    );
    assert_eq!(shop.rows(sql).await, ["7|1|Int64|2", "8|2|Int64|3"]);
    shop.parquet("order_lines/b.parquet", &lines(decimals(1, [25, 30])));
    let rows = shop
        .rows("select sum(quantity), arrow_typeof(max(quantity)) from order_lines")
        .await;
    assert_eq!(rows, ["10.500|Decimal128(19, 3)"]);
}

#[tokio::test]
async fn files_of_different_types_meet() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    let seconds = TimestampSecondArray::from_iter_values([TEN, TEN + 1]);
    let other = orders(vec![
        ("order_id", column(Int32Array::from(vec![3, 4]))),
        ("ordered_at", column(seconds)),
        ("total", decimals(3, [1001, 2002])),
        (
            "channel",
            column(StringViewArray::from(vec!["web", "store"])),
        ),
        ("subtotal", nothing(2)),
        ("points", column(Int16Array::from(vec![1, 2]))),
    ]);
    shop.parquet("orders/b.parquet", &other);
    let rows = shop
        .rows(
            "select order_id, ordered_at, total, channel, subtotal, points from orders order by 1",
        )
        .await;
    assert_eq!(
        rows,
        [
            "1|2026-08-01T10:00:00Z|10.500|NULL|NULL|NULL",
            "2|2026-08-02T10:00:00Z|7.000|NULL|NULL|NULL",
            "3|2026-08-01T10:00:00Z|1.001|web|NULL|1",
            "4|2026-08-01T10:00:01Z|2.002|store|NULL|2",
        ]
    );
    // An extra column meets in the wider type, and one that cannot is an error.
    shop.parquet(
        "orders/c.parquet",
        &orders(vec![("points", column(Int64Array::from(vec![1 << 40, 5])))]),
    );
    assert_eq!(
        shop.rows("select sum(points) from orders").await,
        [((1_i64 << 40) + 8).to_string()]
    );
    shop.parquet(
        "orders/c.parquet",
        &orders(vec![(
            "points",
            column(BooleanArray::from(vec![true, false])),
        )]),
    );
    let refusal = shop.refusal("select * from orders").await;
    for part in ["orders", "points", "Boolean", "orders/c.parquet"] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
}

#[tokio::test]
async fn a_missing_required_column_is_an_error_that_names_the_file() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    for name in ["order_id", "customer_id", "ordered_at", "currency", "total"] {
        shop.parquet("orders/b.parquet", &orders_without(name));
        let refusal = shop.refusal("select count(*) from orders").await;
        assert!(
            refusal.contains(&format!(
                "table orders: required column {name} is missing in file "
            )),
            "{refusal}"
        );
        assert!(refusal.contains("orders/b.parquet"), "{refusal}");
    }
}

#[tokio::test]
async fn a_wrong_type_is_an_error_that_names_the_file() {
    let shop = Shop::new().await;
    for (name, stored, expected) in [
        ("ordered_at", text(["x", "y"]), "Timestamp(µs, \"UTC\")"),
        ("total", text(["1", "2"]), "Decimal128(18, 2)"),
        (
            "order_id",
            column(Float64Array::from(vec![1.0, 2.0])),
            "Utf8",
        ),
        ("is_test", column(Int32Array::from(vec![0, 1])), "Boolean"),
        (
            "cancelled_at",
            column(Int64Array::from(vec![0, 1])),
            "Timestamp(µs, \"UTC\")",
        ),
    ] {
        let found = stored.data_type().clone();
        shop.parquet("orders/a.parquet", &orders(vec![(name, stored)]));
        let refusal = shop.refusal("select count(*) from orders").await;
        let message =
            format!("table orders: column {name} must be {expected}, got {found} in file ");
        assert!(
            refusal.contains(&message) && refusal.contains("orders/a.parquet"),
            "{refusal}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_not_parquet_is_named() {
    let shop = Shop::new().await;
    shop.parquet("orders/a.parquet", &orders(vec![]));
    let path = shop
        .location("orders")
        .local_path()
        .unwrap()
        .join("b.parquet");
    std::fs::write(path, "order_id,total").unwrap();
    let refusal = shop.refusal("select count(*) from orders").await;
    assert!(refusal.contains("orders/b.parquet"), "{refusal}");
}

/// By the program: which threads of a test hear what is logged depends on the tests beside it.
#[tokio::test]
async fn floats_for_money_are_warned_of_once() {
    let shop = Shop::new().await;
    let adjustments: RecordBatch = batch(vec![
        ("adjustment_id", text(["1"])),
        ("order_id", text(["1"])),
        ("kind", text(["refund"])),
        ("amount", column(Float64Array::from(vec![-1.1]))),
        ("occurred_at", instants(["2026-08-05T00:00:00Z"])),
    ]);
    shop.parquet("order_adjustments/a.parquet", &adjustments);
    shop.parquet("order_adjustments/b.parquet", &adjustments);
    let sum = "select sum(amount) as amount from order_adjustments";
    let warehouse = shop.path().to_str().unwrap();
    let ran = Program::new().run(&[
        "sql",
        &format!("{sum}; {sum}"),
        "--warehouse",
        warehouse,
        "--format",
        "csv",
    ]);
    assert_eq!(
        (ran.code, &*ran.stdout),
        (Some(0), "amount\n-2.20\n"),
        "{}",
        ran.stderr
    );
    let lines = ran.stderr.lines();
    let warnings: Vec<_> = lines.filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{}", ran.stderr);
    let expected = "table order_adjustments: column amount should be exact, got Float64";
    assert!(warnings[0].contains(expected), "{}", ran.stderr);
}

#[test]
fn the_unit_of_contract_instants_is_the_microsecond() {
    let kind = tributary::warehouse::contract::Kind::Instant;
    let expected = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    assert_eq!(kind.data_type(), expected);
}
