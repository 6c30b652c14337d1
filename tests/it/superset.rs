//! Apache Superset and the package with which it talks to this server.

use std::{
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
};

use tempfile::TempDir;

use crate::python;

/// A server over a small sample shop, ended with the test.
struct SampleServer {
    child: Child,
    url: String,
    _messages: Lines<BufReader<ChildStderr>>,
    _folder: TempDir,
}

impl SampleServer {
    fn start(scale: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let shop = folder.path().join("shop");
        python::run(
            program()
                .args(["sample", "--scale", scale, "--out"])
                .arg(&shop),
            "the sample is written to a temporary folder",
        );
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--warehouse"])
            .arg(&shop)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        let serving = messages
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.starts_with("serving "))
            .expect("a server says where it listens");
        let url = serving.split(" on ").nth(1).unwrap();
        Self {
            child,
            url: url.split(' ').next().unwrap().to_owned(),
            _messages: messages,
            _folder: folder,
        }
    }
}

impl Drop for SampleServer {
    fn drop(&mut self) {
        // It may have ended already, with an error that the test reports.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_package_of_superset_works_without_it() {
    let python = python::environment("superset-package", &tests().join("requirements.txt"));
    passes(&python, &tests(), "0.02", None);
}

/// Takes ten minutes, 1 GB of disk and Chromium: `cargo test --test it -- --ignored superset`.
#[test]
#[ignore = "installs Apache Superset and drives it with Chromium, which takes ten minutes"]
fn superset_shows_the_dashboards() {
    let tests = tests().join("superset");
    let python = python::environment("superset", &tests.join("requirements.txt"));
    python::run(
        Command::new(&python)
            .args("-m pip install --quiet --no-deps --force-reinstall".split(' '))
            .arg(package()),
        "pip builds the package in clients/superset-tributary",
    );
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/superset");
    let pictures = ("TRIBUTARY_TEST_PICTURES", docs.to_str().unwrap());
    let is_writing = std::env::var_os("TRIBUTARY_WRITE_DOCS").is_some();
    passes(&python, &tests, "0.1", is_writing.then_some(pictures));
}

/// Runs the tests of a folder on a server of their own.
///
/// # Arguments
/// `scale`: that of the sample shop.
fn passes(python: &Path, folder: &Path, scale: &str, variable: Option<(&str, &str)>) {
    let server = SampleServer::start(scale);
    python::run(
        Command::new(python)
            .args(["-m", "unittest", "discover", "--start-directory"])
            .arg(folder)
            .envs(variable)
            .env("TRIBUTARY_TEST_URL", &server.url)
            .env("PYTHONPATH", package().join("src"))
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        &format!("the message is that of the test in {}", folder.display()),
    );
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tributary"))
}

fn package() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/superset-tributary")
}

fn tests() -> PathBuf {
    package().join("tests")
}
