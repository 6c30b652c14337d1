use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ExitStatus},
    time::Duration,
};

use super::program::{Program, signal};

/// More rows than any of these tests can wait for.
const ENDLESS: &str = "select count(*) from generate_series(1, 1000000000000)";
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for a child that must end soon.
fn end_of(child: &mut Child) -> ExitStatus {
    let step = Duration::from_millis(20);
    for _ in 0..PATIENCE.as_millis() / step.as_millis() {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        std::thread::sleep(step);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("still running after {PATIENCE:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let program = Program::new();
    let sql = "select value as n from generate_series(1, 100000000)";
    for (format, first) in [("csv", "n\n"), ("json", "[{\"n\":1},{\"n\":2}")] {
        let mut child = program
            .command(&["sql", sql, "--format", format])
            .spawn()
            .unwrap();
        let mut start = vec![0; first.len()];
        child.stdout.take().unwrap().read_exact(&mut start).unwrap();
        assert_eq!(String::from_utf8(start).unwrap(), first);
        assert_eq!(end_of(&mut child).code(), Some(0), "{format}");
        let mut noise = String::new();
        child.stderr.unwrap().read_to_string(&mut noise).unwrap();
        assert_eq!(noise, "", "{format}");
    }
}

#[test]
fn a_long_table_is_cut_and_says_so() {
    let ran = Program::new().run(&["sql", "select value from generate_series(1, 100000000)"]);
    assert_eq!(ran.code, Some(0));
    insta::assert_snapshot!(ran.stderr, @"only the first 1000 rows are shown: use --format csv, json or parquet for all");
    assert!(ran.stdout.contains(" 1000 │") && !ran.stdout.contains(" 1001 │"));
}

#[test]
fn ctrl_c_ends_a_query() {
    let program = Program::new();
    let both = format!("select 'started' as word; {ENDLESS}");
    let mut child = program.command(&["sql", &both]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("started")));
    signal(&child, "INT");
    assert!(!end_of(&mut child).success());
}

/// Sorts texts of every row: a constant would not be sorted, but repeated afterwards.
const SORT: &str = "select max(n) as n from (\
    select n, filler, row_number() over (order by filler, n) as place \
    from (select value as n, repeat(cast(value % 10 as varchar), 30) as filler \
    from generate_series(1, 200000))) where place > 0 and filler <> ''";

#[test]
fn a_sort_that_finds_no_memory_spills() {
    let program = Program::new();
    let run = |sql: &str, memory: &str| {
        let limits = ["--memory", memory, "--threads", "2"];
        let ran = program.run(&[&["sql", sql, "--format", "csv"][..], &limits].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let spilled_rows = |memory: &str| {
        let explained = run(&format!("explain analyze {SORT}"), memory);
        let sort = explained.lines().find(|line| line.contains("SortExec"));
        let (_, rows) = sort.unwrap().split_once("spilled_rows=").unwrap();
        rows.trim_end_matches([']', '"']).to_owned()
    };
    // Both partitions keep a part of it for merging; with DataFusion's 10 MiB little is left.
    let little = "24MiB";
    assert_eq!(run(SORT, little), "n\n200000\n");
    assert_eq!(spilled_rows(little), "200.0 K");
    assert_eq!(spilled_rows("1GiB"), "0");
}

/// More touchpoints than fit, of customers that have conversions.
const ATTRIBUTION: &str = r"
    create view touches as
    select value % 5000 as customer_id, value as touch_id, repeat('x', 300) as filler,
        to_timestamp_seconds(value) as touched_at
    from generate_series(1, 300000);
    create view buys as
    select value % 5000 as customer_id, value as order_id, cast(1 as decimal(18, 2)) as total,
        to_timestamp_seconds(value * 60) as ordered_at
    from generate_series(1, 20000);
    select sum(credit), max(filler) from attribute(
        conversions => buys, touchpoints => touches, key => 'customer_id', value => 'total',
        conversion_id => 'order_id', conversion_time => 'ordered_at',
        touchpoint_id => 'touch_id', touchpoint_time => 'touched_at',
        lookback => interval '14 days', model => 'linear')";

#[test]
fn a_query_that_needs_more_memory_is_refused_with_the_reason() {
    let program = Program::new();
    let wide = |count| {
        format!("(select value as k, repeat('x', 300) as filler from generate_series(1, {count}))")
    };
    let list = format!(
        "select length(array_to_string(array_agg(filler), '')) from {}",
        wide(400_000)
    );
    let join = format!(
        "select count(*) from {0} as a join {0} as b on a.k = b.k where a.filler <> b.filler || 'x'",
        wide(200_000)
    );
    for sql in [&list, &join, ATTRIBUTION] {
        let refusal = program.refusal(&["sql", sql, "--memory", "16MiB"]);
        assert!(
            refusal.starts_with("error: Resources exhausted: "),
            "{refusal}"
        );
        assert!(refusal.contains("fair(pool_size: 16.0 MB)"), "{refusal}");
    }
}
