use std::{
    fs::File,
    process::Child,
    time::{Duration, Instant},
};

use crate::cli::program::Program;

/// A running server, ended with the test.
pub(crate) struct Serving {
    child: Child,
}

impl Serving {
    /// Starts a server, and waits until it listens.
    ///
    /// # Arguments
    /// `log`: the file for what it says.
    ///
    /// # Errors
    /// What it said, if it ended instead.
    pub(crate) fn start(program: &Program, args: &[&str], log: &str) -> Result<Self, String> {
        let log = program.path(log);
        let file = File::create(&log).unwrap();
        let child = program.command(args).stderr(file).spawn().unwrap();
        let mut serving = Self { child };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(120) {
            let said = std::fs::read_to_string(&log).unwrap();
            if said.lines().any(|line| line.starts_with("serving ")) {
                return Ok(serving);
            }
            if serving.child.try_wait().unwrap().is_some() {
                return Err(said);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("a server neither listens nor ends");
    }
}

impl Drop for Serving {
    /// Kills it by SIGKILL.
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    free.local_addr().unwrap().port()
}
