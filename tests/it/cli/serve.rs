use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr},
};

use super::program::{Program, signal};

/// A running server, ended with the test.
struct Server {
    child: Child,
    messages: Lines<BufReader<ChildStderr>>,
    url: String,
}

impl Server {
    fn start(program: &Program, command: &[&str]) -> Self {
        let args = [command, &["--listen", "127.0.0.1:0"]].concat();
        let mut child = program.command(&args).spawn().unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        let serving = messages
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.starts_with("serving "))
            .expect("a server says where it listens");
        let url = serving.split(" on ").nth(1).unwrap();
        let url = url.split(' ').next().unwrap().to_owned();
        Self {
            child,
            messages,
            url,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, as it should.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_answers_as_the_program_does_and_drains_on_sigterm() {
    let program = Program::new();
    program.file("agents.csv", "agent_id,name\n1,Ada\n2,\n");
    program.output(&["import", "agents", "agents.csv"]);
    let mut server = Server::start(&program, &["serve"]);
    assert!(
        server.url.starts_with("grpc://127.0.0.1:"),
        "{}",
        server.url
    );

    let query =
        |sql, format| program.output(&["sql", sql, "--server", &server.url, "--format", format]);
    let names = "select agent_id, name from agents order by agent_id";
    assert_eq!(query(names, "csv"), "agent_id,name\n1,Ada\n2,\n");
    assert_eq!(
        query("select cast(1 as decimal(9, 2)) as n", "json"),
        "[{\"n\":1.00}]\n"
    );
    assert_eq!(query("select 1 as n where false", "csv"), "n\n");

    // New data is seen without a restart.
    program.file("more.csv", "agent_id,name\n3,Grace\n");
    program.output(&["import", "agents", "more.csv"]);
    assert_eq!(query("select count(*) as n from agents", "csv"), "n\n3\n");

    for (sql, expected) in [
        ("select nothing from agents", "nothing"),
        ("create table t as select 1 as n", "is not allowed"),
        (
            "select 1; select 2",
            "expected one statement with --server, got 2",
        ),
    ] {
        let refusal = program.refusal(&["sql", sql, "--server", &server.url]);
        assert!(refusal.contains(expected), "{sql}\n{refusal}");
    }

    signal(&server.child, "TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let rest: Vec<String> = server.messages.by_ref().map(Result::unwrap).collect();
    assert_eq!(rest.last().map(String::as_str), Some("stopped"));

    let refusal = program.refusal(&["sql", "select 1", "--server", &server.url]);
    assert!(refusal.contains("cannot be reached"), "{refusal}");
}

#[test]
fn an_address_in_use_is_an_error_that_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refusal = Program::new().refusal(&["serve", "--listen", &address]);
    assert!(
        refusal.contains(&format!("cannot listen on {address}")),
        "{refusal}"
    );
}
