//! Runs of the program that are killed: no row is lost or doubled, nobody ever reads a part of a
//! change, and the next run completes.
//!
//! The built program works on a warehouse of a real S3 server; SIGKILL ends it after a random time,
//! at a random request, or at a random object that it writes, before or after that is there.
//! `TRIBUTARY_TEST_KILLS=200 cargo test --test it crashes::` kills more often than the usual run;
//! `target/tmp/crashes-200.txt` then says what was killed where.

// A client that never stops asking.
pub(crate) mod reader;
// A server in a process of its own.
pub(crate) mod serving;
// What was imported, as an obvious model has it.
pub(crate) mod shop;
// Runs that are killed at a chosen moment.
pub(crate) mod victim;

use std::{collections::BTreeMap, fmt::Write, path::Path, sync::Arc, time::Duration};

use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use crate::{cli::program::Program, object_stores::proxy::Fault, s3::server::Server};
use reader::{Promise, Reader};
use serving::{Serving, free_port};
use shop::{DAYS, History, Orders, ROWS};
use victim::{Ended, Moment, Victims};

const KILLS: usize = 8;
/// A refresh whose process was killed is taken over after this.
const LEASE: &str = "server.refresh_lease=1s";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Add,
    Change,
    Refresh,
    Optimize,
}

const STEPS: [Step; 4] = [Step::Add, Step::Change, Step::Refresh, Step::Optimize];

/// How a run goes when nothing happens to it.
#[derive(Clone, Copy)]
struct Measure {
    took: Duration,
    requests: usize,
    writes: usize,
}

/// Roughly: nothing was measured before it.
const FIRST: Measure = Measure {
    took: Duration::from_secs(1),
    requests: 20,
    writes: 3,
};

impl From<&Ended> for Measure {
    fn from(ended: &Ended) -> Self {
        Self {
            took: ended.took,
            requests: ended.requests,
            writes: ended.writes,
        }
    }
}

struct Crashes {
    program: Program,
    victims: Victims,
    dice: ChaCha8Rng,
    orders: Orders,
    history: Arc<History>,
    measures: BTreeMap<Step, Measure>,
    files: usize,
    kills: usize,
    /// How often each step was killed at what.
    told: BTreeMap<String, usize>,
}

impl Crashes {
    fn new(server: &Server) -> Self {
        let victims = Victims::start(server.address(), |_| Fault::None);
        let program = server.program_through(victims.address(), "s3://bucket/crashes");
        // What is killed leaves its temporary files to the system.
        let program = with_own_temporary_files(program);
        Self {
            program,
            victims,
            dice: ChaCha8Rng::seed_from_u64(1),
            orders: Orders::default(),
            history: Arc::default(),
            measures: BTreeMap::new(),
            files: 0,
            kills: 0,
            told: BTreeMap::new(),
        }
    }

    /// Does a step until it is done, and kills it on the way while there are kills left.
    fn step(&mut self, step: Step, kills: usize) {
        let file = format!("orders-{}.csv", self.files);
        let csv = match step {
            Step::Add => Some(self.orders.add(&mut self.dice)),
            Step::Change => Some(self.orders.change(&mut self.dice)),
            Step::Refresh | Step::Optimize => None,
        };
        if let Some(csv) = &csv {
            self.program.file(&file, csv);
            self.files += 1;
            self.history.begin(self.orders.sums());
        }
        let args: &[&str] = match step {
            Step::Add | Step::Change => &["import", "orders", &file, "--deleted-when", "gone"],
            Step::Refresh => &["refresh", "mine.days", "--set", LEASE],
            Step::Optimize => &["optimize", "orders"],
        };
        let mut is_first = true;
        loop {
            let is_killed = self.kills < kills && (is_first || self.dice.random_bool(0.3));
            let moment = is_killed.then(|| self.moment(step)).flatten();
            let ended = self.victims.run(&self.program, args, moment);
            match ended.ran.code {
                Some(0) => {
                    if is_first {
                        self.measures.insert(step, Measure::from(&ended));
                    }
                    break;
                }
                None => self.killed(step, &ended),
                Some(_) => panic!("{args:?}: {}", ended.ran.stderr),
            }
            is_first = false;
        }
        match step {
            Step::Add | Step::Change => self.history.done(),
            Step::Refresh => self.history.refreshed(),
            Step::Optimize => {}
        }
    }

