//! The small warehouse that the server of these tests has.

use std::{fs::File, path::Path, sync::Arc};

use datafusion::arrow::{
    array::{
        ArrayRef, Decimal128Array, DictionaryArray, Int64Array, RecordBatch, StringArray,
        TimestampMicrosecondArray,
    },
    datatypes::Int32Type,
};
use parquet::arrow::ArrowWriter;
use tributary::{clock::Clock, config::Config, engine::Engine, materialize};

/// Orders, customers, tables with awkward names, and a table that is no Parquet.
fn write_warehouse(root: &Path) {
    let ids = ["o1", "o2", "o3"];
    let ordered_at = [0, 86_400_000_000, 172_800_000_000];
    write(
        &root.join("orders"),
        vec![
            (
                "order_id",
                Arc::new(StringArray::from(ids.to_vec())) as ArrayRef,
            ),
            (
                "customer_id",
                Arc::new(StringArray::from(vec![Some("c1"), None, Some("c2")])),
            ),
            (
                "ordered_at",
                Arc::new(TimestampMicrosecondArray::from(ordered_at.to_vec()).with_timezone("UTC")),
            ),
            ("currency", Arc::new(StringArray::from(vec!["EUR"; 3]))),
            (
                "total",
                Arc::new(
                    Decimal128Array::from(vec![1050, 2000, 70720])
                        .with_precision_and_scale(18, 2)
                        .unwrap(),
                ),
            ),
        ],
    );
    let words: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
    write(
        &root.join("words"),
        vec![("word", Arc::new(words) as ArrayRef)],
    );
    for name in ["a_b", "aXb"] {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        write(&root.join(name), vec![(name, numbers)]);
    }
    for name in ["two words", "MiXed"] {
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        write(&root.join(name), vec![("n", numbers)]);
    }
    std::fs::create_dir(root.join("broken")).unwrap();
    std::fs::write(root.join("broken/part.parquet"), "not a Parquet file").unwrap();
}

fn write(folder: &Path, columns: Vec<(&str, ArrayRef)>) {
    std::fs::create_dir(folder).unwrap();
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = File::create(folder.join("part.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn write_views(root: &Path) {
    let folder = root.join("small");
    std::fs::create_dir(&folder).unwrap();
    let view = "-- What is each order worth?\ncreate view small.values as\nselect order_id, total from orders\n";
    std::fs::write(folder.join("values.sql"), view).unwrap();
    let metrics = "-- How much was sold?
create metric view small.metrics
facts orders as o time o.ordered_at
dimensions customer = { o: o.customer_id } comment 'who bought'
measures
    orders = count(*) on o,
    revenue = sum(o.total) on o format 'money' comment 'with tax',
    order_value = ratio(revenue, orders)
";
    std::fs::write(folder.join("metrics.sql"), metrics).unwrap();
    let odd = root.join("odd");
    std::fs::create_dir(&odd).unwrap();
    for (file, name) in [("percent", "per%cent"), ("quote", "quo\"\"te")] {
        let view = format!("-- Which name is odd?\ncreate view odd.\"{name}\" as select 1 as n\n");
        std::fs::write(odd.join(format!("{file}.sql")), view).unwrap();
    }
}

pub(crate) async fn engine(root: &Path) -> Arc<Engine> {
    engine_with(root, Config::default()).await
}

/// As the configuration says, but for where its tables and views are.
pub(crate) async fn engine_with(root: &Path, config: Config) -> Arc<Engine> {
    let (warehouse, queries) = (root.join("warehouse"), root.join("queries"));
    std::fs::create_dir(&warehouse).unwrap();
    std::fs::create_dir(&queries).unwrap();
    write_warehouse(&warehouse);
    write_views(&queries);
    let config = Config {
        warehouse: Some(warehouse.to_str().unwrap().to_owned()),
        queries: Some(queries),
        ..config
    };
    let clock = Clock::Fixed("2026-09-01T00:00:00Z".parse().unwrap());
    Arc::new(materialize::open(&config, clock).await.unwrap())
}
