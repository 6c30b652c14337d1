//! Runs of the program that are killed by SIGKILL at a chosen moment.

use std::{
    net::SocketAddr,
    process::Child,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::{
    cli::program::{Program, Ran},
    object_stores::proxy::{Fault, Proxy, Request},
};

/// When a run is killed, if it has not ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment {
    After(Duration),
    /// At its n-th request to the store, which arrives there or does not.
    Request {
        number: usize,
        arrives: bool,
    },
    /// At its n-th object that it writes.
    Write {
        number: usize,
        arrives: bool,
    },
}

/// How a run went.
pub(crate) struct Ended {
    /// `code` is `None` if it was killed.
    pub(crate) ran: Ran,
    pub(crate) took: Duration,
    pub(crate) requests: usize,
    pub(crate) writes: usize,
    /// The last request that was seen of it.
    pub(crate) last: String,
}

/// A store whose users can be killed, one at a time.
pub(crate) struct Victims {
    proxy: Proxy,
    current: Arc<Mutex<Current>>,
}

#[derive(Default)]
struct Current {
    child: Option<Child>,
    moment: Option<Moment>,
    requests: usize,
    writes: usize,
    last: String,
}

impl Victims {
    /// # Arguments
    /// `faults`: what becomes of the requests at which nobody is killed.
    pub(crate) fn start(
        store: SocketAddr,
        mut faults: impl FnMut(&Request) -> Fault + Send + 'static,
    ) -> Self {
        let current = Arc::<Mutex<Current>>::default();
        let seen = Arc::clone(&current);
        let proxy = Proxy::start(store, move |request| {
            let killed = seen.lock().unwrap().sees(request);
            killed.unwrap_or_else(|| faults(request))
        });
        Self { proxy, current }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.proxy.address()
    }

    /// Runs the program, which must have this store, until it ends or is killed.
    pub(crate) fn run(&self, program: &Program, args: &[&str], moment: Option<Moment>) -> Ended {
        let begun = Instant::now();
        *self.current.lock().unwrap() = Current {
            child: Some(program.command(args).spawn().unwrap()),
            moment,
            ..Current::default()
        };
        loop {
            std::thread::sleep(Duration::from_millis(1));
            let took = begun.elapsed();
            let mut current = self.current.lock().unwrap();
            if matches!(current.moment, Some(Moment::After(limit)) if took >= limit) {
                current.kill();
            }
            let child = current.child.as_mut().unwrap();
            if child.try_wait().unwrap().is_none() {
                if took > Duration::from_secs(300) {
                    current.kill();
                    panic!("{args:?} goes on after five minutes");
                }
                continue;
            }
            let child = current.child.take().unwrap();
            return Ended {
                ran: Ran::from(child.wait_with_output().unwrap()),
                took,
                requests: current.requests,
                writes: current.writes,
                last: std::mem::take(&mut current.last),
            };
        }
    }
}

impl Current {
    /// Counts a request; what becomes of it if this is when the process is killed.
    fn sees(&mut self, request: &Request) -> Option<Fault> {
        self.requests += 1;
        self.writes += usize::from(request.method == "PUT");
        self.last = kind(request);
        let arrives = match self.moment {
            Some(Moment::Request { number, arrives }) if self.requests == number => arrives,
            Some(Moment::Write { number, arrives }) if self.writes == number => arrives,
            _ => return None,
        };
        self.kill();
        self.last.push_str(match arrives {
            true => ", arrived",
            false => ", lost",
        });
        Some(match arrives {
            true => Fault::Lost,
            false => Fault::Dropped,
        })
    }

    fn kill(&mut self) {
        self.moment = None;
        if let Some(child) = &mut self.child {
            // It may have ended already.
            let _ = child.kill();
        }
    }
}

/// What a request is about, in words.
fn kind(request: &Request) -> String {
    let path = request.path.replace("%2F", "/");
    let what = match () {
        () if path.contains("list-type") => "listing",
        () if path.contains("/_tributary/refreshes/") => "ledger",
        () if path.contains("/_tributary/materialized/") && path.contains("/_delta_log/0") => {
            "commit of the view"
        }
        () if path.contains("/_tributary/materialized/") => "file of the view",
        () if path.contains("/_delta_log/0") => "commit",
        () if path.contains("/orders/") => "file",
        () => "something else",
    };
    format!("{} {what}", request.method)
}
