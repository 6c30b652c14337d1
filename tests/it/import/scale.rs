use std::{fmt::Write, sync::Arc};

use datafusion::{
    arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    execution::{memory_pool::FairSpillPool, runtime_env::RuntimeEnvBuilder},
    prelude::{SessionConfig, SessionContext},
};
use futures::TryStreamExt;
use tributary::warehouse::delta;

use super::shop::{Shop, counts, request};

/// Less than the rows of the file take.
const MEMORY: usize = 32 << 20;
const ROWS: usize = 50_000;

/// A shop whose session has little memory and some threads.
fn small_shop(threads: usize) -> Shop {
    let pool = Arc::new(FairSpillPool::new(MEMORY));
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool);
    // A sort holds at least two batches of each of its inputs.
    let config = SessionConfig::new().with_target_partitions(threads);
    let mut config = config.with_batch_size(512);
    config.options_mut().execution.sort_spill_reservation_bytes = 1 << 20;
    let runtime = runtime.build_arc().unwrap();
    Shop::with_session(SessionContext::new_with_config_rt(config, runtime))
}

/// Customers with long quoted names that hold line breaks; every tenth id comes twice.
fn customers(version: &str) -> String {
    let mut text = "customer_id,name,note\n".to_owned();
    for row in 0..ROWS {
        let id = row - row % 10 / 9;
        let filler = "x".repeat(700 + row % 57);
        writeln!(
            text,
            "c-{id},\"{version} \"\"{row}\"\"\n{filler}\",n\"{row}"
        )
        .unwrap();
    }
    text
}

async fn operations(shop: &Shop, table: &str) -> Vec<String> {
    let folder = shop.warehouse.folder(table).unwrap();
    let table = delta::load(&folder).await.unwrap().unwrap();
    let history: Vec<_> = table.history(None).try_collect().await.unwrap();
    let operations = history.into_iter().rev();
    operations.filter_map(|commit| commit.operation).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_larger_than_memory_gives_the_same_on_any_threads() {
    let sql = "SELECT count(*), sum(length(name)), min(name), max(note) FROM t";
    let mut seen = Vec::new();
    for threads in [1, 4] {
        let shop = small_shop(threads);
        let first = shop.file("a.csv", customers("first"));
        assert!(std::fs::metadata(&first).unwrap().len() as usize > MEMORY);
        let kept = (ROWS - ROWS / 10) as u64;
        let superseded = ROWS as u64 - kept;
        let summary = shop.import("customers", &[first]).await;
        assert_eq!(counts(&summary), [kept, 0, 0, superseded]);
        seen.push(shop.rows("customers", sql).await);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn new_keys_are_appended_and_known_ones_merged() {
    let shop = Shop::new();
    for (name, text) in [
        ("a.csv", "store_id,name\ns-1,One\n"),
        ("b.csv", "store_id,floor\ns-2,2\n"),
        ("c.csv", "store_id,name\ns-1,Uno\n"),
    ] {
        let file = shop.file(name, text);
        assert_eq!(counts(&shop.import("stores", &[file]).await), [1, 0, 0, 0]);
    }
    let done = ["CREATE TABLE", "WRITE", "WRITE", "MERGE"];
    assert_eq!(operations(&shop, "stores").await, done);
    let rows = shop
        .rows("stores", "SELECT store_id, name, floor FROM t ORDER BY 1")
        .await;
    assert_eq!(rows, ["s-1|Uno|NULL", "s-2|NULL|2"]);
}

#[tokio::test]
async fn a_type_that_changed_is_refused_with_its_rows() {
    let shop = Shop::new();
    let stores = |floors: ArrayRef| {
        let ids: Vec<String> = (0..floors.len()).map(|row| format!("s-{row}")).collect();
        let ids = Arc::new(StringArray::from(ids)) as ArrayRef;
        RecordBatch::try_from_iter([("store_id", ids), ("floor", floors)]).unwrap()
    };
    let numbers = Arc::new(Int64Array::from(vec![1, 2]));
    shop.import("stores", &[shop.parquet("a.parquet", &stores(numbers))])
        .await;
    let floats = [Some(1.0), Some(1e300), None, Some(f64::NAN)];
    let floats = Arc::new(datafusion::arrow::array::Float64Array::from(
        floats.to_vec(),
    ));
    let file = shop.parquet("b.parquet", &stores(floats));
    let error = shop.refusal(&request("stores", &[&file])).await;
    let expected = format!(
        "stores: expected values of floor in {} that fit its stored type Int64, got Float64: \
         1e300 (row 2), NaN (row 4)",
        file.display()
    );
    assert!(error.contains(&expected), "{error}");
    assert_eq!(shop.version("stores").await, Some(1));
    let fitting = Arc::new(datafusion::arrow::array::Float64Array::from(vec![7.0, 2.0]));
    let file = shop.parquet("c.parquet", &stores(fitting));
    assert_eq!(counts(&shop.import("stores", &[file]).await), [1, 1, 0, 0]);
}
