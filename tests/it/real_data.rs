//! Public data of real shops and desks: the program's numbers against DuckDB's, or against those
//! that were published with the data.
//!
//! The data is not part of this repository. Where its folder is absent these tests say so and pass.

use std::{
    io::{self, Write},
    path::Path,
    process::Command,
};

use crate::python;

const DATA: &str = "../shared/data";

#[test]
fn clienteling_of_the_complete_journey_agrees_with_duckdb() {
    agrees("complete_journey");
}

#[test]
fn status_history_of_the_incident_log_agrees_with_duckdb() {
    agrees("it_incident_log");
}

#[test]
fn models_agree_with_the_published_results() {
    agrees("attribution_pathdata");
}

#[test]
fn sales_of_online_retail_agree_with_duckdb() {
    agrees("online_retail");
}

#[test]
fn funnels_of_the_merchandise_store_agree_with_duckdb() {
    agrees("ga_merchandise_store");
}

/// Runs `tests/real_data/test_<name>.py` on the data set of that name.
fn agrees(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join(DATA);
    if !data.join(name).exists() {
        // Not captured: whoever runs the tests should know what was not tested.
        let _ = writeln!(io::stderr(), "skipped: there is no {DATA}/{name}");
        return;
    }
    let tests = root.join("tests/real_data");
    let python = python::environment("real-data", &tests.join("requirements.txt"));
    python::run(
        Command::new(python)
            .args(["-m", "unittest", &format!("test_{name}")])
            .current_dir(&tests)
            .env("TRIBUTARY_TEST_PROGRAM", env!("CARGO_BIN_EXE_tributary"))
            .env("TRIBUTARY_TEST_DATA", data.canonicalize().unwrap())
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        "the message is that of the test in tests/real_data",
    );
}
