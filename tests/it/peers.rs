//! The same questions to other engines: ClickHouse on funnels, DuckDB on every view of the reports.

use std::{fs, path::Path, process::Command};

use crate::python;

const REPORTS: [&str; 5] = [
    "business_performance",
    "clienteling",
    "conversational_commerce",
    "revenue",
    "sales_insights",
];

#[test]
fn funnels_agree_with_those_of_clickhouse() {
    agrees("", "test_funnels", &[]);
}

#[test]
fn business_performance_agrees_with_duckdb() {
    report_agrees("business_performance");
}

#[test]
fn clienteling_agrees_with_duckdb() {
    report_agrees("clienteling");
}

#[test]
fn conversational_commerce_agrees_with_duckdb() {
    report_agrees("conversational_commerce");
}

#[test]
fn revenue_agrees_with_duckdb() {
    report_agrees("revenue");
}

#[test]
fn sales_insights_agrees_with_duckdb() {
    report_agrees("sales_insights");
}

#[test]
fn every_view_of_a_report_is_compared() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for report in REPORTS {
        for view in fs::read_dir(root.join("queries").join(report)).unwrap() {
            let name = view.unwrap().file_name();
            let peer = root.join("tests/peers/reports").join(report).join(&name);
            let is_view = Path::new(&name).extension().is_some_and(|it| it == "sql");
            assert!(!is_view || peer.exists(), "{} is not there", peer.display());
        }
    }
}

fn report_agrees(report: &str) {
    agrees(
        "reports",
        "test_reports",
        &[("TRIBUTARY_TEST_REPORT", report)],
    );
}

fn agrees(folder: &str, tests: &str, variables: &[(&str, &str)]) {
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let python = python::environment("peers", &peers.join("requirements.txt"));
    python::run(
        Command::new(python)
            .args(["-m", "unittest", tests])
            .current_dir(peers.join(folder))
            .envs(variables.iter().copied())
            .env("TRIBUTARY_TEST_PROGRAM", env!("CARGO_BIN_EXE_tributary"))
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        "the message is that of the test in tests/peers",
    );
}
