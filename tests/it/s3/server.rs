use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tributary::warehouse::location::Location;

use crate::cli::program::Program;

const REQUIREMENTS: &str = include_str!("../../s3/requirements.txt");
const BUCKET: &str = "bucket";

/// A running server with one empty bucket, ended with the test.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start() -> Self {
        // Another process may take the port before the server does; then the next one is tried.
        for _ in 0..5 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let address = free.local_addr().unwrap();
            drop(free);
            let child = Command::new(python())
                .arg(repository().join("tests/s3/server.py"))
                .arg(address.port().to_string())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut server = Self { child, address };
            if server.is_up() {
                server.create_bucket();
                return server;
            }
        }
        panic!("the S3 server ended five times before it listened");
    }

    /// Waits until the server listens; false if it ended instead.
    fn is_up(&mut self) -> bool {
        for _ in 0..600 {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the S3 server did not listen within a minute");
    }

    fn create_bucket(&self) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        write!(
            stream,
            "PUT /{BUCKET} HTTP/1.0\r\nHost: {}\r\n\r\n",
            self.address
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.lines().next().unwrap().contains("200"), "{answer}");
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        self.environment_through(self.address)
    }

    fn environment_through(&self, address: SocketAddr) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{address}")),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
        ]
    }

    /// The program with this server as its S3.
    pub(crate) fn program(&self, warehouse: &str) -> Program {
        self.program_through(self.address, warehouse)
    }

    /// The program with a proxy in front of this server as its S3.
    pub(crate) fn program_through(&self, proxy: SocketAddr, warehouse: &str) -> Program {
        let program = Program::new().with_env("TRIBUTARY_WAREHOUSE", warehouse);
        let environment = self.environment_through(proxy).into_iter();
        environment.fold(program, |program, (name, value)| {
            program.with_env(name, &value)
        })
    }

    pub(crate) fn location(&self, url: &str) -> Location {
        let options: HashMap<String, String> = self
            .environment()
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        Location::open(url, &options).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter of a virtual environment that has the server; made by whichever test is first.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("s3");
    std::fs::create_dir_all(&folder).unwrap();
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    let environment = folder.join("environment");
    let python = environment.join("bin/python");
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS)
        && python.exists()
    {
        return python;
    }
    let make = ["-m", "venv", "--clear", environment.to_str().unwrap()];
    run(
        Command::new("python3").args(make),
        "make a virtual environment: install python3 with venv",
    );
    let requirements = repository().join("tests/s3/requirements.txt");
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ];
    run(
        Command::new(&python).args(install).arg(requirements),
        "install the S3 server with pip: is the package index reachable",
    );
    std::fs::write(stamp, REQUIREMENTS).unwrap();
    python
}

fn run(command: &mut Command, aim: &str) {
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("cannot {aim}\n{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("cannot {aim}\n{error}"),
    }
}
