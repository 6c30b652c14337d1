use std::sync::Arc;

use datafusion::arrow::{
    array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
        Float64Array, Int32Array, Int64Array, LargeStringArray, ListArray, RecordBatch,
        StringArray, StringViewArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    },
    datatypes::Int32Type,
};

use super::shop::{QUARANTINE, Shop, counts, request};

#[tokio::test]
async fn csv_with_quotes_line_breaks_and_a_byte_order_mark() {
    let shop = Shop::new();
    let file = shop.file(
        "customers.csv",
        "\u{feff}customer_id,name,note\r\n\
         c-1,\"Ada \"\"A\"\" Lovelace\",\"two\nlines\"\r\n\
         c-2,Übung,\"\"\r\n\
         \r\n\
         c-3,\"a, b\",",
    );
    assert_eq!(
        counts(&shop.import("customers", &[file]).await),
        [3, 0, 0, 0]
    );
    assert_eq!(
        shop.rows("customers", "SELECT * FROM t ORDER BY 1").await,
        [
            "c-1|Ada \"A\" Lovelace|two\nlines",
            "c-2|Übung|NULL",
            "c-3|a, b|NULL"
        ]
    );
}

#[tokio::test]
async fn malformed_csv_rows_cost_only_themselves() {
    let shop = Shop::new();
    let mut content = b"customer_id,name\nc-1,Ada\nc-2\nc-3,Bob,extra\nc-4,".to_vec();
    content.extend_from_slice(b"\xff\xfe\nc-5,Eve\nc-6,\"open\nc-7,Zoe\n");
    let file = shop.file("customers.csv", content);
    assert_eq!(
        counts(&shop.import("customers", &[file]).await),
        [2, 0, 4, 0]
    );
    assert_eq!(
        shop.rows("customers", "SELECT customer_id FROM t ORDER BY 1")
            .await,
        ["c-1", "c-5"]
    );
    assert_eq!(
        shop.rows(
            QUARANTINE,
            "SELECT row_number, column_name, reason, row FROM t ORDER BY 1"
        )
        .await,
        [
            "2|NULL|expected 2 fields, got 1 (line 3)|[\"c-2\"]",
            "3|NULL|expected 2 fields, got 3 (line 4)|[\"c-3\",\"Bob\",\"extra\"]",
            "4|NULL|not UTF-8 text (line 5)|[\"c-4\",\"\u{fffd}\u{fffd}\"]",
            "6|NULL|a quoted field is not closed (line 7)|[\"c-6\",\"open\\nc-7,Zoe\\n\"]",
        ]
    );
}

#[tokio::test]
async fn a_closed_quote_at_the_end_of_a_file_is_fine() {
    for end in ["", "\n", "\r\n", "\n\n"] {
        let shop = Shop::new();
        let content = format!("\u{feff}customer_id,name\nc-1,a\nc-2,\"b \"\" c\"{end}");
        let file = shop.file("customers.csv", content);
        assert_eq!(
            counts(&shop.import("customers", &[file]).await),
            [2, 0, 0, 0],
            "{end:?}"
        );
    }
}

#[tokio::test]
async fn rows_are_numbered_across_batches() {
    let shop = Shop::new();
    let mut content = "customer_id,name\n".to_owned();
    for row in 1..=20_000 {
        let id = if row % 9_999 == 0 {
            String::new()
        } else {
            format!("c-{row}")
        };
        content.push_str(&format!("{id},n\n"));
    }
    let file = shop.file("customers.csv", content);
    assert_eq!(
        counts(&shop.import("customers", &[file]).await),
        [19_998, 0, 2, 0]
    );
    assert_eq!(
        shop.quarantine().await,
        [
            "9999|customer_id|NULL|required, but missing",
            "19998|customer_id|NULL|required, but missing"
        ]
    );
}

#[tokio::test]
async fn json_lines_keep_numbers_exact_and_nested_values_as_json() {
    let shop = Shop::new();
    let file = shop.file(
        "orders.jsonl",
        "{\"order_id\": 9007199254740993, \"customer_id\": null, \"ordered_at\": \"2026-08-01\", \
         \"currency\": \"EUR\", \"total\": 9007199254740993.01, \"tags\": [1, {\"a\": \"b\"}]}\n\
         \n\
         {\"order_id\": \"o-2\", \"customer_id\": \"\", \"ordered_at\": \"2026-08-01\", \
         \"currency\": \"EUR\", \"total\": \"1.5e1\", \"note\": \"a\\nb\"}\n",
    );
    assert_eq!(counts(&shop.import("orders", &[file]).await), [2, 0, 0, 0]);
    assert_eq!(
        shop.rows(
            "orders",
            "SELECT order_id, customer_id, total, tags, note FROM t ORDER BY 1"
        )
        .await,
        [
            "9007199254740993|NULL|9007199254740993.01|[1, {\"a\": \"b\"}]|NULL",
            "o-2|NULL|15.00|NULL|a\nb",
        ]
    );
}

