//! That a stopped query also leaves the processor, seen from outside the process.

use std::{fs, process::Child, time::Duration};

use super::support::{Process, cancel, connect, heavy, start};
use crate::cli::program::Program;

/// The processor time that a process took, in hundredths of a second.
fn ticks(child: &Child) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    // The name of the program, in parentheses, may contain spaces.
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<_> = fields.split_whitespace().collect();
    let field = |index: usize| fields[index].parse::<u64>().unwrap();
    field(11) + field(12)
}

#[tokio::test]
async fn item_18_a_cancelled_query_leaves_the_processor_within_a_second() {
    let program = Program::new();
    let server = Process::start(&program);
    let client = connect(&server.address).await;
    for (name, sql) in heavy() {
        let started = start(&client, &sql).await.unwrap();
        let before = ticks(&server.child);
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(ticks(&server.child) > before + 10, "{name} does not work");
        cancel(&client, &started.info).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let after = ticks(&server.child);
        tokio::time::sleep(Duration::from_millis(500)).await;
        let idle = ticks(&server.child) - after;
        println!("{name}: {idle} ticks in the half second that begins a second after it");
        assert!(idle <= 5, "{name}: {idle} ticks");
    }
}
