//! The programs that are compared: each a process of its own, asked one thing at a time.

use std::{
    env,
    io::{BufRead, BufReader, Lines, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    worker::WORKER,
    workload::{PURCHASES, TOUCHPOINTS},
};

/// Who answers; the names are those of the files in `sql/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Tributary,
    DuckDb,
    ClickHouse,
}

impl Name {
    pub(crate) const ALL: [Self; 3] = [Self::Tributary, Self::DuckDb, Self::ClickHouse];

    pub(crate) fn of_files(self) -> &'static str {
        match self {
            Self::Tributary => "tributary",
            Self::DuckDb => "duckdb",
            Self::ClickHouse => "clickhouse",
        }
    }

    /// How this program reads all files of a table.
    fn table(self, folder: &Path, table: &str) -> String {
        let files = folder.join(table).join("*.parquet");
        match self {
            Self::Tributary => table.to_owned(),
            Self::DuckDb => format!("'{}'", files.display()),
            Self::ClickHouse => format!("file('{}', Parquet)", files.display()),
        }
    }
}

/// What a program says to a question.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) seconds: f64,
    /// The most that the process had in memory meanwhile.
    pub(crate) peak_bytes: f64,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A program over the files of the workload. It ends with this value.
pub(crate) struct Engine {
    pub(crate) name: Name,
    folder: PathBuf,
    child: Child,
    questions: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Engine {
    pub(crate) fn start(name: Name, folder: &Path, threads: usize) -> Self {
        let mut command = match name {
            Name::Tributary => {
                let mut this = Command::new(env::current_exe().unwrap());
                this.arg(WORKER).arg(folder);
                this
            }
            Name::DuckDb | Name::ClickHouse => {
                let root = Path::new(env!("CARGO_MANIFEST_DIR"));
                let requirements = root.join("tests/peers/requirements.txt");
                let mut python = Command::new(crate::python::environment("peers", &requirements));
                python
                    .arg(root.join("benches/attribution/peers.py"))
                    .arg(name.of_files());
                python
            }
        };
        command.arg(threads.to_string());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            name,
            folder: folder.to_owned(),
            questions: child.stdin.take().unwrap(),
            answers: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    /// Asks a statement of `sql/`, in which `$key` stands for the column of the customer.
    pub(crate) fn ask(&mut self, sql: &str, key: &str) -> Answer {
        let mut sql = sql.replace("$key", key);
        for table in [TOUCHPOINTS, PURCHASES] {
            sql = sql.replace(&format!("${table}"), &self.name.table(&self.folder, table));
        }
        self.say(&json!(sql))
    }

    /// Lets Tributary's process read three columns of the touchpoints, without the engine.
    pub(crate) fn scan(&mut self) -> Answer {
        self.say(&Value::Null)
    }

    fn say(&mut self, question: &Value) -> Answer {
        writeln!(self.questions, "{question}").unwrap();
        let line = self.answers.next();
        let line = line.unwrap_or_else(|| panic!("{:?} ended at {question}", self.name));
        serde_json::from_str(&line.unwrap()).unwrap()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
