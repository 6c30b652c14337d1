//! Attribution, sessions and funnels beside DuckDB and ClickHouse, over the same files.
//!
//! `cargo bench --bench attribution` writes twenty million touchpoints and two million purchases of
//! a million customers as Parquet, asks every program for the same in turn, each with two threads,
//! checks that they say the same, and prints the medians, the most memory, and what only reading
//! three columns takes. `-- 100` takes a hundred million touchpoints; `-- funnel` only work with
//! that word in its name.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on panics, prints what it found, and reads the clock"
)]

mod engine;
#[path = "../../tests/it/python.rs"]
mod python;
mod report;
mod scan;
#[path = "../shared/statistics.rs"]
#[expect(dead_code, reason = "of the statistics only the median is of interest")]
mod statistics;
#[path = "../shared/table.rs"]
mod table;
mod work;
mod worker;
mod workload;

use std::{collections::BTreeMap, env, path::Path};

use engine::{Answer, Engine, Name};
use work::{WORKS, Work};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const THREADS: usize = 2;
/// Of each program and work, after one that does not count.
const ROUNDS: usize = 5;
/// Millions of touchpoints.
const MILLIONS: i64 = 20;

/// What each program said, round by round.
type Answers = BTreeMap<Name, Vec<Answer>>;

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [worker::WORKER, folder, threads] =
        args.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return worker::run(Path::new(folder), threads.parse().unwrap());
    }
    let millions = args
        .iter()
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(MILLIONS);
    let word = args.iter().find(|arg| arg.parse::<i64>().is_err());
    let is_asked = |work: &&Work| word.is_none_or(|word| work.name.contains(word.as_str()));

    let folder = tempfile::tempdir().unwrap();
    eprintln!("writing {millions} million touchpoints");
    workload::write(folder.path(), millions);
    let start = |name| Engine::start(name, folder.path(), THREADS);
    let mut engines: Vec<Engine> = Name::ALL.map(start).into();
    let mut figures = vec![report::floor(&scans(&mut engines[0]))];
    for work in WORKS.iter().filter(is_asked) {
        eprintln!("{}", work.name);
        figures.extend(report::compared(work, &measure(work, &mut engines)));
    }
    table::print(&figures);
}

fn scans(tributary: &mut Engine) -> Vec<Answer> {
    (0..=ROUNDS).map(|_| tributary.scan()).skip(1).collect()
}

/// Asks every program in turn.
///
/// # Panics
/// If one of them says something else than the others.
fn measure(work: &Work, engines: &mut [Engine]) -> Answers {
    let mut answers = Answers::new();
    for round in 0..=ROUNDS {
        for engine in &mut *engines {
            let Some(sql) = work.sql(engine.name) else {
                continue;
            };
            let answer = engine.ask(&sql, work.key);
            if round > 0 {
                answers.entry(engine.name).or_default().push(answer);
            }
        }
    }
    report::check(work, &answers);
    answers
}
