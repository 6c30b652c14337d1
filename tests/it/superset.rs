//! Apache Superset and the package with which it talks to this server.

use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
};

use tempfile::TempDir;

use crate::{python, security::support::cheap_hash};

/// Of the user that a server with login knows, as a URL has it: a password with characters that
/// must be percent-encoded.
const PASSWORD: (&str, &str) = ("s@cret/9 %", "s%40cret%2F9%20%25");

/// A small sample shop.
struct Sample(TempDir);

impl Sample {
    fn write(scale: &str) -> Self {
        let folder = TempDir::new().unwrap();
        python::run(
            program()
                .args(["sample", "--scale", scale, "--out"])
                .arg(folder.path().join("shop")),
            "the sample is written to a temporary folder",
        );
        Self(folder)
    }

    /// A server for everybody.
    fn serve(&self) -> SampleServer {
        SampleServer::start(program().args(["serve", "--warehouse"]).arg(self.shop()))
    }

    /// A server for Ada, who may read all.
    fn serve_with_login(&self) -> SampleServer {
        let configuration = self.0.path().join("login.toml");
        let password = cheap_hash(PASSWORD.0);
        let text = format!(
            "[[security.users]]\nname = 'ada'\npassword = '{}'\nroles = ['reader']\n\
             [security.roles.reader]\nread = ['*']\n",
            password.expose()
        );
        fs::write(&configuration, text).unwrap();
        SampleServer::start(
            program()
                .args(["serve", "--warehouse"])
                .arg(self.shop())
                .arg("--config")
                .arg(configuration),
        )
    }

    fn shop(&self) -> PathBuf {
        self.0.path().join("shop")
    }
}

/// A server over the sample, ended with the test.
struct SampleServer {
    child: Child,
    /// Without its scheme.
    address: String,
    _messages: Lines<BufReader<ChildStderr>>,
}

impl SampleServer {
    fn start(command: &mut Command) -> Self {
        let command = command.args(["--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = messages.by_ref().map(Result::unwrap).find_map(|line| {
            let (_, address) = line.split_once(" on grpc://")?;
            Some(address.split(' ').next()?.to_owned())
        });
        Self {
            child,
            address: address.expect("a server says where it listens"),
            _messages: messages,
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
    let sample = Sample::write("0.02");
    let (open, guarded) = (sample.serve(), sample.serve_with_login());
    let login = format!("grpc://ada:{}@{}", PASSWORD.1, guarded.address);
    let variables = [("TRIBUTARY_TEST_LOGIN_URL", login)];
    passes(&python, &tests(), &open, &variables);
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
    let mut variables = Vec::new();
    if std::env::var_os("TRIBUTARY_WRITE_DOCS").is_some() {
        let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/superset");
        variables.push(("TRIBUTARY_TEST_PICTURES", docs.to_owned()));
    }
    let sample = Sample::write("0.1");
    passes(&python, &tests, &sample.serve(), &variables);
}

/// Runs the tests of a folder on a server.
fn passes(python: &Path, folder: &Path, server: &SampleServer, variables: &[(&str, String)]) {
    python::run(
        Command::new(python)
            .args(["-m", "unittest", "discover", "--start-directory"])
            .arg(folder)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("TRIBUTARY_TEST_URL", format!("grpc://{}", server.address))
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
