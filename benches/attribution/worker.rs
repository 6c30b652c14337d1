//! Tributary as a process that answers questions: the engine over the folder of the workload.

use std::{
    fs,
    io::{self, BufRead},
    path::Path,
    time::Instant,
};

use arrow::{
    array::{ArrayRef, RecordBatch},
    util::display::array_value_to_string,
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use tributary::{clock::Clock, config::Config, engine::Engine};

use crate::scan;

/// The argument that makes this program a worker.
pub(crate) const WORKER: &str = "--worker";

/// Answers every line of standard input on standard output: a statement as a JSON string, or
/// `null` for reading three columns and nothing else.
#[tokio::main]
pub(crate) async fn run(folder: &Path, threads: usize) {
    let config = Config {
        warehouse: Some(folder.to_str().unwrap().to_owned()),
        threads: threads.try_into().ok(),
        ..Config::default()
    };
    let engine = Engine::open(&config, Clock::System).await.unwrap();
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line.unwrap()).unwrap();
        forget_peak();
        let begin = Instant::now();
        let rows = match question.as_str() {
            Some(sql) => texts(&query(&engine, sql).await),
            None => vec![vec![scan::rows(folder, threads).to_string()]],
        };
        let seconds = begin.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({"seconds": seconds, "peak_bytes": peak_bytes(), "rows": rows})
        );
    }
}

async fn query(engine: &Engine, sql: &str) -> Vec<RecordBatch> {
    let rows = engine
        .session()
        .sql(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    rows.try_collect()
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The rows as lists of texts.
fn texts(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let rows = |batch: &RecordBatch| {
        let text = |column: &ArrayRef, row| array_value_to_string(column, row).unwrap();
        let row = |row| {
            batch
                .columns()
                .iter()
                .map(|column| text(column, row))
                .collect()
        };
        (0..batch.num_rows()).map(row).collect::<Vec<Vec<String>>>()
    };
    batches.iter().flat_map(rows).collect()
}

/// Lets the kernel count the most memory of this process anew.
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    kib.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}
