//! The sample: its bytes, its schemas, its arithmetic, and what happens in it.

mod contacts;
mod laws;
mod orders;
mod shapes;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
use datafusion::prelude::{ParquetReadOptions, SessionContext};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use tributary::sample::{SampleError, SampleOptions, SampleSummary, planted_cases, write_sample};
use tributary::warehouse::contract::{Presence, Table};

/// A sample of that scale in a directory that is removed with it.
fn sample(scale: f64, threads: usize) -> (TempDir, SampleSummary) {
    let directory = TempDir::new().unwrap();
    let options = SampleOptions {
        scale,
        seed: 42,
        threads,
    };
    let summary = write_sample(directory.path(), &options, &|_| {}).unwrap();
    (directory, summary)
}

/// Every file below a directory by its path there.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut directories = vec![root.to_path_buf()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                files.insert(path.strip_prefix(root).unwrap().to_path_buf(), bytes);
            }
        }
    }
    files
}

/// A session that knows every table of the contract, read from the directory.
async fn session(root: &Path) -> SessionContext {
    let ctx = SessionContext::new();
    for table in Table::all() {
        let path = root.join(table.name);
        let path = path.to_str().unwrap();
        ctx.register_parquet(table.name, path, ParquetReadOptions::default())
            .await
            .unwrap();
    }
    ctx
}

async fn rows(ctx: &SessionContext, sql: &str) -> Vec<RecordBatch> {
    let frame = ctx
        .sql(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}\n{error}"));
    frame
        .collect()
        .await
        .unwrap_or_else(|error| panic!("{sql}\n{error}"))
}

/// The one number that the query returns.
async fn number(ctx: &SessionContext, sql: &str) -> i64 {
    let batches = rows(ctx, sql).await;
    batches[0].column(0).as_primitive::<Int64Type>().value(0)
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (alone, summary) = sample(0.3, 1);
    let (together, summary_together) = sample(0.3, 4);
    assert_eq!(summary, summary_together);
    let (alone, together) = (files(alone.path()), files(together.path()));
    assert_eq!(
        alone.keys().collect::<Vec<_>>(),
        together.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in &alone {
        assert!(together[path] == *bytes, "{} differs", path.display());
    }
    let written: usize = alone
        .iter()
        .filter(|(path, _)| {
            path.extension()
                .is_some_and(|extension| extension == "parquet")
        })
        .map(|(_, bytes)| bytes.len())
        .sum();
    assert_eq!(summary.bytes(), written as u64);
}

#[test]
fn other_seeds_give_other_rows() {
    let write = |seed| {
        let directory = TempDir::new().unwrap();
        let options = SampleOptions {
            scale: 0.05,
            seed,
            threads: 1,
        };
        write_sample(directory.path(), &options, &|_| {}).unwrap();
        fs::read(directory.path().join("orders/part-00000.parquet")).unwrap()
    };
    assert!(write(1) != write(2));
}

#[test]
fn twice_the_scale_is_twice_the_rows_and_more_files() {
    // Two groups of chunks, which are written at the same time by two threads each.
    let (_directory, once) = sample(1.0, 2);
    let (twice_directory, twice) = sample(2.0, 4);
    for name in [
        "orders",
        "messages",
        "web_events",
        "activities",
        "customers",
    ] {
        let (once, twice) = (once.tables[name], twice.tables[name]);
        assert_eq!((once.files, twice.files), (1, 2), "{name}");
        let growth = twice.rows as f64 / once.rows as f64;
        assert!((1.9..2.1).contains(&growth), "{name} grew by {growth}");
    }
    assert_eq!(twice.tables["agents"], once.tables["agents"]);
    let (alone_directory, _) = sample(2.0, 1);
    assert!(files(alone_directory.path()) == files(twice_directory.path()));
}

#[test]
fn every_file_has_the_schema_of_the_contract_and_every_required_value() {
    let (directory, summary) = sample(0.1, 2);
    for table in Table::all() {
        let written = summary.tables[table.name];
        assert!(written.rows > 0, "{} is empty", table.name);
        let path = directory.path().join(table.name).join("part-00000.parquet");
        let file = fs::File::open(&path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        assert_eq!(reader.schema(), &table.schema(), "{}", table.name);
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for (column, array) in table.columns.iter().zip(batch.columns()) {
                let may_be_null = column.presence != Presence::Required;
                assert!(
                    may_be_null || array.null_count() == 0,
                    "{}.{} has a NULL",
                    table.name,
                    column.name
                );
            }
        }
    }
}

#[test]
fn a_place_with_other_files_is_refused_and_left_as_it_is() {
    let options = SampleOptions {
        scale: 0.01,
        seed: 42,
        threads: 1,
    };
    let parent = TempDir::new().unwrap();
    let taken = parent.path().join("taken");
    fs::create_dir(&taken).unwrap();
    fs::write(taken.join("orders.csv"), "order_id\n").unwrap();
    let before = files(parent.path());
    let error = write_sample(&taken, &options, &|_| {}).unwrap_err();
    assert!(matches!(error, SampleError::Occupied { .. }), "{error}");
    assert!(error.to_string().ends_with(
        "expected a new or empty directory, or a sample of scale 0.01 and seed 42, got a \
         directory with other files"
    ));
    assert_eq!(files(parent.path()), before);

    let own = parent.path().join("deep/own");
    let first = write_sample(&own, &options, &|_| {}).unwrap();
    let written = files(parent.path());
    let again = write_sample(&own, &options, &|_| {}).unwrap();
    assert_eq!((first.is_new, again.is_new), (true, false));
    assert_eq!(first.tables, again.tables);
    let other = SampleOptions {
        seed: 43,
        ..options
    };
    let error = write_sample(&own, &other, &|_| {}).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("got a sample of scale 0.01 and seed 42"),
        "{error}"
    );
    let error = write_sample(&taken.join("orders.csv"), &options, &|_| {}).unwrap_err();
    assert!(error.to_string().ends_with("got a file"), "{error}");
    assert_eq!(files(parent.path()), written);

    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = write_sample(&own, &SampleOptions { scale, ..options }, &|_| {}).unwrap_err();
        assert!(matches!(error, SampleError::Scale(_)), "{error}");
    }
}

