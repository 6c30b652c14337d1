use super::program::Program;

#[test]
fn every_command_explains_itself() {
    let program = Program::new();
    for command in [
        "", "check", "demo", "import", "optimize", "password", "refresh", "report", "sample",
        "serve", "sql", "sql -h", "token",
    ] {
        let args: Vec<&str> = command.split_whitespace().collect();
        let args = match args.last() {
            Some(&"-h") => args,
            _ => [&args[..], &["--help"]].concat(),
        };
        let name = format!("help {command}").trim_end().replace(' ', "_");
        insta::assert_snapshot!(name, program.output(&args));
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_wrong() {
    let program = Program::new();
    for (args, expected) in [
        (&[][..], "Usage: tributary"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["sql"], "<SQL>"),
        (&["sql", "select 1", "-f", "x"], "cannot be used with"),
        (
            &["sql", "select 1", "--format", "xml"],
            "[possible values: table, csv, json, parquet]",
        ),
        (
            &["sql", "select 1", "--memory", "4GB"],
            "expected a size such as 512MiB or 4GiB, got 4GB",
        ),
        (&["sql", "select 1", "--threads", "0"], "--threads"),
        (&["report", "revenue", "--from", "2026-01-01"], "--to <DAY>"),
        (&["import", "orders"], "<FILE>..."),
        (
            &["optimize", "--retain", "soon"],
            "expected a time such as 7 days or 36h, got soon",
        ),
        (
            &["import", "orders", "x.csv", "--map", "total"],
            "expected TARGET=SOURCE, got total",
        ),
    ] {
        let ran = program.run(args);
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert_eq!(ran.stdout, "", "{args:?}");
        assert!(ran.stderr.contains(expected), "{args:?}\n{}", ran.stderr);
    }
}