    /// A moment within a run; `None` before one was measured.
    fn moment(&mut self, step: Step) -> Option<Moment> {
        let measure = self.measures.get(&step)?;
        let dice = &mut self.dice;
        let arrives = dice.random();
        Some(match dice.random_range(0..3) {
            0 => Moment::After(measure.took.mul_f64(dice.random_range(0.0..1.0))),
            1 => Moment::Request {
                number: dice.random_range(1..=measure.requests.max(1)),
                arrives,
            },
            _ => Moment::Write {
                number: dice.random_range(1..=measure.writes.max(1)),
                arrives,
            },
        })
    }

    fn killed(&mut self, step: Step, ended: &Ended) {
        self.kills += 1;
        let last = match ended.last.as_str() {
            "" => "before its first request",
            last => last,
        };
        *self.told.entry(format!("{step:?}: {last}")).or_default() += 1;
    }

    fn rows(&self, sql: &str) -> String {
        self.program.output(&["sql", sql, "--format", "csv"])
    }
}

fn with_own_temporary_files(program: Program) -> Program {
    let folder = program.path("temporary");
    std::fs::create_dir(&folder).unwrap();
    program.with_env("TMPDIR", folder.to_str().unwrap())
}

#[test]
fn whatever_is_killed_no_number_is_wrong() {
    let kills = std::env::var("TRIBUTARY_TEST_KILLS");
    let kills = kills.map_or(KILLS, |kills| kills.parse().unwrap());
    let server = Server::start();
    let mut crashes = Crashes::new(&server);
    // The first import makes the table, too.
    crashes.measures.insert(Step::Add, FIRST);
    crashes.step(Step::Add, kills.min(2));
    // How the steps go undisturbed.
    crashes.program.output(&["sql", &shop::view("")]);
    for step in [Step::Refresh, Step::Add, Step::Change, Step::Refresh] {
        crashes.step(step, 0);
    }
    crashes.step(Step::Add, 0);
    crashes.step(Step::Optimize, 0);

    let (port, history) = (free_port(), Arc::clone(&crashes.history));
    let listen = format!("127.0.0.1:{port}");
    let serve = [
        "serve",
        "--listen",
        &listen,
        "--set",
        "server.refresh=false",
    ];
    let directly = server.program("s3://bucket/crashes");
    let serving = Serving::start(&directly, &serve, "serve.log").unwrap();
    let mut reader = Reader::start(port, &history, Promise::Refreshed);
    while crashes.kills < kills {
        let step = *STEPS.choose(&mut crashes.dice).unwrap();
        crashes.step(step, kills);
        reader.check();
        tell(&crashes, kills, "going on");
    }
    let reads = reader.stop();
    drop(serving);
    assert!(reads.answered > 0, "{reads:?}");

    // Every row once, to programs that never saw the warehouse before.
    assert_eq!(crashes.rows(ROWS), crashes.orders.rows());
    crashes.step(Step::Refresh, 0);
    let explained = crashes.rows(&format!("explain {DAYS}"));
    assert!(explained.contains("stored at"), "{explained}");
    assert_eq!(crashes.rows(DAYS), crashes.orders.days());
    let computed = format!("set tributary.max_staleness = '0 seconds'; {DAYS}");
    assert_eq!(crashes.rows(&computed), crashes.orders.days());
    // Nothing is left of the dead.
    let running = crashes
        .rows("select count(*) as n from system.refreshes where status not in ('done', 'lost')");
    assert_eq!(running, "n\n0\n");
    crashes.step(Step::Optimize, 0);
    assert_eq!(crashes.rows(ROWS), crashes.orders.rows());
    let how = format!("{} answers read meanwhile", reads.answered);
    tell(&crashes, kills, &how);
}

/// Writes what was killed where.
fn tell(crashes: &Crashes, kills: usize, how: &str) {
    let mut text = format!(
        "{} kills, {} imported files, {how}\n",
        crashes.kills, crashes.files
    );
    for (what, times) in &crashes.told {
        writeln!(text, "{times:4} {what}").unwrap();
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(format!("crashes-{kills}.txt")), text).unwrap();
}
