//! The drivers that people use from Python, in a virtual environment that the test keeps.

use std::{path::Path, process::Command};

use super::support::Served;
use crate::{python, security::drivers::Servers};

#[tokio::test(flavor = "multi_thread")]
async fn python_drivers_are_content() {
    let served = Served::start().await;
    let url = served.url.clone();
    let guarded = Servers::start().await;
    let environment = guarded.environment();
    let tests = tokio::task::spawn_blocking(move || {
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
        let python = python::environment("clients", &clients.join("requirements.txt"));
        python::run(
            Command::new(python)
                .args(["-m", "unittest", "discover", "--start-directory"])
                .arg(clients)
                .env("TRIBUTARY_TEST_URL", url)
                .envs(environment)
                .env("PYTHONDONTWRITEBYTECODE", "1"),
            "the message is that of the test in tests/clients",
        );
    });
    tests.await.unwrap();
}
