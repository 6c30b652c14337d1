//! The clients that people use, each against a server of its own, in environments that the tests
//! keep.
//!
//! Their own tests are below tests/clients/ and are named after the items of
//! [`super::checklist`] that they prove.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::support::Served;
use crate::{node, python, security::drivers::Servers};

const NEEDED: &str = "the message is that of the test in tests/clients";

fn folder(name: &str) -> PathBuf {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    clients.join(name)
}

async fn run(client: impl FnOnce(&str) + Send + 'static) {
    let served = Served::start().await;
    let url = served.url.clone();
    tokio::task::spawn_blocking(move || client(&url))
        .await
        .unwrap();
}

type Variables = Vec<(&'static str, String)>;

fn run_python(environment: &str, tests: &str, url: &str, variables: Variables) {
    let tests = folder(tests);
    let python = python::environment(environment, &tests.join("requirements.txt"));
    python::run(
        Command::new(python)
            .args([
                "-W",
                "ignore",
                "-m",
                "unittest",
                "discover",
                "--start-directory",
            ])
            .arg(tests)
            .env("TRIBUTARY_TEST_URL", url)
            .envs(variables)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        NEEDED,
    );
}

/// ADBC, pandas, Polars, Harlequin, and SQLAlchemy 2 over ADBC.
#[tokio::test(flavor = "multi_thread")]
async fn clients_in_python_are_content() {
    let guarded = Servers::start().await;
    let variables = guarded.environment();
    run(|url| run_python("clients", "python", url, variables)).await;
}

/// SQLAlchemy 1.4 with flightsql-dbapi, over pyarrow 14.
#[tokio::test(flavor = "multi_thread")]
async fn old_clients_in_python_are_content() {
    run(|url| run_python("clients-old", "python_old", url, Vec::new())).await;
}

/// Two npm packages: one in JavaScript, one made of an old arrow-flight.
#[tokio::test(flavor = "multi_thread")]
async fn clients_in_javascript_are_content() {
    run(|url| {
        let tests = folder("node");
        let packages = node::packages("clients-node", &tests);
        python::run(
            Command::new("node")
                .arg("--test")
                .args(["gizmosql", "lakehouse"].map(|it| tests.join(format!("{it}.test.js"))))
                .env("NODE_PATH", packages)
                .env("TRIBUTARY_TEST_TYPES", folder("types.json"))
                .env("TRIBUTARY_TEST_URL", url),
            NEEDED,
        );
    })
    .await;
}
