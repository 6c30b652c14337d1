use std::{path::Path, process::Command};

use crate::{cli::program::Program, python};

/// A sample shop of the built program, refreshed by it.
fn sample() -> Program {
    let program = Program::new();
    program.run(&["sample", "--out", "shop", "--scale", "0.02"]);
    program
}

#[test]
fn polars_and_duckdb_read_what_is_stored() {
    let program = sample();
    let view = "revenue.attributed_orders";
    let line = program.output(&["--warehouse", "shop", "refresh", view]);
    assert!(
        line.starts_with("revenue.attributed_orders: all days, "),
        "{line}"
    );
    assert!(line.trim_end().ends_with(" rows, version 0"), "{line}");
    let computed = "set tributary.max_staleness = '0 seconds';
                    select * from revenue.attributed_orders";
    let command = program
        .command(&[
            "--warehouse",
            "shop",
            "sql",
            computed,
            "--format",
            "parquet",
        ])
        .output()
        .unwrap();
    assert!(command.status.success());
    let answer = program.path("answer.parquet");
    std::fs::write(&answer, command.stdout).unwrap();

    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/delta");
    let environment = python::environment("delta", &tests.join("requirements.txt"));
    let table = "shop/_tributary/materialized/revenue/attributed_orders";
    python::run(
        Command::new(environment)
            .args(["-m", "unittest", "test_stored_view"])
            .current_dir(&tests)
            .env("TRIBUTARY_TEST_TABLE", program.path(table))
            .env("TRIBUTARY_TEST_ANSWER", &answer)
            .env("PYTHONDONTWRITEBYTECODE", "1"),
        "the message is that of the test in tests/delta",
    );
}

#[test]
fn the_program_refreshes_what_it_is_asked_for() {
    let program = sample();
    let refresh = |args: &[&str]| {
        let mut all = vec!["--warehouse", "shop", "refresh"];
        all.extend(args);
        program.run(&all)
    };
    let all = refresh(&[]);
    assert_eq!(all.code, Some(0), "{}", all.stderr);
    let shipped = tributary::query::definitions::Definitions::shipped().unwrap();
    assert_eq!(all.stdout.lines().count(), shipped.materialized().count());
    let days = ["--from", "2026-01-01", "--to", "2026-01-31"];
    let some = refresh(&[&["revenue.attributed_orders"], &days[..]].concat());
    assert!(some.stdout.contains(": 31 days, "), "{some:?}");
    assert!(some.stdout.trim_end().ends_with("version 1"), "{some:?}");
    for (args, expected) in [
        (&["revenue.overview"][..], "got the view revenue.overview"),
        (&["revenue.none"], "no materialized view revenue.none"),
        (
            &["--from", "2026-02-01", "--to", "2026-01-01"],
            "not before --from",
        ),
        (&["a.b.c"], "expected [SCHEMA.]VIEW, got a.b.c"),
    ] {
        let refused = refresh(args);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
    }
    assert_eq!(refresh(&["--full", "--from", "2026-01-01"]).code, Some(2));
    let own = Program::new();
    let nowhere = own.run(&["refresh"]);
    assert!(nowhere.stderr.contains("nothing to refresh"), "{nowhere:?}");
}

/// Killed at whatever instant, it leaves the old rows or the new ones.
#[test]
fn a_refresh_that_is_killed_leaves_the_old_rows_or_the_new() {
    let program = sample();
    let sql = |statement: &str| {
        program.output(&["--warehouse", "shop", "sql", statement, "--format", "csv"])
    };
    let view = "create materialized view mine.late partitioned by (date) as
                select local_date(ordered_at) as date, order_id, VALUE as value from orders";
    sql(&view.replace("VALUE", "1"));
    program.output(&["--warehouse", "shop", "refresh", "mine.late"]);
    let read = "set tributary.max_staleness = '1 day';
                select value, count(*) as n from mine.late group by value";
    let old = sql(read);
    for wait in [0, 40, 80, 120, 160, 200, 300, 400, 600] {
        let mut child = program
            .command(&["--warehouse", "shop", "refresh", "mine.late", "--full"])
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(sql(read), old, "killed after {wait} ms");
        let explained = sql(&format!("explain {}", "select * from mine.late"));
        assert!(explained.contains("stored at"), "{explained}");
    }
    let done = program.output(&["--warehouse", "shop", "refresh", "mine.late", "--full"]);
    assert!(done.contains("mine.late: all days"), "{done}");
}
