use super::{example, imported, rows};
use crate::cli::program::Program;

const STORES: &str = "select id as store_id, \"Name\" as name, source_file, source_row from source";

/// A program with a mapping of one file in the folder `mine`, and a file to import.
fn with_mapping(file: &str, sql: &str) -> Program {
    let program = Program::new();
    program.file(&format!("mine/{file}"), sql);
    program.file("a.csv", "id,Name\ns-1,North\ns-2,South\n");
    program
}

#[test]
fn a_copy_of_a_shipped_mapping_is_changed() {
    let program = Program::new();
    let sql = std::fs::read_to_string(example("shopify/orders.sql")).unwrap();
    let by_id = sql.replace("\"Name\" as order_id", "\"Id\" as order_id");
    assert_ne!(sql, by_id);
    program.file("mine/orders.sql", &by_id);
    for file in ["order_lines.sql", "mapping.toml"] {
        let text = std::fs::read_to_string(example(&format!("shopify/{file}"))).unwrap();
        program.file(&format!("mine/{file}"), &text);
    }
    program.file("mine/README.md", "What we changed.");
    let file = example("shopify/example/orders_export.csv");
    insta::assert_snapshot!(imported(&program, &["orders", &file, "--mapping", "./mine/"]), @r"
    orders: 1 rows were quarantined, with the reasons, in system.quarantine
    orders: imported 3, unchanged 0, quarantined 1
    ");
    let sql = "select order_id, total from orders order by 1";
    assert_eq!(
        rows(&program, sql),
        ["6001001001,63.32", "6001001002,77.76", "6001001003,30.00"]
    );
    // The same file, all tables.
    let said = imported(&program, &["--mapping", "mine", &file]);
    assert!(
        said.starts_with("order_lines: imported 6, unchanged 0"),
        "{said}"
    );
}

#[test]
fn of_several_files_the_later_wins_and_each_has_its_own_rows() {
    let program = with_mapping("stores.sql", STORES);
    program.file(
        "b.jsonl",
        "{\"id\":\"s-2\",\"Name\":\"First\"}\n{\"Name\":\"nobody\"}\n\n",
    );
    let args = ["--mapping", "mine", "b.jsonl", "a.csv", "--threads", "2"];
    insta::assert_snapshot!(imported(&program, &args), @r"
    stores: 1 rows were replaced by a later row with the same key
    stores: 1 rows were quarantined, with the reasons, in system.quarantine
    stores: imported 2, unchanged 0, quarantined 1
    ");
    let sql = "select * from stores order by store_id";
    assert_eq!(
        program
            .output(&["sql", sql, "--format", "csv"])
            .lines()
            .nth(2),
        Some("s-2,South,")
    );
    let sql = "select right(file, 8), row_number, column_name, reason from system.quarantine";
    assert_eq!(
        rows(&program, sql),
        ["/b.jsonl,2,store_id,\"required, but missing\""]
    );
    // The other way round the other name stays.
    imported(
        &program,
        &["--mapping", "mine", "a.csv", "b.jsonl", "--again"],
    );
    let sql = "select name from stores where store_id = 's-2'";
    assert_eq!(rows(&program, sql), ["First"]);
}

#[test]
fn records_that_are_none_are_quarantined_with_their_place() {
    let program = with_mapping("stores.sql", STORES);
    program.file("c.csv", "id,Name\ns-3,West\ns-4\ns-5,East\n");
    imported(&program, &["--mapping", "mine", "a.csv", "c.csv"]);
    let sql = "select right(file, 6), row_number, column_name, reason from system.quarantine";
    assert_eq!(
        rows(&program, sql),
        ["/c.csv,2,,\"expected 2 fields, got 1 (line 3)\""]
    );
    assert_eq!(rows(&program, "select count(*) from stores"), ["4"]);
}

#[test]
fn a_mapping_reads_tables_of_the_warehouse_and_names_source_twice() {
    let program = with_mapping("stores.sql", STORES);
    imported(&program, &["--mapping", "mine", "a.csv"]);
    program.file(
        "more/products.sql",
        "select s.id as product_id, stores.name || '/' || t.\"Name\" as name, \
         s.source_file, s.source_row from source as s \
         join stores on stores.store_id = s.id join source as t on t.id = s.id",
    );
    imported(&program, &["--mapping", "more", "a.csv"]);
    assert_eq!(
        rows(&program, "select product_id, name from products order by 1"),
        ["s-1,North/North", "s-2,South/South"]
    );
}

#[test]
fn a_changed_statement_makes_known_files_new() {
    let program = with_mapping("stores.sql", STORES);
    let args = ["--mapping", "mine", "a.csv"];
    imported(&program, &args);
    program.file(
        "mine/stores.sql",
        &STORES.replace("\"Name\"", "upper(\"Name\")"),
    );
    let said = imported(&program, &args);
    assert_eq!(said, "stores: imported 2, unchanged 0, quarantined 0\n");
    assert_eq!(
        rows(&program, "select name from stores order by 1"),
        ["NORTH", "SOUTH"]
    );
}

#[test]
fn what_is_wrong_with_a_mapping_is_told_with_its_file() {
    for (file, sql, expected) in [
        ("stores.sql", "selec 1", &["mine/stores.sql", "selec"][..]),
        (
            "stores.sql",
            &STORES.replace("\"Name\"", "\"Title\""),
            &["mine/stores.sql", "Title", "Name"],
        ),
        (
            "stores.sql",
            "select id as store_id from source",
            &["mine/stores.sql", "source_file"],
        ),
        (
            "stores.sql",
            "select id as store_id, source_file, null as source_row from source",
            &["mine/stores.sql", "got NULL"],
        ),
        (
            "stores.sql",
            "select \"Name\" as name, source_file, source_row from source",
            &["mine/stores.sql", "required column store_id"],
        ),
        (
            "stores.sql",
            "drop table source",
            &["mine/stores.sql", "expected one SELECT"],
        ),
        (
            "stores.sql",
            &format!("{STORES}; {STORES}"),
            &["mine/stores.sql", "expected one SELECT"],
        ),
        (
            "shops.sql",
            STORES,
            &["mine/shops.sql", "stores", "got shops"],
        ),
        (
            "mapping.toml",
            "optional = []",
            &["mine/mapping.toml", "optional_columns"],
        ),
        (
            "notes.txt",
            "",
            &["expected files such as orders.sql in the folder mine"],
        ),
    ] {
        let program = with_mapping(file, sql);
        let refusal = program.refusal(&["import", "--mapping", "mine", "a.csv"]);
        for part in expected {
            assert!(refusal.contains(part), "{file}: {sql}\n{refusal}");
        }
        assert!(!program.path("warehouse/stores").exists(), "{file}: {sql}");
    }
}

#[test]
fn every_statement_is_planned_before_one_is_run() {
    let program = with_mapping(
        "agents.sql",
        "select id as agent_id, source_file, source_row from source",
    );
    program.file("mine/stores.sql", "select nonsense from source");
    let refusal = program.refusal(&["import", "--mapping", "mine", "a.csv"]);
    assert!(refusal.contains("mine/stores.sql"), "{refusal}");
    assert!(!program.path("warehouse/agents").exists());
}

#[test]
fn wrong_arguments_are_told() {
    let program = with_mapping("stores.sql", STORES);
    for (args, expected) in [
        (
            &["--mapping", "shopware", "a.csv"][..],
            "expected one of the mappings ga4, kustomer, segment, shopify, or a folder",
        ),
        (
            &["agents", "a.csv", "--mapping", "mine"],
            "one of stores, got agents",
        ),
        (&["--mapping", "mine", "absent.csv"], "absent.csv"),
    ] {
        let refusal = program.refusal(&[&["import"], args].concat());
        assert!(refusal.contains(expected), "{args:?}\n{refusal}");
    }
    for args in [
        &["--mapping", "mine", "a.csv", "--map", "a=b"][..],
        &["--mapping", "mine", "a.csv", "--deleted-when", "gone"],
    ] {
        let ran = program.run(&[&["import"], args].concat());
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert!(ran.stderr.contains("cannot be used with"), "{}", ran.stderr);
    }
}