#[test]
fn progress_ends_with_all_customers() {
    let directory = TempDir::new().unwrap();
    let options = SampleOptions {
        scale: 0.12,
        seed: 1,
        threads: 3,
    };
    let seen = std::sync::Mutex::new(Vec::new());
    write_sample(directory.path(), &options, &|progress| {
        seen.lock().unwrap().push((progress.done, progress.total));
    })
    .unwrap();
    // Threads may tell in another order than they counted.
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen.len(), 3, "one for each chunk of 250 customers");
    assert_eq!(seen.last(), Some(&(600, 600)));
}

#[tokio::test]
async fn no_row_breaks_a_law_or_points_nowhere() {
    let (directory, _) = sample(1.0, 2);
    let ctx = session(directory.path()).await;
    for (name, query) in laws::LAWS {
        let broken = number(&ctx, &format!("select count(*) from ({query})")).await;
        assert_eq!(broken, 0, "{name}: {broken} rows break it");
    }
    for (child, column, parent, key) in laws::REFERENCES {
        let query = format!(
            "select count(*) from {child} c left anti join {parent} p on c.{column} = p.{key}
             where c.{column} is not null"
        );
        assert_eq!(
            number(&ctx, &query).await,
            0,
            "{child}.{column} must name a row of {parent}"
        );
    }
    for table in Table::all() {
        let Some(time) = table.event_time else {
            continue;
        };
        let outside = format!(
            "select count(*) from {} where {time} < timestamp '2026-07-23T00:00:00Z'
               or {time} > timestamp '2026-11-20T15:30:00Z'",
            table.name
        );
        assert_eq!(
            number(&ctx, &outside).await,
            0,
            "{}.{time} outside the 120 days",
            table.name
        );
    }
}

#[test]
fn rows_of_a_file_are_in_the_order_of_time() {
    let (directory, _) = sample(0.2, 2);
    for table in Table::all() {
        let Some(time) = table.event_time else {
            continue;
        };
        let path = directory.path().join(table.name).join("part-00000.parquet");
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap());
        let mut last = i64::MIN;
        for batch in reader.unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let column = batch.column_by_name(time).unwrap();
            for at in column.as_primitive::<TimestampMicrosecondType>().values() {
                assert!(last <= *at, "{} is not sorted by {time}", table.name);
                last = *at;
            }
        }
    }
}

#[tokio::test]
async fn every_situation_happens_at_scale_1() {
    let (directory, _) = sample(1.0, 2);
    let ctx = session(directory.path()).await;
    let mut missing = Vec::new();
    for (name, least, query) in orders::SITUATIONS.iter().chain(contacts::SITUATIONS) {
        let count = number(&ctx, query).await;
        if count < *least {
            missing.push(format!("{name}: expected at least {least}, got {count}"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[tokio::test]
async fn reports_of_the_sample_look_believable() {
    let (directory, _) = sample(1.0, 2);
    let ctx = session(directory.path()).await;
    let mut odd = Vec::new();
    for (name, low, high, query) in shapes::SHAPES {
        let batches = rows(&ctx, query).await;
        let value = batches[0].column(0).as_primitive::<Float64Type>().value(0);
        if !(*low..=*high).contains(&value) {
            odd.push(format!("{name}: expected {low} to {high}, got {value}"));
        }
    }
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}

#[tokio::test]
async fn planted_customers_and_orders_are_there_and_do_nothing_else() {
    let (directory, _) = sample(0.01, 1);
    let ctx = session(directory.path()).await;
    let mut orders = 0;
    for case in planted_cases() {
        for customer in &case.customers {
            let query = format!("select count(*) from customers where customer_id = '{customer}'");
            assert_eq!(number(&ctx, &query).await, 1, "{}", case.situation);
        }
        for order in &case.orders {
            let customer = &case.customers[0];
            let query = format!(
                "select count(*) from orders where order_id = '{order}' and customer_id = '{customer}'"
            );
            assert_eq!(number(&ctx, &query).await, 1, "{}", case.situation);
        }
        orders += case.orders.len() as i64;
    }
    let query = "select count(*) from orders where order_id < 'o-000100000'";
    assert_eq!(number(&ctx, query).await, orders);
}
