use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::TryStreamExt;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::proxy::{Fault, Proxy, Request};
use crate::{
    cli::program::{Program, Ran},
    s3::{COUNT, counts, orders, server::Server},
};

const IMPORT: [&str; 3] = ["import", "orders", "orders.csv"];
/// More faults than this in a row are no fault of the program's.
const RUNS: usize = 8;

fn commits(server: &Server, warehouse: &str) -> usize {
    let warehouse = server.location(warehouse);
    let log = warehouse.path("orders/_delta_log");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let files = warehouse.store().list(Some(&log)).try_collect::<Vec<_>>();
    let files = runtime.block_on(files).unwrap();
    let is_commit = |name: &str| name.ends_with(".json");
    files
        .iter()
        .filter(|file| is_commit(file.location.as_ref()))
        .count()
}

fn is_commit(request: &Request) -> bool {
    request.method == "PUT" && request.path.contains("/_delta_log/0")
}

#[test]
fn a_commit_whose_answer_is_lost_is_made_once() {
    let server = Server::start();
    for fault in [Fault::Denied, Fault::Lost, Fault::Cut] {
        let warehouse = format!("s3://bucket/lost-{fault:?}");
        let hit = Arc::<AtomicUsize>::default();
        let hits = Arc::clone(&hit);
        let proxy = Proxy::start(server.address(), move |request| {
            // Each commit is disturbed once.
            match is_commit(request) && hits.fetch_add(1, Ordering::SeqCst) % 2 == 0 {
                true => fault,
                false => Fault::None,
            }
        });
        let program = server.program_through(proxy.address(), &warehouse);
        program.file("orders.csv", &orders(0..100));
        let said = counts(&program.run(&IMPORT)).to_owned();
        assert_eq!(
            said, "imported 100, unchanged 0, quarantined 0",
            "{fault:?}"
        );
        assert!(hit.load(Ordering::SeqCst) > 0);
        assert_eq!(program.output(&COUNT), "n,total\n100,150.00\n", "{fault:?}");
        let before = commits(&server, &warehouse);
        program.file("orders.csv", &orders(50..150));
        let said = counts(&program.run(&IMPORT)).to_owned();
        assert_eq!(
            said, "imported 50, unchanged 50, quarantined 0",
            "{fault:?}"
        );
        assert_eq!(program.output(&COUNT), "n,total\n150,225.00\n", "{fault:?}");
        assert_eq!(commits(&server, &warehouse), before + 1, "{fault:?}");
    }
}

/// Disturbs seven of so many requests, each time the same for a seed.
pub(crate) fn plan(seed: u64, of: u32) -> impl FnMut(&Request) -> Fault + Send {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    move |_| match dice.random_range(0..of) {
        0 => Fault::Status(500),
        1 => Fault::Status(503),
        2 => Fault::Status(429),
        3 => Fault::Dropped,
        4 => Fault::Stalled,
        5 => Fault::Cut,
        6 => Fault::Lost,
        _ => Fault::None,
    }
}

/// Runs until a run succeeds; a run that does not must say why.
pub(crate) fn insist(program: &Program, args: &[&str]) -> Ran {
    for _ in 0..RUNS {
        let ran = program.run(args);
        if ran.code == Some(0) {
            return ran;
        }
        assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
    }
    panic!("{args:?} failed {RUNS} times");
}

#[test]
fn faults_change_no_answer() {
    let server = Server::start();
    for seed in 1..=3 {
        let warehouse = format!("s3://bucket/faults-{seed}");
        let proxy = Proxy::start(server.address(), plan(seed, 35));
        let program = server.program_through(proxy.address(), &warehouse);
        program.file("orders.csv", &orders(0..100));
        insist(&program, &IMPORT);
        program.file("orders.csv", &orders(90..120));
        insist(&program, &IMPORT);
        for _ in 0..3 {
            let ran = insist(&program, &COUNT);
            assert_eq!(ran.stdout, "n,total\n120,180.00\n", "seed {seed}");
        }
        proxy.heal();
        assert_eq!(
            counts(&program.run(&IMPORT)),
            "imported 0, unchanged 0, quarantined 0"
        );
        assert_eq!(program.output(&COUNT), "n,total\n120,180.00\n");
    }
}
