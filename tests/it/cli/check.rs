use super::program::{Program, Ran};

const AGENTS: &str = "agent_id,name\n1,Ada\n";

fn with_agents() -> Program {
    let program = Program::new();
    program.file("agents.csv", AGENTS);
    program.output(&["import", "agents", "agents.csv"]);
    program
}

fn shown(program: &Program, ran: &Ran) -> String {
    let text = format!(
        "exit code {}\n{}{}",
        ran.code.unwrap(),
        ran.stdout,
        ran.stderr
    );
    program.without_folder(&text)
}

#[test]
fn what_is_fine_is_fine() {
    let program = with_agents();
    program.file("tributary.toml", "[server]\ndrain = \"5s\"\n");
    let ran = program.run(&["check"]);
    insta::assert_snapshot!(shown(&program, &ran), @r"
    exit code 0
    configuration: fine
    warehouse: fine
    reports: fine
    policies: fine
    errors: 0, warnings: 0
    ");
}

#[test]
fn faults_of_form_end_the_check() {
    let program = Program::new();
    program.file(
        "tributary.toml",
        "memory = \"4GB\"\n[server]\nlistn = \"127.0.0.1:1\"\n[security]\nsigning_key = 12345\n",
    );
    let ran = program.run(&["check", "--set", "server.drain=soon"]);
    insta::assert_snapshot!(shown(&program, &ran), @r#"
    exit code 1
    configuration:
      error: tributary.toml, line 1, column 1: memory: expected a size such as 512MiB or 4GiB, got "4GB"
      error: tributary.toml, line 3, column 1: server.listn: expected the key listen, got an unknown key
      error: tributary.toml, line 5, column 1: security.signing_key: expected text, got a whole number
      error: --set server.drain: server.drain: expected a duration such as 10s, 5m or 12h, got "soon"
    errors: 4, warnings: 0
    "#);
    // Other commands refuse with the same words.
    let refusal = program.refusal(&["sql", "select 1"]);
    assert!(
        refusal.contains("the configuration has 3 faults"),
        "{refusal}"
    );
    assert!(
        refusal.contains("server.listn: expected the key listen"),
        "{refusal}"
    );
}

const WRONG: &str = r#"
[session]
timezone = "Berlin"
currency = "euro"
parameters = { lookback = "7 days" }

[server]
listen = "0.0.0.0:50051"
monitor = "127.0.0.1:50051"
refresh_lease = "0s"

[server.tls]
certificate = "no.crt"
key = "agents.csv"

[server.limits]
running = 2
running_per_user = 3
memory_share = 1.5
statement_timeout = "0s"

[security]
signing_key = "too short"

[[security.users]]
name = "ada"
password = "plain text"
roles = ["analist"]

[[security.users]]
name = "ada"
password = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZKNFOM4bHYgRVMjIKjGfHeJrGSkTbVx6uUyJKmWAhvw"
roles = ["analyst"]

[[security.tokens]]
name = "job"
sha256 = "abc"
roles = []
expires_at = 2020-01-01T00:00:00Z

[[security.issuers]]
issuer = "https://login.example.com/"
audience = "tributary"

[[security.issuers]]
issuer = "https://other.example.com/"
audience = "tributary"
keys = "http://other.example.com/keys"

[security.roles.analyst]
administrator = true
read = ["not a pattern"]

[[security.roles.analyst.masks]]
column = ""
value = "NULL"
"#;

#[test]
fn values_that_make_no_sense_are_told_with_their_places() {
    let program = with_agents();
    program.file("tributary.toml", WRONG);
    let ran = program.run(&["check"]);
    insta::assert_snapshot!("values_that_make_no_sense", shown(&program, &ran));
    assert!(!ran.stdout.contains("plain text"));
    assert!(!ran.stdout.contains("too short"));

    // A server does not start with what a check refuses; a query needs none of it.
    let refusal = program.refusal(&["serve"]);
    assert!(refusal.contains("the configuration has "), "{refusal}");
    assert!(
        refusal.contains("server.limits.memory_share: expected"),
        "{refusal}"
    );
    let limits = ["sql", "select 1", "--config", "limits.toml"];
    program.file("limits.toml", "[server.limits]\nmemory_share = 2\n");
    program.output(&limits);
}

#[test]
fn every_broken_query_file_is_told() {
    let program = with_agents();
    program.file("tributary.toml", "queries = \"own\"\n");
    program.file(
        "own/shop/syntax.sql",
        "create view shop.syntax as\nselect (1 as n",
    );
    program.file("own/shop/two.sql", "select 1");
    let ran = program.run(&["check"]);
    insta::assert_snapshot!("files_that_are_no_view", shown(&program, &ran));

    std::fs::remove_file(program.path("own/shop/syntax.sql")).unwrap();
    std::fs::remove_file(program.path("own/shop/two.sql")).unwrap();
    let view = |name: &str, query: &str| {
        program.file(
            &format!("own/shop/{name}.sql"),
            &format!("create view shop.{name} as\n{query}"),
        );
    };
    view("column", "select nothing\nfrom agents");
    view("reader", "select * from shop.column");
    view("function", "select nothing(name) as n from agents");
    view("waiting", "select order_id from orders");
    view("fine", "select name from agents");
    let ran = program.run(&["check"]);
    insta::assert_snapshot!("views_that_cannot_be_planned", shown(&program, &ran));
}

#[test]
fn a_table_that_breaks_the_contract_is_an_error() {
    let program = Program::new();
    program.file("warehouse/orders/part.parquet", "no Parquet");
    let ran = program.run(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout
            .contains("error: orders: expected a table that can be read, got "),
        "{ran:?}"
    );
}

#[test]
fn warnings_fail_a_strict_check() {
    let program = Program::new().with_env("TRIBUTARY_SERVER_LIMIT_RUNNING", "8");
    std::fs::create_dir(program.path("warehouse")).unwrap();
    let ran = program.run(&["check"]);
    insta::assert_snapshot!("warnings", shown(&program, &ran));
    assert_eq!(program.run(&["check", "--strict"]).code, Some(1));
}

#[test]
fn the_sources_of_values_are_printed_without_secrets() {
    let key = "0123456789abcdef0123456789abcdef";
    let program = with_agents().with_env("TRIBUTARY_SERVER_DRAIN", "7s");
    program.file(
        "warehouse/_tributary/warehouse.toml",
        "currency = \"EUR\"\ntimezone = \"UTC\"\n",
    );
    program.file(
        "own.toml",
        &format!("[session]\ntimezone = \"Europe/Berlin\"\n[security]\nsigning_key = \"{key}\"\n"),
    );
    let args = [
        "check",
        "--config",
        "own.toml",
        "--threads",
        "2",
        "--verbose",
    ];
    let text = program.output(&args);
    for line in [
        "threads = 2  # --threads",
        "server.drain = \"7s\"  # TRIBUTARY_SERVER_DRAIN",
        "session.timezone = \"Europe/Berlin\"  # own.toml, line 2, column 1",
        "session.currency = \"EUR\"  # warehouse.toml of the warehouse",
        "security.signing_key = \"(secret)\"  # own.toml, line 4, column 1",
        "server.limits.queued = 100  # built-in",
    ] {
        assert!(text.lines().any(|it| it == line), "{line}\n{text}");
    }
    let json = program.output(&[&args[..], &["--format", "json"]].concat());
    for text in [&text, &json] {
        assert!(!text.contains(key), "{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["errors"], 0);
    assert!(json["sources"].as_array().unwrap().len() > 10);

    // What sessions begin with is what is said here.
    let args = [
        "sql",
        "show tributary.timezone; show tributary.currency",
        "--config",
        "own.toml",
    ];
    let shown = program.output(&args);
    assert!(
        shown.contains("Europe/Berlin") && shown.contains("EUR"),
        "{shown}"
    );
    let reset = "set tributary.timezone = 'UTC'; reset tributary.timezone; show tributary.timezone";
    let shown = program.output(&["sql", reset, "--config", "own.toml", "--format", "csv"]);
    assert!(shown.contains("Europe/Berlin"), "{shown}");
}

#[test]
fn parameters_are_those_of_views() {
    let program = with_agents();
    let refusal = program.refusal(&[
        "sql",
        "select 1",
        "--set",
        "session.parameters.revenue.no=1",
    ]);
    assert!(
        refusal.contains("session.parameters.\"revenue.no\""),
        "{refusal}"
    );
    assert!(
        refusal.contains("there is no parameter revenue.no"),
        "{refusal}"
    );
}

#[test]
fn policies_that_fit_no_table_are_told_with_their_role() {
    let program = with_agents();
    program.file(
        "tributary.toml",
        "[security.roles.team]\nread = [\"agents\"]\n\
         rows = [{ on = [\"agents\"], filter = \"name + 1 = nothing(agent_id)\" }]\n\
         [security.roles.idle]\n\
         [security.roles.reader]\nread = [\"*\"]\n",
    );
    let ran = program.run(&["check"]);
    insta::assert_snapshot!("policies", shown(&program, &ran));
}
