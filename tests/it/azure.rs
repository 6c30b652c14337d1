//! A warehouse in a container of Azure: the built program against Azurite, Azure's own emulator of
//! its storage, in a process of its own. It is installed once into `target/azure`.

use std::{
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    cli::program::{Program, Ran},
    crashes::serving::free_port,
    node, python,
    s3::{COUNT, counts, orders},
};

/// A running server with one empty container, ended with the test.
struct Azurite {
    child: Child,
    port: u16,
}

impl Azurite {
    fn start() -> Self {
        let folder = folder();
        let packages = node::packages("azure", &folder);
        // Another process may take the port before the server does; then the next one is tried.
        for _ in 0..5 {
            let port = free_port();
            let child = Command::new("node")
                .arg(packages.join("azurite/dist/src/blob/main.js"))
                .args(["--inMemoryPersistence", "--silent", "--disableTelemetry"])
                .args(["--skipApiVersionCheck", "--blobPort", &port.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut server = Self { child, port };
            if server.is_up() {
                python::run(
                    Command::new("node")
                        .arg(folder.join("container.js"))
                        .arg(port.to_string()),
                    "the server must make a container",
                );
                return server;
            }
        }
        panic!("the Azure server ended five times before it listened");
    }

    /// Waits until the server listens; false if it ended instead.
    fn is_up(&mut self) -> bool {
        for _ in 0..600 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the Azure server did not listen within a minute");
    }

    fn program(&self) -> Program {
        Program::new()
            .with_env("TRIBUTARY_WAREHOUSE", "az://bucket/shop")
            .with_env("AZURE_STORAGE_USE_EMULATOR", "true")
            .with_env(
                "AZURITE_BLOB_STORAGE_URL",
                &format!("http://127.0.0.1:{}", self.port),
            )
    }
}

impl Drop for Azurite {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/azure")
}

#[test]
fn a_container_is_a_warehouse() {
    let server = Azurite::start();
    let program = server.program();
    let import = ["import", "orders", "orders.csv"];
    program.file("orders.csv", &orders(0..100));
    let first = "imported 100, unchanged 0, quarantined 0";
    assert_eq!(counts(&program.run(&import)), first);
    program.output(&[
        "sql",
        "create materialized view mine.days partitioned by (date) as
         select local_date(ordered_at) as date, count(*) as orders from orders group by 1",
    ]);
    program.output(&["refresh", "mine.days"]);

    program.file("orders.csv", &orders(90..110).replace("90,a", "90,b"));
    let second = "imported 11, unchanged 9, quarantined 0";
    assert_eq!(counts(&program.run(&import)), second);
    assert_eq!(program.output(&COUNT), "n,total\n110,165.00\n");
    let stored = ["sql", "select orders from mine.days", "--format", "csv"];
    assert_eq!(program.output(&stored), "orders\n100\n");
    let refreshed = program.output(&["refresh", "mine.days"]);
    assert_eq!(refreshed, "mine.days: 1 day, 1 rows, version 1\n");
    assert_eq!(program.output(&stored), "orders\n110\n");

    // Writers that race: one wins, and the other one works its commit out again or says so.
    program.file("left.csv", &orders(200..250));
    program.file("right.csv", &orders(240..290));
    let racing = ["left.csv", "right.csv"].map(|file| {
        let import = program.command(&["import", "orders", file]).spawn();
        (file, import.unwrap())
    });
    for (file, child) in racing {
        let ran = Ran::from(child.wait_with_output().unwrap());
        if ran.code != Some(0) {
            assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
            counts(&program.run(&["import", "orders", file]));
        }
    }
    assert_eq!(program.output(&COUNT), "n,total\n200,300.00\n");

    let optimized = program.run(&["optimize", "orders"]);
    assert_eq!(optimized.code, Some(0), "{}", optimized.stderr);
    assert_eq!(program.output(&COUNT), "n,total\n200,300.00\n");
}
