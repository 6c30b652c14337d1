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
use tributary::warehouse::import::{BadRows, ImportSummary, Mode, StreamRequest, import_stream};

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
    load(table, Mode::Append)
}

fn load(table: &str, mode: Mode) -> StreamRequest {
    StreamRequest {
        table: table.into(),
        mode,
        creates: mode != Mode::Append,
        bad_rows: BadRows::Quarantine,
        name: "a client".into(),
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

async fn send(shop: &Shop, request: &StreamRequest, batch: RecordBatch) -> Result<ImportSummary> {
    let rows = stream(batch.schema(), vec![Ok(batch)]);
    import_stream(&shop.session, &shop.warehouse, request, rows).await
}

const BY_NAME: &str = "SELECT name, count(*), sum(points) FROM t GROUP BY name ORDER BY 1";

#[tokio::test]
async fn a_replacement_is_all_that_the_table_holds_and_changes_what_differs() {
    let shop = Shop::new();
    send(&shop, &upsert("customers"), customers(0..10, "first"))
        .await
        .unwrap();
    let replace = load("customers", Mode::Replace);
    // Five stay, of which two say the same; five go, and two come.
    let some = arrow_concat(&[
        customers(0..2, "first"),
        customers(2..5, "second"),
        customers(20..22, "second"),
    ]);
    let summary = send(&shop, &replace, some.clone()).await.unwrap();
    assert_eq!(counts(&summary), [5, 2, 0, 0]);
    assert_eq!(summary.deleted, 5);
    let now = ["first|2|1", "second|5|50"];
    assert_eq!(shop.rows("customers", BY_NAME).await, now);
    let version = shop.version("customers").await;
    let summary = send(&shop, &replace, some).await.unwrap();
    assert_eq!((counts(&summary), summary.deleted), ([0, 7, 0, 0], 0));
    assert_eq!(shop.version("customers").await, version, "nothing differs");

    // A column that the rows have not is empty afterwards, not as it was.
    let bare = customers(0..1, "bare").project(&[0, 1]).unwrap();
    send(&shop, &replace, bare.clone()).await.unwrap();
    assert_eq!(shop.rows("customers", BY_NAME).await, ["bare|1|NULL"]);
    let none = send(&shop, &replace, bare.slice(0, 0)).await.unwrap();
    assert_eq!(none.deleted, 1);
    assert!(shop.rows("customers", BY_NAME).await.is_empty());
}

fn arrow_concat(batches: &[RecordBatch]) -> RecordBatch {
    datafusion::arrow::compute::concat_batches(&batches[0].schema(), batches).unwrap()
}

#[tokio::test]
async fn a_table_is_created_once() {
    let shop = Shop::new();
    for (table, name) in [("customers", "Customer_Id"), ("quotas", "team")] {
        let batch = match table {
            "customers" => customers(0..3, "x"),
            _ => quotas(["north"], [100]),
        };
        assert_eq!(batch.schema().field(0).name(), name);
        let create = load(table, Mode::Create);
        send(&shop, &create, batch.clone()).await.unwrap();
        let error = send(&shop, &create, batch).await.unwrap_err().to_string();
        assert!(error.contains("it is there already"), "{error}");
    }
}

fn quotas<const N: usize>(teams: [&str; N], quotas: [u64; N]) -> RecordBatch {
    use datafusion::arrow::array::UInt64Array;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("team", Arc::new(StringArray::from(teams.to_vec()))),
        ("quota", Arc::new(UInt64Array::from(quotas.to_vec()))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

#[tokio::test]
async fn a_table_outside_the_contract_takes_rows_as_they_are() {
    let shop = Shop::new();
    let append = upsert("quotas");
    let error = send(&shop, &append, quotas(["north"], [1]))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("found none of this name"),
        "{error}"
    );
    let making = StreamRequest {
        creates: true,
        ..append.clone()
    };
    // No number without a sign is too large for its column.
    send(&shop, &making, quotas(["north", "south"], [1, u64::MAX]))
        .await
        .unwrap();
    // There is no key: the same row comes twice. A new column is added, and a missing one is NULL.
    let wider: Vec<(&str, ArrayRef)> = vec![
        ("TEAM", Arc::new(StringArray::from(vec!["north"]))),
        ("region", Arc::new(StringArray::from(vec!["EU"]))),
    ];
    send(&shop, &append, RecordBatch::try_from_iter(wider).unwrap())
        .await
        .unwrap();
    let all = "SELECT team, quota, region FROM t ORDER BY team, quota NULLS LAST";
    assert_eq!(
        shop.rows("quotas", all).await,
        [
            "north|1|NULL",
            "north|NULL|EU",
            "south|18446744073709551615|NULL"
        ]
    );
    let words: Vec<(&str, ArrayRef)> =
        vec![("quota", Arc::new(StringArray::from(vec!["12", "many"])))];
    let misfit = send(&shop, &append, RecordBatch::try_from_iter(words).unwrap()).await;
    let error = misfit.unwrap_err().to_string();
    assert!(
        error.contains("quota as Decimal128(20, 0), as it is stored"),
        "{error}"
    );
    assert!(error.contains("many"), "{error}");
    assert_eq!(shop.rows("quotas", "SELECT count(*) FROM t").await, ["3"]);

    let replace = load("quotas", Mode::Replace);
    send(&shop, &replace, quotas(["east"], [7])).await.unwrap();
    assert_eq!(shop.rows("quotas", "SELECT * FROM t").await, ["east|7"]);
    send(&shop, &replace, quotas([], [])).await.unwrap();
    assert_eq!(shop.rows("quotas", "SELECT count(*) FROM t").await, ["0"]);
}

#[tokio::test]
async fn what_delta_cannot_hold_is_refused_by_name() {
    let shop = Shop::new();
    use datafusion::arrow::array::{DurationSecondArray, Time64MicrosecondArray};
    for (column, values) in [
        (
            "wait",
            Arc::new(DurationSecondArray::from(vec![1])) as ArrayRef,
        ),
        ("opens", Arc::new(Time64MicrosecondArray::from(vec![1]))),
    ] {
        let batch = RecordBatch::try_from_iter([(column, values)]).unwrap();
        let error = send(&shop, &load("shifts", Mode::Create), batch).await;
        let error = error.unwrap_err().to_string();
        let expected = format!("shifts: expected {column} of a type that Delta has");
        assert!(error.contains(&expected), "{error}");
    }
    for name in ["two words", "_tributary", "../orders", "Shifts"] {
        let error = send(&shop, &load(name, Mode::Create), quotas(["x"], [1])).await;
        let error = error.unwrap_err().to_string();
        assert!(
            error.contains("expected the name of a table of a-z"),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_append_at_once_lose_no_row() {
    let shop = Arc::new(Shop::new());
    send(&shop, &load("quotas", Mode::Create), quotas([], []))
        .await
        .unwrap();
    let loads = (0..6).map(|number| {
        let shop = Arc::clone(&shop);
        async move {
            let rows = quotas(["north", "south"], [number, number]);
            send(&shop, &upsert("quotas"), rows).await.unwrap();
        }
    });
    futures::future::join_all(loads).await;
    let sums = "SELECT team, count(*), sum(quota) FROM t GROUP BY team ORDER BY team";
    assert_eq!(
        shop.rows("quotas", sums).await,
        ["north|6|15", "south|6|15"]
    );
}
