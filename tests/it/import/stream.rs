use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch, StringArray},
        datatypes::SchemaRef,
    },
    common::{DataFusionError, Result},
    execution::SendableRecordBatchStream,
    physical_plan::stream::RecordBatchStreamAdapter,
};
use tributary::warehouse::import::{Mode, StreamRequest, import_stream};

use super::shop::{QUARANTINE, Shop, counts};

fn customers(rows: std::ops::Range<i64>, name: &str) -> RecordBatch {
    let ids: Vec<String> = rows.clone().map(|row| format!("c-{row}")).collect();
    let names = vec![name; ids.len()];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Customer_Id", Arc::new(StringArray::from(ids))),
        ("name", Arc::new(StringArray::from(names))),
        ("points", Arc::new(Int64Array::from_iter_values(rows))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn stream(schema: SchemaRef, batches: Vec<Result<RecordBatch>>) -> SendableRecordBatchStream {
    Box::pin(RecordBatchStreamAdapter::new(
        schema,
        futures::stream::iter(batches),
    ))
}

fn upsert(table: &str) -> StreamRequest {
    StreamRequest {
        table: table.into(),
        mode: Mode::Upsert,
        name: "a client".into(),
        mapping: vec![],
        imported_at: "2026-08-28T12:00:00Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_stream_upserts_like_a_file() {
    let shop = Shop::new();
    let first = customers(0..20_000, "first");
    let schema = first.schema();
    let batches = vec![Ok(first), Ok(customers(19_990..20_010, "later"))];
    let rows = stream(Arc::clone(&schema), batches);
    let request = upsert("customers");
    let summary = import_stream(&shop.session, &shop.warehouse, &request, rows)
        .await
        .unwrap();
    assert_eq!(counts(&summary), [20_010, 0, 0, 10]);
    let again = stream(schema, vec![Ok(customers(19_980..20_020, "later"))]);
    let summary = import_stream(&shop.session, &shop.warehouse, &request, again)
        .await
        .unwrap();
    assert_eq!(counts(&summary), [20, 20, 0, 0]);
    let sql = "SELECT name, count(*), min(points), max(points) FROM t GROUP BY name ORDER BY 1";
    let rows = shop.rows("customers", sql).await;
    assert_eq!(rows, ["first|19980|0|19979", "later|40|19980|20019"]);
}

#[tokio::test]
async fn a_stream_that_fails_or_does_not_fit_writes_nothing() {
    let shop = Shop::new();
    let batch = customers(0..10, "x");
    let failed = Err(DataFusionError::Execution("the client is gone".into()));
    let rows = stream(batch.schema(), vec![Ok(batch.clone()), failed]);
    let request = upsert("customers");
    let error = import_stream(&shop.session, &shop.warehouse, &request, rows)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the client is gone"), "{error}");
    let rows = stream(batch.schema(), vec![Ok(batch)]);
    let other = upsert("orders");
    let error = import_stream(&shop.session, &shop.warehouse, &other, rows)
        .await
        .unwrap_err();
    let expected = "orders: expected the required column order_id in a client";
    assert!(error.to_string().contains(expected), "{error}");
    for table in ["customers", "orders", QUARANTINE] {
        assert_eq!(shop.version(table).await, None);
    }
}

#[tokio::test]
async fn bad_rows_of_a_stream_are_quarantined_under_its_name() {
    let shop = Shop::new();
    let columns: Vec<(&str, ArrayRef)> = vec![(
        "store_id",
        Arc::new(StringArray::from(vec![Some("s-1"), None])),
    )];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let rows = stream(batch.schema(), vec![Ok(batch)]);
    let request = upsert("stores");
    let summary = import_stream(&shop.session, &shop.warehouse, &request, rows)
        .await
        .unwrap();
    assert_eq!(counts(&summary), [1, 0, 1, 0]);
    let rows = shop
        .rows(QUARANTINE, "SELECT file, row_number, reason FROM t")
        .await;
    assert_eq!(rows, ["a client|2|required, but missing"]);
}
