use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    faults::{insist, plan},
    proxy::{Fault, Proxy, Request},
};
use crate::{
    cli::program::Program,
    crashes::{
        serving::{Serving, free_port},
        shop::{DAYS, Orders, view},
    },
    s3::server::Server,
};

const REFRESH: [&str; 2] = ["refresh", "mine.days"];

/// A shop whose days are stored, and one more import since.
struct Shop {
    program: Program,
    warehouse: String,
    orders: Orders,
    dice: ChaCha8Rng,
}

impl Shop {
    fn new(server: &Server, name: &str, schedule: &str) -> Self {
        let warehouse = format!("s3://bucket/{name}");
        let mut shop = Self {
            program: server.program(&warehouse),
            warehouse,
            orders: Orders::default(),
            dice: ChaCha8Rng::seed_from_u64(1),
        };
        let csv = shop.orders.add(&mut shop.dice);
        shop.import(&csv);
        shop.program.output(&["sql", &view(schedule)]);
        shop.program.output(&REFRESH);
        shop.change();
        shop
    }

    fn change(&mut self) {
        let csv = self.orders.change(&mut self.dice);
        self.import(&csv);
    }

    fn import(&self, csv: &str) {
        self.program.file("orders.csv", csv);
        let import = ["import", "orders", "orders.csv", "--deleted-when", "gone"];
        self.program.output(&import);
    }

    fn rows(&self, sql: &str) -> String {
        self.program.output(&["sql", sql, "--format", "csv"])
    }

    /// The stored rows are what an obvious model says of the imported files.
    fn is_right(&self) {
        let explained = self.rows(&format!("explain {DAYS}"));
        assert!(explained.contains("stored at"), "{explained}");
        assert_eq!(self.rows(DAYS), self.orders.days());
    }

    fn runs(&self) -> String {
        self.rows("select status, version from system.refreshes order by began_at")
    }
}

#[test]
fn a_refresh_whose_answers_are_lost_is_published_once() {
    let server = Server::start();
    let mut shop = Shop::new(&server, "answers", "");
    let written = AtomicUsize::default();
    // Commits, files of rows and states of the lease: each is written, its writer does not hear of
    // it, and asks again.
    let proxy = Proxy::start(server.address(), move |request| {
        if request.method != "PUT" || !request.path.contains("_tributary/") {
            return Fault::None;
        }
        let faults = [Fault::Denied, Fault::Lost, Fault::Cut].map(|fault| [fault, Fault::None]);
        let faults = faults.as_flattened();
        faults[written.fetch_add(1, Ordering::SeqCst) % faults.len()]
    });
    let program = server.program_through(proxy.address(), &shop.warehouse);
    let mut expected = "status,version\ndone,0\n".to_owned();
    for version in 1..=3 {
        program.output(&REFRESH);
        shop.is_right();
        expected.push_str(&format!("done,{version}\n"));
        assert_eq!(shop.runs(), expected);
        shop.change();
    }
}

#[test]
fn faults_change_no_stored_row() {
    let server = Server::start();
    let mut shop = Shop::new(&server, "stored", "");
    let proxy = Proxy::start(server.address(), plan(1, 35));
    let program = server.program_through(proxy.address(), &shop.warehouse);
    let refresh = [&REFRESH[..], &["--set", "server.refresh_lease=2s"]].concat();
    for _ in 0..2 {
        insist(&program, &refresh);
        shop.is_right();
        shop.change();
    }
}

#[test]
fn a_refresh_that_cannot_write_says_so_and_changes_nothing() {
    let server = Server::start();
    let shop = Shop::new(&server, "read-only", "");
    let before = shop.rows(DAYS);
    let proxy = Proxy::start(server.address(), |request: &Request| {
        let is_row = request.path.contains("materialized") && request.method == "PUT";
        match is_row {
            true => Fault::Status(503),
            false => Fault::None,
        }
    });
    let program = server.program_through(proxy.address(), &shop.warehouse);
    let patience = [&REFRESH[..], &["--set", "store.retries=1"]].concat();
    let ran = program.run(&patience);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.contains("REFRESH mine.days") && ran.stderr.contains("503"),
        "{}",
        ran.stderr
    );
    assert_eq!(shop.rows(DAYS), before);
    let told = shop.rows(
        "select status, error like '%503%' as says_why from system.refreshes order by began_at",
    );
    assert_eq!(told, "status,says_why\ndone,\nfailed,true\n");
    proxy.heal();
    program.output(&patience);
    shop.is_right();
}

/// Two servers, each with faults of its own, refresh one view.
#[test]
fn schedulers_that_race_under_faults_do_each_time_once() {
    let server = Server::start();
    let mut shop = Shop::new(&server, "racing", "refresh every '2 seconds'");
    let proxies = [6, 7].map(|seed| Proxy::start(server.address(), plan(seed, 140)));
    let serving = proxies.each_ref().map(|proxy| {
        let program = server.program_through(proxy.address(), &shop.warehouse);
        let listen = format!("127.0.0.1:{}", free_port());
        let lease = "server.refresh_lease=10s";
        let serve = ["serve", "--listen", &listen, "--set", lease];
        // It may fail to start, and is started again.
        let serving = (0..8).find_map(|_| Serving::start(&program, &serve, "serve.log").ok());
        (serving.expect("one of eight starts"), program)
    });
    let done = "select count(*) as n from system.refreshes
                where status = 'done' and trigger = 'schedule'";
    let count = |shop: &Shop| -> u32 {
        let rows = shop.rows(done);
        rows.lines().last().unwrap().parse().unwrap()
    };
    for runs in [2, 3] {
        for _ in 0..100 {
            if count(&shop) >= runs {
                break;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        assert!(count(&shop) >= runs, "{}", shop.runs());
        shop.change();
    }
    drop(serving);
    let wrong = "select slot from system.refreshes where status = 'done' and slot is not null
                 group by slot having count(*) > 1
                 union all
                 select slot from system.refreshes where status = 'failed' and error is null";
    assert_eq!(shop.rows(wrong), "slot\n", "{}", shop.runs());
    // A run of one of them may have been cut off.
    shop.program
        .output(&["refresh", "mine.days", "--set", "server.refresh_lease=10s"]);
    shop.is_right();
}
