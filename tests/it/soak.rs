//! A server that refreshes on schedule, while everything fails that can.
//!
//! One request to the store in twenty is disturbed; the server is killed and started again now
//! and then; imports are killed and run again; a client never stops asking, and knows which answers
//! are right. `TRIBUTARY_TEST_SOAK=3600 cargo test --test it soak::` does it for an hour instead of
//! some seconds; `target/tmp/soak-3600.txt` then says how it went.

use std::{
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    cli::program::Program,
    crashes::{
        reader::{Promise, Reader},
        serving::{Serving, free_port},
        shop::{DAYS, History, Orders, ROWS, view},
        victim::{Moment, Victims},
    },
    object_stores::{faults, proxy::Proxy},
    python,
    s3::server::Server,
};

const SECONDS: u64 = 15;
const WAREHOUSE: &str = "s3://bucket/soak";
/// Stored rows that are older than two times of the schedule are not read.
const STALENESS: Duration = Duration::from_secs(10);
/// One request in twenty is disturbed.
const OF: u32 = 140;

/// Starts a server again and again.
struct Keeper {
    is_over: Arc<AtomicBool>,
    kills: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    fn start(program: Program, port: u16, lives: std::ops::Range<u64>) -> Self {
        let (is_over, kills) = (Arc::<AtomicBool>::default(), Arc::<AtomicU32>::default());
        let (over, killed) = (Arc::clone(&is_over), Arc::clone(&kills));
        let thread = std::thread::spawn(move || {
            let mut dice = ChaCha8Rng::seed_from_u64(2);
            let listen = format!("127.0.0.1:{port}");
            let lease = "server.refresh_lease=5s";
            let serve = ["serve", "--listen", &listen, "--set", lease];
            while !over.load(Ordering::SeqCst) {
                let serving = match Serving::start(&program, &serve, "serve.log") {
                    Ok(serving) => serving,
                    // The store failed too often: somebody starts it again.
                    Err(said) => {
                        assert!(said.contains("error: "), "{said}");
                        continue;
                    }
                };
                let end = Instant::now() + Duration::from_secs(dice.random_range(lives.clone()));
                while Instant::now() < end && !over.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(50));
                }
                drop(serving);
                killed.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self {
            is_over,
            kills,
            thread: Some(thread),
        }
    }

    fn stop(&mut self) -> u32 {
        self.is_over.store(true, Ordering::SeqCst);
        let thread = self.thread.take().expect("it is stopped once");
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        self.kills.load(Ordering::SeqCst)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Whether it failed was asked before, or another failure is under way.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Imports, killed now and then.
struct Importer {
    program: Program,
    victims: Victims,
    dice: ChaCha8Rng,
    orders: Orders,
    history: Arc<History>,
    files: usize,
    kills: usize,
    failures: usize,
}

impl Importer {
    fn import(&mut self) {
        self.files += 1;
        let csv = match self.dice.random() {
            true => self.orders.add(&mut self.dice),
            false => self.orders.change(&mut self.dice),
        };
        self.program.file("orders.csv", &csv);
        self.history.begin(self.orders.sums());
        self.insist(&["import", "orders", "orders.csv", "--deleted-when", "gone"]);
        self.history.done();
    }

    /// Runs until a run ends well; what fails must say why.
    fn insist(&mut self, args: &[&str]) {
        for _ in 0..20 {
            let wait = Duration::from_millis(self.dice.random_range(0..2500));
            let moment = self.dice.random_bool(0.5).then_some(Moment::After(wait));
            let ended = self.victims.run(&self.program, args, moment);
            match ended.ran.code {
                Some(0) => return,
                Some(_) => {
                    let said = ended.ran.stderr;
                    assert!(said.contains("error: "), "{args:?}: {said}");
                    self.failures += 1;
                }
                None => self.kills += 1,
            }
        }
        panic!("{args:?}: twenty runs, and none ended well");
    }
}

#[test]
fn a_server_is_never_wrong_while_everything_fails() {
    let seconds = std::env::var("TRIBUTARY_TEST_SOAK");
    let seconds = seconds.map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let is_long = seconds > 100;
    let server = Server::start();
    let victims = Victims::start(server.address(), faults::plan(3, OF));
    let program = server.program_through(victims.address(), WAREHOUSE);
    let folder = program.path("temporary");
    std::fs::create_dir(&folder).unwrap();
    let history = Arc::<History>::default();
    let mut importer = Importer {
        program: program.with_env("TMPDIR", folder.to_str().unwrap()),
        victims,
        dice: ChaCha8Rng::seed_from_u64(4),
        orders: Orders::default(),
        history: Arc::clone(&history),
        files: 0,
        kills: 0,
        failures: 0,
    };
    let directly = server.program(WAREHOUSE);
    importer.import();
    directly.output(&["sql", &view("refresh every '5 seconds'")]);

    let proxy = Proxy::start(server.address(), faults::plan(5, OF));
    let port = free_port();
    let lives = if is_long { 10..60 } else { 5..10 };
    let serves = server.program_through(proxy.address(), WAREHOUSE);
    let mut keeper = Keeper::start(serves, port, lives);
    let mut reader = Reader::start(port, &history, Promise::AtMost(STALENESS));
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        importer.import();
        if importer.dice.random_bool(0.1) {
            importer.insist(&["optimize", "orders"]);
        }
        reader.check();
        if is_long {
            let pause = importer.dice.random_range(0..3000);
            std::thread::sleep(Duration::from_millis(pause));
        }
    }
    let reads = reader.stop();
    let servers = keeper.stop();
    assert!(reads.answered > 0, "{reads:?}");

    let rows = |sql: &str| directly.output(&["sql", sql, "--format", "csv"]);
    assert_eq!(rows(ROWS), importer.orders.rows());
    let runs = rows(
        "select status, count(*) as runs from system.refreshes group by status order by status",
    );
    assert!(runs.contains("done,"), "{runs}");
    // A time of the schedule is done once, and what failed says why.
    let wrong = "select slot from system.refreshes where status = 'done' and slot is not null
                 group by slot having count(*) > 1
                 union all
                 select slot from system.refreshes where status = 'failed' and error is null";
    assert_eq!(rows(wrong), "slot\n");
    directly.output(&["refresh", "mine.days", "--set", "server.refresh_lease=5s"]);
    assert_eq!(rows(DAYS), importer.orders.days());
    others_agree(&server, &directly, &importer.orders);

    let Importer {
        files,
        kills,
        failures,
        ..
    } = importer;
    let told = format!(
        "{seconds} seconds: {files} imported files, {kills} imports killed, {failures} failed; \
         {servers} servers killed; {} questions answered, {} failed\n{runs}",
        reads.answered, reads.failed
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(folder.join(format!("soak-{seconds}.txt")), told).unwrap();
}

/// Polars and DuckDB read the view's table from the same store, as Delta.
fn others_agree(server: &Server, program: &Program, orders: &Orders) {
    let answer = program.file("days.csv", &orders.days());
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/delta");
    let environment = python::environment("delta", &tests.join("requirements.txt"));
    let table = format!("{WAREHOUSE}/_tributary/materialized/mine/days");
    python::run(
        Command::new(environment)
            .args(["-m", "unittest", "test_view_in_a_bucket"])
            .current_dir(&tests)
            .envs(server.environment())
            .env("TRIBUTARY_TEST_TABLE", table)
            .env("TRIBUTARY_TEST_ANSWER", answer)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        "the message is that of the test in tests/delta",
    );
}
