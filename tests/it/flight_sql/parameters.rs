//! Prepared statements: parameters of every type, in every place, as real drivers send them.

use std::sync::Arc;

use datafusion::arrow::{
    array::{
        ArrayRef, Date32Array, Decimal128Array, Float64Array, Int32Array, Int64Array, NullArray,
        StringArray, TimestampMicrosecondArray, UnionArray,
    },
    datatypes::{DataType, Field, UnionFields},
};
use tonic::Code;

use super::support::{Client, Served, parameters, prepared};

fn text(value: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![value]))
}

fn number(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

fn null() -> ArrayRef {
    Arc::new(NullArray::new(1))
}

async fn rows(client: &Client, sql: &str, values: Vec<ArrayRef>) -> Vec<Vec<String>> {
    let statement = client.prepare(sql).await.unwrap();
    assert_eq!(statement.parameters.fields().len(), values.len(), "{sql}");
    let handle = client
        .bind(&statement.handle, parameters(values))
        .await
        .unwrap();
    let fetched = client.fetch(prepared(&handle)).await.unwrap();
    assert_eq!(fetched.announced, fetched.streamed, "{sql}");
    fetched.rows()
}

#[tokio::test]
async fn item_09_parameters_of_every_type_in_every_place() {
    let served = Served::start().await;
    let client = served.client().await;
    let day: ArrayRef = Arc::new(Date32Array::from(vec![1]));
    let instant = TimestampMicrosecondArray::from(vec![86_400_000_000]);
    let instant: ArrayRef = Arc::new(instant.with_timezone("UTC"));
    let amount = Decimal128Array::from(vec![2000]);
    let amount: ArrayRef = Arc::new(amount.with_precision_and_scale(4, 2).unwrap());
    let select = |condition: &str| {
        format!("SELECT order_id FROM orders WHERE {condition} ORDER BY order_id")
    };
    for (condition, values, ids) in [
        ("order_id = ?", vec![text("o2")], vec!["o2"]),
        (
            "order_id = $1 OR order_id = $1",
            vec![text("o2")],
            vec!["o2"],
        ),
        (
            "total > $2 AND order_id <> $1",
            vec![text("o3"), number(15)],
            vec!["o2"],
        ),
        ("total >= ?", vec![amount], vec!["o2", "o3"]),
        (
            "total < ?",
            vec![Arc::new(Float64Array::from(vec![10.51]))],
            vec!["o1"],
        ),
        ("ordered_at >= ?", vec![instant], vec!["o2", "o3"]),
        ("ordered_at > ?", vec![day], vec!["o3"]),
        ("ordered_at < ?", vec![text("1970-01-02")], vec!["o1"]),
        ("customer_id = ?", vec![null()], vec![]),
        (
            "customer_id IS NOT DISTINCT FROM ?",
            vec![null()],
            vec!["o2"],
        ),
        (
            "order_id IN (?, ?)",
            vec![text("o1"), text("o3")],
            vec!["o1", "o3"],
        ),
    ] {
        let sql = select(condition);
        let found = rows(&client, &sql, values).await;
        assert_eq!(found.concat(), ids, "{sql}");
    }
    let limit = "SELECT order_id FROM orders ORDER BY order_id LIMIT ? OFFSET ?";
    assert_eq!(
        rows(&client, limit, vec![number(1), number(1)]).await,
        [["o2"]]
    );
    let narrow: ArrayRef = Arc::new(Int32Array::from(vec![1]));
    assert_eq!(
        rows(&client, limit, vec![narrow, number(0)]).await,
        [["o1"]]
    );
}

#[tokio::test]
async fn item_09_untyped_parameters_take_the_type_of_the_value() {
    let served = Served::start().await;
    let client = served.client().await;
    for sql in ["SELECT ? AS v", "SELECT $1 AS v"] {
        assert_eq!(rows(&client, sql, vec![number(5)]).await, [["5"]]);
        assert_eq!(rows(&client, sql, vec![text("five")]).await, [["five"]]);
        assert_eq!(rows(&client, sql, vec![null()]).await, [["NULL"]]);
    }
    let mixed = "SELECT ?, ?, ? + 1";
    let values = vec![text("a"), null(), number(2)];
    assert_eq!(rows(&client, mixed, values).await, [["a", "NULL", "3"]]);
}

#[tokio::test]
async fn item_09_parameter_types_are_told_where_they_are_known() {
    let served = Served::start().await;
    let client = served.client().await;
    let sql = "SELECT ? FROM orders WHERE total > ? AND customer_id = ?";
    let statement = client.prepare(sql).await.unwrap();
    let types: Vec<_> = statement
        .parameters
        .fields()
        .iter()
        .map(|field| field.data_type().clone())
        .collect();
    assert_eq!(
        types,
        [DataType::Utf8, DataType::Decimal128(18, 2), DataType::Utf8]
    );
}

#[tokio::test]
async fn an_order_is_explained_by_the_id_that_is_bound() {
    let served = Served::start().await;
    let client = served.client().await;
    let sql = "SELECT DISTINCT order_id, rule FROM explain_order(?) ORDER BY rule";
    let statement = client.prepare(sql).await.unwrap();
    assert_eq!(statement.parameters.field(0).data_type(), &DataType::Utf8);
    let bound = rows(&client, sql, vec![text("o2")]).await;
    // One report needs no table but the orders.
    assert_eq!(bound, [["o2", "missing_tables"], ["o2", "whole_shop"]]);
}

/// flightsql-dbapi sends dense unions and goes on with the handle that it had before binding.
#[tokio::test]
async fn item_09_10_unions_and_an_ignored_handle() {
    let served = Served::start().await;
    let client = served.client().await;
    let union = |type_id: i8| -> ArrayRef {
        let fields = UnionFields::from_fields(vec![
            Field::new("string", DataType::Utf8, true),
            Field::new("int", DataType::Int64, true),
        ]);
        let children = vec![text("o2"), number(1)];
        let offsets = Some(vec![0].into());
        Arc::new(UnionArray::try_new(fields, vec![type_id].into(), offsets, children).unwrap())
    };
    let sql = "SELECT order_id FROM orders WHERE order_id = ? LIMIT ?";
    let statement = client.prepare(sql).await.unwrap();
    let values = parameters(vec![union(0), union(1)]);
    client.bind(&statement.handle, values).await.unwrap();
    let fetched = client.fetch(prepared(&statement.handle)).await.unwrap();
    assert_eq!(fetched.rows(), [["o2"]]);

    // Another statement of the same text has no parameters.
    let other = client.prepare(sql).await.unwrap();
    let status = client.fetch(prepared(&other.handle)).await.unwrap_err();
    assert!(
        status.message().contains("expected 2 parameters, got 0"),
        "{status}"
    );
}

#[tokio::test]
async fn item_10_a_statement_is_bound_and_run_again_until_it_is_closed() {
    use arrow_flight::sql::{ActionClosePreparedStatementRequest, ProstMessageExt};
    use prost::Message;

    let served = Served::start().await;
    let client = served.client().await;
    let statement = client.prepare("SELECT ?").await.unwrap();
    for value in [1, 2] {
        let values = parameters(vec![number(value)]);
        let handle = client.bind(&statement.handle, values).await.unwrap();
        for _ in 0..2 {
            let fetched = client.fetch(prepared(&handle)).await.unwrap();
            assert_eq!(fetched.rows(), [[value.to_string()]]);
        }
    }
    let request = ActionClosePreparedStatementRequest {
        prepared_statement_handle: statement.handle.clone(),
    };
    let body = request.as_any().encode_to_vec();
    assert!(
        client
            .action("ClosePreparedStatement", body)
            .await
            .unwrap()
            .is_none()
    );
    let status = client.fetch(prepared(&statement.handle)).await.unwrap_err();
    assert!(
        status.message().contains("expected 1 parameters, got 0"),
        "{status}"
    );
}

#[tokio::test]
async fn item_09_wrong_parameters_are_refused() {
    let served = Served::start().await;
    let client = served.client().await;
    let statement = client.prepare("SELECT ?").await.unwrap();
    let refused = async |values: Vec<ArrayRef>| {
        let bound = client.bind(&statement.handle, parameters(values)).await;
        let status = match bound {
            Ok(handle) => client.fetch(prepared(&handle)).await.unwrap_err(),
            Err(status) => status,
        };
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        status.message().to_owned()
    };
    let two_rows: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    assert!(
        refused(vec![two_rows])
            .await
            .contains("expected one row of parameters, got 2")
    );
    let two_values = refused(vec![number(1), number(2)]).await;
    assert!(
        two_values.contains("expected 1 parameters, got 2"),
        "{two_values}"
    );
    let large = refused(vec![text(&"x".repeat(2 << 20))]).await;
    assert!(large.contains("at most 1048576 bytes"), "{large}");
    for sql in ["SELECT $name", "SELECT $0", "SELECT $100000"] {
        let status = client.prepare(sql).await.err().unwrap();
        assert_eq!(status.code(), Code::InvalidArgument, "{sql}: {status}");
    }
}

#[tokio::test]
async fn item_10_any_replica_answers_a_handle() {
    let (served, other) = (Served::start().await, Served::start().await);
    let (client, replica) = (served.client().await, other.client().await);
    let sql = "SELECT order_id FROM orders WHERE order_id = ?";
    let statement = client.prepare(sql).await.unwrap();
    let bound = client
        .bind(&statement.handle, parameters(vec![text("o2")]))
        .await
        .unwrap();
    for _ in 0..2 {
        let fetched = replica.fetch(prepared(&bound)).await.unwrap();
        assert_eq!(fetched.rows(), [["o2"]]);
    }
    let info = client.info(prepared(&bound)).await.unwrap();
    let mut messages = replica.messages(&info).await.unwrap();
    assert!(messages.message().await.unwrap().is_some());
}
