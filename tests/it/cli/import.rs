use super::program::{Program, Ran};

const ORDERS: &str = "order_id,customer_id,ordered_at,currency,total\n\
                      1,a,2026-08-01T10:00:00Z,EUR,10.50\n\
                      2,b,2026-08-02T10:00:00Z,EUR,7\n";
const WITH_BAD_ROW: &str = "order_id,customer_id,ordered_at,currency,total\n\
                            3,a,2026-08-03T10:00:00Z,EUR,1\n\
                            4,b,yesterday,EUR,7\n";
const COUNT: [&str; 4] = ["sql", "select count(*) as n from orders", "--format", "csv"];

fn last_line(ran: &Ran) -> &str {
    ran.stderr.lines().last().unwrap()
}

#[test]
fn an_import_counts_and_a_second_changes_nothing() {
    let program = Program::new();
    program.file("orders.csv", ORDERS);
    let import = ["import", "orders", "orders.csv"];
    let first = program.run(&import);
    assert_eq!((first.code, first.stdout.as_str()), (Some(0), ""));
    insta::assert_snapshot!(first.stderr, @"imported 2, unchanged 0, quarantined 0");
    insta::assert_snapshot!(program.run(&import).stderr, @r"
    1 of the files are unchanged since they were imported (--again reads them again)
    imported 0, unchanged 0, quarantined 0
    ");
    let again = program.run(&[&import[..], &["--again"]].concat());
    insta::assert_snapshot!(again.stderr, @"imported 0, unchanged 2, quarantined 0");
    let total = [
        "sql",
        "select sum(total) as total from orders",
        "--format",
        "csv",
    ];
    assert_eq!(program.output(&total), "total\n17.50\n");
}

#[test]
fn strict_tells_of_quarantined_rows_by_exit_code() {
    let program = Program::new();
    program.file("bad.csv", WITH_BAD_ROW);
    let lenient = program.run(&["import", "orders", "bad.csv"]);
    assert_eq!(lenient.code, Some(0));
    insta::assert_snapshot!(program.without_folder(&lenient.stderr), @r"
    1 rows were quarantined, with the reasons, in system.quarantine
    imported 1, unchanged 0, quarantined 1
    ");
    let strict = program.run(&["import", "orders", "bad.csv", "--strict"]);
    assert_eq!(strict.code, Some(3));
    assert_eq!(last_line(&strict), "imported 0, unchanged 1, quarantined 1");
    assert_eq!(program.output(&COUNT), "n\n1\n");
    let sql = "select row_number, column_name, value, reason from system.quarantine";
    assert_eq!(
        program.output(&["sql", sql, "--format", "csv"]),
        "row_number,column_name,value,reason\n\
         2,ordered_at,yesterday,not an instant such as 2026-08-01T09:30:00Z\n"
    );
}

#[test]
fn small_files_become_one() {
    let program = Program::new();
    for (name, rows) in [
        ("a.csv", ORDERS.to_owned()),
        ("b.csv", ORDERS.replace("\n1,", "\n5,")),
    ] {
        program.file(name, &rows);
        program.run(&["import", "orders", name]);
    }
    let ran = program.run(&["optimize", "orders"]);
    assert_eq!(last_line(&ran), "orders: 2 files became 1, 0 deleted");
    let ran = program.run(&["optimize"]);
    assert_eq!(last_line(&ran), "orders: 0 files became 0, 0 deleted");
    assert_eq!(program.output(&COUNT), "n\n3\n");
    for (args, expected) in [
        (["optimize", "orders", "--retain", "1h"], "7 days or more"),
        (
            ["optimize", "agents", "--retain", "7d"],
            "of which there is nothing in",
        ),
    ] {
        let refusal = program.refusal(&args);
        assert!(refusal.contains(expected), "{args:?}\n{refusal}");
    }
}

#[test]
fn optimize_deletes_what_refreshes_have_replaced() {
    let program = Program::new().with_env("TRIBUTARY_WAREHOUSE", "warehouse");
    program.file("orders.csv", ORDERS);
    program.run(&["import", "orders", "orders.csv"]);
    program.output(&[
        "sql",
        "create materialized view mine.sales partitioned by (local_date(ordered_at) as day) \
         as select order_id, ordered_at, total from orders",
    ]);
    for _ in 0..2 {
        program.run(&["refresh", "mine.sales", "--full"]);
    }
    let days = program.path("warehouse/_tributary/materialized/mine/sales");
    let files = || {
        let days = days.read_dir().unwrap().map(|day| day.unwrap());
        let days = days.filter(|day| day.file_name() != "_delta_log");
        days.map(|day| day.path().read_dir().unwrap().count())
            .sum::<usize>()
    };
    assert_eq!(files(), 4);
    let ran = program.run(&["optimize", "mine.sales", "--retain", "0h", "--force"]);
    assert_eq!(last_line(&ran), "mine.sales: 0 files became 0, 2 deleted");
    assert_eq!(files(), 2);
    let sql = "select count(*) as n from mine.sales";
    assert_eq!(program.output(&["sql", sql, "--format", "csv"]), "n\n2\n");
    let plan = program.output(&["sql", &format!("explain {sql}")]);
    assert!(plan.contains(" stored at "), "{plan}");
}

#[test]
fn a_dry_run_counts_and_changes_nothing() {
    let program = Program::new();
    program.file("orders.csv", ORDERS);
    let ran = program.run(&["import", "orders", "orders.csv", "--dry-run"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(
        last_line(&ran),
        "would import 2, unchanged 0, quarantined 0"
    );
    assert!(!program.path("warehouse").exists());
}

#[test]
fn columns_under_another_name_are_mapped() {
    let program = Program::new();
    program.file(
        "export.csv",
        "id,Customer,created,currency,amount\n9,a,2026-08-01,EUR,3\n",
    );
    let map = "order_id=id,customer_id=Customer,ordered_at=created,total=amount";
    let ran = program.run(&["import", "orders", "export.csv", "--map", map]);
    assert_eq!(
        last_line(&ran),
        "imported 1, unchanged 0, quarantined 0",
        "{}",
        ran.stderr
    );
    assert_eq!(program.output(&COUNT), "n\n1\n");
}

#[test]
fn an_import_that_cannot_start_is_an_error() {
    let program = Program::new();
    program.file("agents.csv", "name\nAda\n");
    for (args, expected) in [
        (["import", "agents", "agents.csv"], "agent_id"),
        (["import", "agents", "absent.csv"], "absent.csv"),
        (["import", "nonsense", "agents.csv"], "nonsense"),
    ] {
        let refusal = program.refusal(&args);
        assert!(refusal.contains(expected), "{args:?}\n{refusal}");
    }
    assert!(!program.path("warehouse").exists());
}
