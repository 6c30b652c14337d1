//! Imports through mappings, by the real program.

// Mappings of one's own: what they may say, and what is wrong with them.
mod own;
// What each shipped mapping makes of its example, value by value.
mod shipped;
// What reports say of several vendors' files together.
mod together;

use crate::cli::program::Program;

/// A file of the examples of a shipped mapping.
fn example(name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    format!("{root}/docs/connectors/{name}")
}

/// What an import that must succeed says.
fn imported(program: &Program, args: &[&str]) -> String {
    let ran = program.run(&[&["import"], args].concat());
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), ""),
        "{}",
        ran.stderr
    );
    ran.stderr
}

/// The result of a query as CSV, without the header.
fn rows(program: &Program, sql: &str) -> Vec<String> {
    let output = program.output(&["sql", sql, "--format", "csv"]);
    output.lines().skip(1).map(str::to_owned).collect()
}
