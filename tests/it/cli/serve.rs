use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr},
};

use super::program::{Program, signal};

/// A running server, ended with the test.
struct Server {
    child: Child,
    /// What it said before it listened.
    noted: Vec<String>,
    messages: Lines<BufReader<ChildStderr>>,
    url: String,
}

impl Server {
    fn start(program: &Program, command: &[&str]) -> Self {
        let args = [command, &["--listen", "127.0.0.1:0"]].concat();
        let mut child = program.command(&args).spawn().unwrap();
        let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut noted = Vec::new();
        let serving = messages
            .by_ref()
            .map(Result::unwrap)
            .find(|line| {
                noted.push(line.clone());
                line.starts_with("serving ")
            })
            .expect("a server says where it listens");
        let url = serving.split(" on ").nth(1).unwrap();
        let url = url.split(' ').next().unwrap().to_owned();
        Self {
            child,
            noted,
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

#[test]
fn a_query_file_that_cannot_be_planned_stops_the_server_before_it_listens() {
    for (file, sql, expected) in [
        (
            "unknown_column.sql",
            "-- Who?\n-- Grain: one agent.\ncreate view shop.unknown_column as\nselect\n    agent_id,\n    nonsense\nfrom agents",
            &["line 6, column 5", "view shop.unknown_column", "nonsense"][..],
        ),
        (
            "unknown_function.sql",
            "create view shop.unknown_function as\nselect nofunction(agent_id) from agents",
            &["line 2, column 8", "Invalid function 'nofunction'"],
        ),
        (
            "types.sql",
            "create view shop.types as\nselect name\nfrom agents where valid_from + true",
            &["view shop.types"],
        ),
        (
            "unknown_view.sql",
            "create view shop.unknown_view as\nselect 1 as n from shop.nowhere",
            &["line 2, column 20", "shop.nowhere"],
        ),
        (
            "metrics.sql",
            "create metric view shop.metrics\nfacts agents as a time a.valid_from\n\
             dimensions agent = { a: a.agent_id }\nmeasures\n    agents = count(a.nonsense) on a",
            &[
                "line 5, column 20",
                "metric view shop.metrics: agents",
                "nonsense",
            ],
        ),
        (
            "syntax.sql",
            "create view shop.syntax as\nselect (1 as n",
            &["Line: 2"],
        ),
    ] {
        let program = Program::new();
        program.file(&format!("own/shop/{file}"), sql);
        let refusal = program.refusal(&["serve", "--queries", "own", "--listen", "127.0.0.1:0"]);
        assert!(!refusal.contains("serving "), "{refusal}");
        let file = format!("query file own/shop/{file}");
        for part in [&[file.as_str()], expected].concat() {
            assert!(refusal.contains(part), "{part} in {refusal}");
        }
    }
}

#[test]
fn a_query_file_that_breaks_a_shipped_view_is_named_beside_it() {
    let program = Program::new();
    program.file(
        "own/base/merged_customers.sql",
        "create view base.merged_customers as select customer_id, merged_into from customers",
    );
    program.file(
        "orders.csv",
        "order_id,customer_id,ordered_at,currency,total\n1,a,2026-08-01T10:00:00Z,EUR,10.50\n",
    );
    program.output(&["import", "orders", "orders.csv"]);
    let refusal = program.refusal(&["serve", "--queries", "own", "--listen", "127.0.0.1:0"]);
    for part in [
        "shipped query file base/restated_orders.sql, line ",
        "which reads base.merged_customers of query file own/base/merged_customers.sql",
        "canonical_id",
    ] {
        assert!(refusal.contains(part), "{part} in {refusal}");
    }
}

#[test]
fn a_query_file_whose_tables_are_missing_waits_for_them() {
    let program = Program::new();
    program.file(
        "own/shop/big.sql",
        "create view shop.big as select order_id, nonsense from orders join visits on true",
    );
    program.file(
        "own/shop/fine.sql",
        "create view shop.fine as select 1 as n",
    );
    // What a metric view measures has no grain before somebody reads it.
    program.file(
        "own/shop/agents.sql",
        "create metric view shop.agents facts agents as a time a.valid_from
         dimensions agent = { a: a.agent_id } measures agents = count(*) on a",
    );
    program.file(
        "own/shop/passed.sql",
        "create view shop.passed as select * from shop.agents",
    );
    // Nor does a table that is broken say anything of the views over it.
    program.file("warehouse/messages/a.parquet", "no Parquet");
    program.file(
        "own/shop/heard.sql",
        "create view shop.heard as select nonsense from messages",
    );
    let mut server = Server::start(&program, &["serve", "--queries", "own"]);
    let noted = server.noted.join("\n");
    let expected = "query file own/shop/big.sql: view shop.big is not available: missing tables: orders, visits";
    assert!(noted.contains(expected), "{noted}");
    let expected = "query file own/shop/heard.sql: view shop.heard is not available: ";
    assert!(noted.contains(expected), "{noted}");
    let status =
        "select view_name, status from system.reports where schema = 'shop' order by view_name";
    let listed = program.output(&["sql", status, "--server", &server.url, "--format", "csv"]);
    assert_eq!(
        listed,
        "view_name,status\nagents,available\nbig,missing_tables\nfine,available\n\
         heard,available\npassed,available\n"
    );
    signal(&server.child, "TERM");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
