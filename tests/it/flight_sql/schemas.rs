//! What is announced is what is streamed, for every kind of plan.

use datafusion::arrow::datatypes::DataType;

use super::support::Served;

/// Statements whose plain, analyzed and physical schemas differ in some way, with the rows.
const STATEMENTS: [(&str, &[&[&str]]); 13] = [
    (
        "SELECT CASE WHEN order_id = 'o1' THEN 1 ELSE 2.5 END FROM orders ORDER BY order_id",
        &[&["1.0"], &["2.5"], &["2.5"]],
    ),
    (
        "SELECT * FROM (SELECT 1 AS n UNION ALL SELECT 2.5) ORDER BY n",
        &[&["1.0"], &["2.5"]],
    ),
    (
        "SELECT * FROM (SELECT 1 AS n UNION ALL SELECT 'x') ORDER BY n",
        &[&["1"], &["x"]],
    ),
    ("SELECT word FROM words", &[&["a"], &["b"], &["a"]]),
    (
        "SELECT named_struct('w', arrow_cast('a', 'Dictionary(Int32, Utf8)')), [arrow_cast('v', 'Utf8View')]",
        &[&["{w: a}", "[v]"]],
    ),
    ("SELECT order_id, total FROM orders WHERE total < 0", &[]),
    ("SELECT NULL", &[&["NULL"]]),
    (
        "SELECT round(total, 1) FROM orders WHERE order_id = 'o3'",
        &[&["707.20"]],
    ),
    (
        "SELECT a.order_id, b.order_id FROM orders a JOIN orders b ON a.order_id = b.order_id WHERE a.total = 20",
        &[&["o2", "o2"]],
    ),
    (
        "SELECT count(*), sum(total), avg(total), max(customer_id) FROM orders",
        &[&["3", "737.70", "245.900000", "c2"]],
    ),
    (
        "SELECT INTERVAL '1 day', arrow_cast(3600, 'Duration(Second)'), arrow_cast(1.5, 'Float16')",
        &[&["1 days", "PT3600S", "1.5"]],
    ),
    (
        "SELECT * FROM small.values WHERE order_id = 'o3'",
        &[&["o3", "707.20"]],
    ),
    (
        "SELECT arrow_cast('12.34', 'Decimal256(60, 2)'), arrow_cast('b', 'LargeBinary')",
        &[&["12.34", "62"]],
    ),
];

#[tokio::test]
async fn item_07_prepare_info_and_stream_agree() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, rows) in STATEMENTS {
        let fetched = client.query(sql).await.unwrap();
        assert_eq!(fetched.announced, fetched.streamed, "{sql}");
        let prepared = client.prepare(sql).await.unwrap();
        assert_eq!(prepared.schema, fetched.streamed, "{sql}");
        for batch in &fetched.batches {
            assert_eq!(*batch.schema(), fetched.streamed, "{sql}");
        }
        assert_eq!(fetched.rows(), rows, "{sql}");
    }
}

#[tokio::test]
async fn item_26_33_clients_see_plain_types_only() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, data_type) in [
        ("SELECT word FROM words", DataType::Utf8),
        ("SELECT arrow_cast('x', 'Utf8View')", DataType::Utf8),
        ("SELECT arrow_cast('x', 'BinaryView')", DataType::Binary),
        ("SELECT NULL", DataType::Utf8),
        ("SELECT INTERVAL '1 month'", DataType::Utf8),
        (
            "SELECT arrow_cast(1, 'Decimal256(50, 2)')",
            DataType::Decimal128(38, 2),
        ),
    ] {
        let fetched = client.query(sql).await.unwrap();
        let field = fetched.streamed.field(0);
        assert_eq!(field.data_type(), &data_type, "{sql}");
        assert!(field.is_nullable(), "{sql}");
    }
}

#[tokio::test]
async fn item_07_plans_can_be_looked_at() {
    let served = Served::start().await;
    let client = served.client().await;
    for (sql, text) in [
        ("EXPLAIN SELECT * FROM orders", "DataSourceExec"),
        ("EXPLAIN ANALYZE SELECT * FROM orders", "output_rows=3"),
        ("DESCRIBE orders", "ordered_at"),
        ("SHOW TABLES", "a_b"),
    ] {
        let fetched = client.query(sql).await.unwrap();
        assert_eq!(fetched.announced, fetched.streamed, "{sql}");
        let found = fetched
            .rows()
            .into_iter()
            .flatten()
            .any(|cell| cell.contains(text));
        assert!(found, "{sql}: {:?}", fetched.rows());
    }
}

#[tokio::test]
async fn a_rate_is_needed_only_when_a_query_runs() {
    let served = Served::start().await;
    let client = served.client().await;
    let sql = "SELECT convert(total, currency, ordered_at) AS amount FROM orders";
    let prepared = client.prepare(sql).await.unwrap();
    assert_eq!(
        prepared.schema.field(0).data_type(),
        &DataType::Decimal128(18, 2)
    );
    client.info(super::support::statement(sql)).await.unwrap();
    let status = client.query(sql).await.unwrap_err();
    assert!(
        status
            .message()
            .contains("convert: no rate from EUR to USD on "),
        "{status}"
    );
}

#[tokio::test]
async fn item_17_get_schema_answers_without_running() {
    use arrow_flight::{FlightDescriptor, sql::ProstMessageExt};
    use datafusion::arrow::datatypes::Schema;
    use prost::Message;

    let served = Served::start().await;
    let client = served.client().await;
    let sql = "SELECT sum(value) AS total FROM generate_series(1, 1000000000000)";
    let command = super::support::statement(sql).as_any().encode_to_vec();
    let descriptor = FlightDescriptor::new_cmd(command);
    let result = client.0.clone().get_schema(descriptor).await.unwrap();
    let schema = Schema::try_from(&result.into_inner()).unwrap();
    assert_eq!(schema.field(0).name(), "total");
    assert_eq!(served.running.count(), 0);
}

#[tokio::test]
async fn item_07_the_columns_of_a_metric_view_say_what_they_are() {
    let served = Served::start().await;
    let client = served.client().await;
    let sql = "select customer, measure(revenue) as money, agg(order_value)
        from small.metrics group by customer order by customer limit 1";
    let fetched = client.query(sql).await.unwrap();
    assert_eq!(fetched.announced, fetched.streamed);
    assert_eq!(client.prepare(sql).await.unwrap().schema, fetched.streamed);
    let metadata = fetched.streamed.fields().iter().map(|field| {
        let mut pairs: Vec<_> = field.metadata().iter().collect();
        pairs.sort_unstable();
        let pairs = pairs.iter().map(|(key, value)| format!("{key}={value}"));
        pairs.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(
        metadata.collect::<Vec<_>>(),
        [
            "tributary.description=who bought tributary.role=dimension",
            "tributary.additivity=additive tributary.description=with tax \
             tributary.format=money tributary.role=measure",
            "tributary.additivity=non_additive tributary.role=measure",
        ]
    );
    let refused = client.query("select order_value from small.metrics").await;
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("write MEASURE(order_value)"), "{message}");
}
