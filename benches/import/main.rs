//! How fast files become a table: beside DuckDB for CSV, beside copying the file for Parquet.
//!
//! `cargo bench --bench import` makes five million orders, loads them in turn by each program on
//! two threads, and prints the median rates and ratios. Tributary does more meanwhile: it checks
//! every value, looks for keys that occur twice, sorts by time, and commits.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on panics, prints what it found, and reads the clock"
)]

#[path = "../../tests/it/python.rs"]
mod python;
#[path = "../shared/statistics.rs"]
#[expect(dead_code, reason = "of the statistics only the median is of interest")]
mod statistics;

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use statistics::median;

const ROWS: &str = "5000000";
const ROUNDS: usize = 3;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    duckdb(&["make", text(folder.path()), ROWS]);
    let (csv, parquet) = (
        folder.path().join("orders.csv"),
        folder.path().join("orders.parquet"),
    );
    // Loads that do not count bring the files into memory, for everybody.
    import(folder.path(), &csv);
    let mut seconds: [Vec<f64>; 5] = Default::default();
    for _ in 0..ROUNDS {
        seconds[0].push(import(folder.path(), &csv));
        seconds[1].push(copy_by_duckdb(folder.path(), &csv));
        seconds[2].push(import(folder.path(), &parquet));
        seconds[3].push(copy(folder.path(), &parquet));
        seconds[4].push(read_by_duckdb(&parquet));
    }
    let names = [
        ("CSV, tributary import", &csv),
        ("CSV, DuckDB COPY to Parquet", &csv),
        ("Parquet, tributary import", &parquet),
        ("Parquet, copy of the file", &parquet),
        ("Parquet, read by DuckDB", &parquet),
    ];
    for ((name, file), seconds) in names.iter().zip(&seconds) {
        let megabytes = file.metadata().unwrap().len() as f64 / 1e6;
        let median = median(seconds.iter().copied());
        println!("{name:30} {median:8.2} s {:9.1} MB/s", megabytes / median);
    }
    for (name, ours, theirs) in [
        ("CSV ÷ DuckDB", 0, 1),
        ("Parquet ÷ copy", 2, 3),
        ("Parquet ÷ reading", 2, 4),
    ] {
        let ratios = seconds[theirs]
            .iter()
            .zip(&seconds[ours])
            .map(|(their, our)| their / our);
        println!("{name:30} {:8.2}", median(ratios));
    }
}

/// Seconds of an import into a new warehouse.
fn import(folder: &Path, file: &Path) -> f64 {
    let warehouse = fresh(folder, "warehouse");
    let begin = Instant::now();
    python::run(
        Command::new(env!("CARGO_BIN_EXE_tributary"))
            .args([
                "import",
                "--threads",
                "2",
                "--warehouse",
                text(&warehouse),
                "orders",
            ])
            .arg(file),
        "see what it says",
    );
    begin.elapsed().as_secs_f64()
}

fn copy_by_duckdb(folder: &Path, csv: &Path) -> f64 {
    let copy = fresh(folder, "duckdb").with_extension("parquet");
    duckdb(&["copy", text(csv), text(&copy)])
        .trim()
        .parse()
        .unwrap()
}

fn read_by_duckdb(parquet: &Path) -> f64 {
    duckdb(&["read", text(parquet)]).trim().parse().unwrap()
}

/// Seconds of a copy that is on the disk at the end.
fn copy(folder: &Path, file: &Path) -> f64 {
    let copy = fresh(folder, "copy").with_extension("copy");
    let begin = Instant::now();
    std::fs::copy(file, &copy).unwrap();
    File::open(&copy).unwrap().sync_all().unwrap();
    begin.elapsed().as_secs_f64()
}

/// A name below the folder under which there is nothing.
fn fresh(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    // Mostly there is something of the round before.
    std::fs::remove_dir_all(&path).ok();
    path
}

fn duckdb(args: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let requirements = root.join("tests/peers/requirements.txt");
    let mut command = Command::new(python::environment("peers", &requirements));
    command.arg(root.join("benches/import/duck.py")).args(args);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