#[tokio::test]
async fn malformed_json_lines_cost_only_themselves() {
    let shop = Shop::new();
    let mut content = b"{\"customer_id\": \"c-1\"}\nnot json\n[1]\n".to_vec();
    content.extend_from_slice(b"{\"customer_id\": \"\xff\"}\n");
    content.extend_from_slice(b"{\"customer_id\": \"c-2\", \"customer_id\": \"c-3\"}\n");
    content.extend_from_slice(b"{\"name\": \"nobody\"}\n{\"customer_id\": {\"a\": 1}}");
    let file = shop.file("customers.ndjson", content);
    assert_eq!(
        counts(&shop.import("customers", &[file]).await),
        [2, 0, 5, 0]
    );
    let sql = "SELECT row_number, column_name, split_part(reason, ':', 1), row FROM t ORDER BY 1";
    assert_eq!(
        shop.rows(QUARANTINE, sql).await,
        [
            "2|NULL|not a JSON object|\"not json\"",
            "3|NULL|not a JSON object|\"[1]\"",
            "4|NULL|not UTF-8 text (line 4)|\"{\\\"customer_id\\\": \\\"\u{fffd}\\\"}\"",
            "5|NULL|the member customer_id occurs twice (line 5)|\
             \"{\\\"customer_id\\\": \\\"c-2\\\", \\\"customer_id\\\": \\\"c-3\\\"}\"",
            "6|customer_id|required, but missing|{\"name\": \"nobody\"}",
        ]
    );
}

#[tokio::test]
async fn parquet_types_are_coerced() {
    let nanos = [1_785_576_600_123_456_789_i64, 1_785_576_600_000_000_000];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("order_id", Arc::new(Int32Array::from(vec![1, 2]))),
        (
            "customer_id",
            Arc::new(Float64Array::from(vec![Some(7.0), None])),
        ),
        (
            "ordered_at",
            Arc::new(TimestampNanosecondArray::from(nanos.to_vec()).with_timezone("+02:00")),
        ),
        (
            "currency",
            Arc::new(DictionaryArray::<Int32Type>::from_iter([
                Some("EUR"),
                Some("usd"),
            ])),
        ),
        ("total", Arc::new(Float64Array::from(vec![1.005, 19.99]))),
        (
            "tax",
            Arc::new(
                Decimal128Array::from(vec![1_500, 0])
                    .with_precision_and_scale(9, 3)
                    .unwrap(),
            ),
        ),
        ("shipping", Arc::new(UInt64Array::from(vec![3, 4]))),
        (
            "status",
            Arc::new(LargeStringArray::from(vec!["paid", "open"])),
        ),
        (
            "source",
            Arc::new(StringViewArray::from(vec!["bot", "web"])),
        ),
        (
            "channel",
            Arc::new(BinaryArray::from(vec![&b"web"[..], b"store"])),
        ),
        (
            "is_test",
            Arc::new(BooleanArray::from(vec![Some(true), None])),
        ),
        (
            "cancelled_at",
            Arc::new(Date32Array::from(vec![Some(20_666), None])),
        ),
        ("Ünits", Arc::new(UInt64Array::from(vec![u64::MAX, 0]))),
        (
            "items",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
                Some(vec![Some(1), None]),
                None,
            ])),
        ),
    ];
    let shop = Shop::new();
    let file = shop.parquet(
        "orders.parquet",
        &RecordBatch::try_from_iter(columns).unwrap(),
    );
    let summary = shop.import("orders", std::slice::from_ref(&file)).await;
    assert_eq!(counts(&summary), [2, 0, 0, 0]);
    assert_eq!(
        summary.warnings,
        [format!(
            "orders: total in {} is floating-point, amounts were rounded to Decimal128(18, 2)",
            file.display()
        )]
    );
    let sql = "SELECT order_id, customer_id, ordered_at, currency, total, tax, shipping, status, \
               source, channel, is_test, cancelled_at, _nits, items FROM t ORDER BY order_id";
    assert_eq!(
        shop.rows("orders", sql).await,
        [
            "1|7|2026-08-01T09:30:00.123456Z|EUR|1.01|1.50|3.00|paid|bot|web|true|\
             2026-08-01T00:00:00Z|18446744073709551615|[1, NULL]",
            "2|NULL|2026-08-01T09:30:00Z|USD|19.99|0.00|4.00|open|web|store|NULL|NULL|0|NULL",
        ]
    );
    assert_eq!(counts(&shop.import("orders", &[file]).await), [0, 2, 0, 0]);
}

