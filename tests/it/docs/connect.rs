//! `docs/connect.md`: every line that it gives for a client runs against a server of the sample.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use tokio::net::TcpListener;
use tributary::{config::Config, flight_sql::Server};

use super::pages;
use crate::{node, python, sample_shop::SampleShop};

const PAGE: &str = "docs/connect.md";
/// The server of the page.
const HOST: &str = "127.0.0.1";
const PORT: &str = "50051";

fn page() -> String {
    pages::read(PAGE).unwrap()
}

fn clients(path: &str) -> PathBuf {
    pages::root().join("tests/clients").join(path)
}

/// A server of the sample, and its port.
async fn serve() -> (SampleShop, String) {
    let shop = SampleShop::open(0.1).await;
    let server = Server::try_new(shop.engine(), &Config::default()).unwrap();
    let listener = TcpListener::bind((HOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    tokio::spawn(server.serve(listener, std::future::pending()));
    (shop, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn examples_of_clients_print_something() {
    let (_shop, port) = serve().await;
    let page = page().replace(PORT, &port);
    let run = tokio::task::spawn_blocking(move || {
        let old = python::environment("clients-old", &clients("python_old/requirements.txt"));
        let new = python::environment("clients", &clients("python/requirements.txt"));
        let in_python = pages::blocks(&page, "python");
        for block in &in_python {
            let python = match block.contains("import flightsql.sqlalchemy") {
                true => &old,
                false => &new,
            };
            prints(Command::new(python).args(["-W", "ignore", "-c", block]));
        }
        let packages = node::packages("clients-node", &clients("node"));
        let in_javascript = pages::blocks(&page, "js");
        for block in &in_javascript {
            prints(
                Command::new("node")
                    .args(["-e", block])
                    .env("NODE_PATH", &packages),
            );
        }
        assert!(in_python.len() >= 4 && !in_javascript.is_empty());
        for arguments in lines(&page, "tributary sql --server ") {
            let (url, sql) = arguments.split_once(' ').unwrap();
            let program = Path::new(env!("CARGO_BIN_EXE_tributary"));
            let sql = sql.trim_matches('"');
            prints(Command::new(program).args(["sql", "--server", url, sql]));
        }
    });
    run.await.unwrap();
}

/// Runs a command that must say something.
fn prints(command: &mut Command) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !said.trim().is_empty(),
        "{PAGE}: {command:?}\n{said}{complained}"
    );
}

/// What follows a beginning in the shell blocks of the page.
fn lines(page: &str, begin: &str) -> Vec<String> {
    let blocks = pages::blocks(page, "sh");
    let lines = blocks.iter().flat_map(|block| block.lines());
    let found: Vec<_> = lines.filter_map(|line| line.strip_prefix(begin)).collect();
    assert!(!found.is_empty(), "{PAGE} has no line {begin}…");
    found.into_iter().map(str::to_owned).collect()
}

/// What a reader installs is what the tests run with.
#[test]
fn packages_have_the_versions_of_the_tests() {
    let read = |path: &str| std::fs::read_to_string(clients(path)).unwrap();
    let pinned = read("python/requirements.txt") + &read("python_old/requirements.txt");
    let pinned: Vec<_> = pinned.lines().collect();
    for packages in lines(&page(), "pip install ") {
        for package in packages.split(' ') {
            assert!(pinned.contains(&package), "{PAGE}: {package} is not pinned");
        }
    }
    let locked = read("node/package.json");
    for package in lines(&page(), "npm install ") {
        let (name, version) = package.rsplit_once('@').unwrap();
        assert!(
            locked.contains(&format!("\"{name}\": \"{version}\"")),
            "{PAGE}: {package} is not pinned"
        );
    }
    let locked = pages::read("Cargo.lock").unwrap();
    for package in lines(&page(), "cargo install ") {
        let mut words = package.split(' ');
        let (name, version) = (words.next().unwrap(), words.nth(1).unwrap());
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(locked.contains(&entry), "{PAGE}: {package} is not ours");
    }
}

/// Compiles Arrow's own command line, which takes minutes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "compiles for minutes: cargo test --test it -- --ignored flight_sql_client"]
async fn flight_sql_client_of_arrow_runs() {
    let (_shop, port) = serve().await;
    let run = tokio::task::spawn_blocking(move || {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let root = target.join("clients-rust");
        let [install]: [String; 1] = lines(&page(), "cargo install ").try_into().unwrap();
        python::run(
            Command::new("cargo")
                .arg("install")
                .args(install.split(' '))
                .args([
                    "--debug",
                    "--locked",
                    "--bin",
                    "flight_sql_client",
                    "--root",
                ])
                .arg(&root)
                .arg("--target-dir")
                .arg(root.join("build")),
            "cargo must reach a registry",
        );
        let client = root.join("bin/flight_sql_client");
        let begin = ["--host", HOST, "--port", &port];
        for arguments in [
            vec!["catalogs"],
            vec!["db-schemas", "tributary"],
            vec!["tables", "tributary"],
            vec!["statement-query", "select 1"],
            vec!["statement-query", "select * from revenue.by_channel"],
            vec!["prepared-statement-query", "select $1", "-p", "$1=2"],
        ] {
            prints(Command::new(&client).args(begin).args(arguments));
        }
    });
    run.await.unwrap();
}
