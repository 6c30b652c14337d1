//! Servers as processes of their own. All end with the benchmark.

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use crate::{bare, client::Client};

/// A server that listens.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// `tributary serve` over a warehouse, with its defaults.
    pub(crate) fn tributary(warehouse: &Path) -> Self {
        Self::start(&mut tributary(warehouse))
    }

    /// `tributary serve` on two cores, however many there are.
    pub(crate) fn tributary_on_two_cores(warehouse: &Path) -> Self {
        let program = tributary(warehouse);
        let mut pinned = Command::new("taskset");
        pinned
            .args(["--cpu-list", "0,1"])
            .arg(program.get_program());
        Self::start(pinned.args(program.get_args()))
    }

    /// This program as another server.
    pub(crate) fn bare(args: &[&str]) -> Self {
        Self::start(Command::new(env::current_exe().unwrap()).args(args))
    }

    /// This program as a server that has in memory what another answers to a statement.
    pub(crate) async fn bare_with_rows_of(other: &Self, sql: &str) -> Self {
        Self::bare(&[bare::MEMORY, &other.url, &other.ticket(sql).await])
    }

    /// The ticket for the result of a statement, in hexadecimal.
    pub(crate) async fn ticket(&self, sql: &str) -> String {
        let mut client = Client::connect(&self.url).await;
        let ticket = client.ticket(sql).await.ticket;
        ticket.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A script of this folder, in an environment of tests/.
    pub(crate) fn python(script: &str, args: &[&str]) -> Self {
        Self::start(python("peers", "peers", script).args(args))
    }

    /// Starts a server that says on standard error where it listens.
    fn start(command: &mut Command) -> Self {
        // Servers of our own end when their input does, should this process be killed.
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        // With sixty-four clients on few cores every query is a slow one, worth a line.
        command.env("RUST_LOG", "error");
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let url = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            let url = line.split_once(" on grpc://");
            let url =
                url.and_then(|(_, url)| url.split(' ').next().map(|it| format!("grpc://{it}")));
            said.push(line);
            url
        });
        let url = url.unwrap_or_else(|| panic!("{command:?} did not start: {said:#?}"));
        // A full pipe would stop the server.
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| eprintln!("{line}"))
        });
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tributary(warehouse: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tributary"));
    command
        .arg("--warehouse")
        .arg(warehouse)
        .args(["serve", "--listen", "127.0.0.1:0"]);
    command
}

/// Python on a script of this folder.
///
/// # Arguments
/// `environment` and `tests`: the environment that the tests in that folder of `tests/` have.
pub(crate) fn python(environment: &str, tests: &str, script: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let requirements = root.join("tests").join(tests).join("requirements.txt");
    let python = crate::python::environment(environment, &requirements);
    let mut command = Command::new(python);
    command.arg(root.join("benches/serving").join(script));
    command
}
