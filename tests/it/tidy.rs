//! What holds for the source tree itself; each failure says what to do.

use std::{
    fs,
    path::{Path, PathBuf},
};

const MAX_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no .{extension} file under {folder}");
    found.sort();
    found
}

fn sources() -> Vec<PathBuf> {
    [files("src", "rs"), files("udfs/src", "rs")].concat()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn no_file_is_long() {
    for path in sources() {
        let text = text(&path);
        let lines = text
            .lines()
            .take_while(|line| !line.starts_with("#[cfg(test)]"))
            .count();
        assert!(
            lines <= MAX_LINES,
            "{} has {lines} lines: split it by idea",
            path.display()
        );
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for path in sources() {
        let starts = text(&path).starts_with("//!");
        assert!(starts, "{} must begin with a //! line", path.display());
    }
}

#[test]
fn imports_run_one_way() {
    // Who may not be named in whom: see docs/architecture.md.
    for (module, forbidden) in [
        (
            "src/warehouse",
            &[
                "crate::query",
                "crate::engine",
                "crate::system",
                "crate::cli",
                "crate::flight_sql",
                "crate::materialize::",
            ][..],
        ),
        (
            "src/query",
            &[
                "crate::engine",
                "crate::system",
                "crate::cli",
                "crate::flight_sql",
                "crate::materialize::",
            ][..],
        ),
        (
            "src/system",
            &[
                "crate::engine",
                "crate::cli",
                "crate::flight_sql",
                "crate::materialize",
            ][..],
        ),
        (
            "src/security",
            &[
                "crate::warehouse",
                "crate::query",
                "crate::engine",
                "crate::system",
                "crate::cli",
                "crate::flight_sql",
            ][..],
        ),
        (
            "src/engine",
            &["crate::cli", "crate::flight_sql", "crate::materialize"][..],
        ),
        ("src/materialize", &["crate::cli", "crate::flight_sql"][..]),
        (
            "src/trace",
            &["crate::engine", "crate::cli", "crate::flight_sql"][..],
        ),
        ("src/flight_sql", &["crate::cli", "crate::materialize"][..]),
    ] {
        for path in files(module, "rs") {
            for name in forbidden {
                let found = text(&path).contains(name);
                assert!(!found, "{} must not import {name}", path.display());
            }
        }
    }
}

#[test]
fn every_report_file_is_named_after_its_view() {
    for path in files("queries", "sql") {
        let text = text(&path);
        let schema = path
            .parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap();
        let view = path.file_stem().unwrap().to_str().unwrap();
        let declares = |kind: &str| {
            let declared = format!("create {kind} {schema}.{view}");
            text.contains(&format!("{declared} ")) || text.contains(&format!("{declared}\n"))
        };
        assert!(
            ["view", "materialized view", "metric view"]
                .into_iter()
                .any(declares),
            "{} must create view {schema}.{view}",
            path.display()
        );
        assert!(
            text.starts_with("-- "),
            "{} must begin with its question",
            path.display()
        );
        assert!(
            text.contains("\n-- Grain: "),
            "{} must state its grain",
            path.display()
        );
    }
}
