//! What a server costs above the engine inside it, and how it compares with others.
//!
//! `cargo bench --bench serving` runs all of it and prints one table; the names of measurements
//! after `--` run only those. benches/README.md says what is measured and why.
//!
//! The servers that Tributary is compared with are processes too: this program with other
//! arguments, or Python.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on panics, prints what it found, and reads the clock"
)]

mod bare;
mod client;
mod process;
#[path = "../../tests/it/python.rs"]
mod python;
mod reports;
mod select_one;
#[path = "../shared/statistics.rs"]
mod statistics;
mod streaming;
#[path = "../shared/table.rs"]
mod table;

use std::env;

use table::Figure;
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const MEASUREMENTS: [&str; 3] = ["streaming", "select_one", "reports"];

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [bare::MEMORY, url, ticket] => runtime.block_on(bare::serve_memory(url, ticket)),
        [bare::DATAFUSION, folder, sql] => runtime.block_on(bare::serve_datafusion(folder, sql)),
        // Dropped half-way, it ends its servers.
        _ => runtime.block_on(async {
            tokio::select! {
                () = measure(&args) => {}
                () = terminated() => eprintln!("terminated"),
            }
        }),
    }
}

async fn terminated() {
    let mut terminate = signal(SignalKind::terminate()).unwrap();
    let mut interrupt = signal(SignalKind::interrupt()).unwrap();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

async fn measure(args: &[String]) {
    // Cargo adds --bench.
    let wanted: Vec<&str> = args.iter().map(String::as_str).collect();
    let wanted: Vec<&str> = wanted.into_iter().filter(|it| *it != "--bench").collect();
    for name in &wanted {
        let known = MEASUREMENTS.contains(name);
        assert!(known, "expected one of {MEASUREMENTS:?}, got {name}");
    }
    let mut figures: Vec<Figure> = Vec::new();
    for name in MEASUREMENTS {
        if wanted.is_empty() || wanted.contains(&name) {
            figures.extend(match name {
                "streaming" => streaming::measure().await,
                "select_one" => select_one::measure().await,
                _ => reports::measure().await,
            });
        }
    }
    table::print(&figures);
}