#[tokio::test]
async fn bad_parquet_values_are_quarantined_and_bad_types_refused() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "order_id",
            Arc::new(Float64Array::from(vec![1.0, 1.5, 3.0, 4.0, 5.0])),
        ),
        (
            "customer_id",
            Arc::new(BinaryArray::from(vec![
                &b"c"[..],
                b"c",
                b"\xff",
                b"c",
                b"c",
            ])),
        ),
        (
            "ordered_at",
            Arc::new(Date32Array::from(vec![1, 1, 1, 2_932_897, -1])),
        ),
        ("currency", Arc::new(StringArray::from(vec!["EUR"; 5]))),
        (
            "total",
            Arc::new(Float64Array::from(vec![f64::NAN, 1.0, 1.0, 1.0, 1.0])),
        ),
        ("captured_at", Arc::new(Int64Array::from(vec![1; 5]))),
    ];
    let shop = Shop::new();
    let whole = RecordBatch::try_from_iter(columns.clone()).unwrap();
    let file = shop.parquet("orders.parquet", &whole);
    let error = shop.refusal(&request("orders", &[&file])).await;
    assert!(error.contains("expected captured_at in"), "{error}");
    assert!(error.contains("got Int64"), "{error}");

    let file = shop.parquet("orders.parquet", &whole.project(&[0, 1, 2, 3, 4]).unwrap());
    assert_eq!(counts(&shop.import("orders", &[file]).await), [0, 0, 5, 0]);
    assert_eq!(
        shop.quarantine().await,
        [
            "1|total|NaN|not a plain number such as 1234.50",
            "2|order_id|1.5|not a whole number that a float holds exactly",
            "3|customer_id|ff|not UTF-8 text",
            "4|ordered_at|+10000-01-01|outside the years 1970 to 9999",
            "5|ordered_at|1969-12-31|outside the years 1970 to 9999",
        ]
    );
}

#[tokio::test]
async fn a_time_too_far_for_microseconds_does_not_wrap() {
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("link_id", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
        (
            "created_at",
            Arc::new(Date32Array::from(vec![i32::MAX, i32::MIN, 0])),
        ),
    ];
    let shop = Shop::new();
    let file = shop.parquet("a.parquet", &RecordBatch::try_from_iter(columns).unwrap());
    assert_eq!(
        counts(&shop.import("tracking_links", &[file]).await),
        [1, 0, 2, 0]
    );

    let columns: Vec<(&str, ArrayRef)> = vec![
        ("link_id", Arc::new(StringArray::from(vec!["d", "e", "f"]))),
        (
            "created_at",
            Arc::new(TimestampSecondArray::from(vec![i64::MAX, i64::MIN, 0])),
        ),
    ];
    let file = shop.parquet("b.parquet", &RecordBatch::try_from_iter(columns).unwrap());
    assert_eq!(
        counts(&shop.import("tracking_links", &[file]).await),
        [1, 0, 2, 0]
    );
    let sql = "SELECT row_number, column_name, reason FROM t ORDER BY file, row_number";
    let (first, second) = (
        "1|created_at|outside the years 1970 to 9999",
        "2|created_at|outside the years 1970 to 9999",
    );
    assert_eq!(
        shop.rows(QUARANTINE, sql).await,
        [first, second, first, second]
    );
}

#[tokio::test]
async fn an_empty_file_changes_nothing() {
    let shop = Shop::new();
    for (name, content) in [
        ("a.csv", "customer_id,name\n"),
        ("b.jsonl", ""),
        ("c.jsonl", "\n\n"),
    ] {
        let file = shop.file(name, content);
        assert_eq!(
            counts(&shop.import("customers", &[file]).await),
            [0; 4],
            "{name}"
        );
    }
    assert_eq!(shop.version("customers").await, None);
    assert_eq!(shop.version(QUARANTINE).await, None);

    let file = shop.file("d.csv", "");
    let error = shop.refusal(&request("customers", &[file])).await;
    assert!(error.contains("expected a header line in"), "{error}");
}

#[tokio::test]
async fn a_json_array_is_refused_and_lines_without_members_are_quarantined() {
    let shop = Shop::new();
    let file = shop.file("a.json", "[\n{\"customer_id\": \"c-1\"}\n]\n");
    let error = shop.refusal(&request("customers", &[file])).await;
    assert!(
        error.contains("expected one JSON object per line"),
        "{error}"
    );

    let file = shop.file("b.jsonl", "{}\n?\n");
    assert_eq!(
        counts(&shop.import("customers", &[file]).await),
        [0, 0, 2, 0]
    );
    let rows = shop
        .rows(
            QUARANTINE,
            "SELECT row_number, column_name, row FROM t ORDER BY 1",
        )
        .await;
    assert_eq!(rows, ["1|customer_id|{}", "2|NULL|\"?\""]);
}
