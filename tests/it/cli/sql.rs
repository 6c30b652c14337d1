use std::fs::File;

use datafusion::{
    arrow::{array::AsArray, datatypes::Int64Type},
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};

use super::program::Program;

const MIXED: &str = "select 1 as a, cast('10.50' as decimal(18, 2)) as money, null as nothing, \
                     'x,y' as words, [1, 2] as list, {'k': 'v'} as pair";

#[test]
fn a_table_is_for_people_and_needs_no_warehouse() {
    let program = Program::new();
    insta::assert_snapshot!(program.output(&["sql", MIXED]), @r#"
    ┌───┬───────┬─────────┬───────┬───────┬───────────┐
    │ a ┆ money ┆ nothing ┆ words ┆ list  ┆ pair      │
    ╞═══╪═══════╪═════════╪═══════╪═══════╪═══════════╡
    │ 1 ┆ 10.50 ┆ NULL    ┆ x,y   ┆ [1,2] ┆ {"k":"v"} │
    └───┴───────┴─────────┴───────┴───────┴───────────┘
    "#);
    assert!(!program.path("warehouse").exists());
}

#[test]
fn csv_has_a_header_and_null_is_an_empty_field() {
    let program = Program::new();
    let csv = |sql| program.output(&["sql", sql, "--format", "csv"]);
    insta::assert_snapshot!(csv(MIXED), @r#"
    a,money,nothing,words,list,pair
    1,10.50,,"x,y","[1,2]","{""k"":""v""}"
    "#);
    assert_eq!(csv("select 1 as a, 'x' as b where false"), "a,b\n");
    let instant =
        "select cast('2026-08-01T10:00:00Z' as timestamp) as at, date '2026-08-01' as day";
    assert_eq!(csv(instant), "at,day\n2026-08-01T10:00:00,2026-08-01\n");
}

#[test]
fn json_is_one_array_and_decimals_are_exact() {
    let program = Program::new();
    let json = |sql| program.output(&["sql", sql, "--format", "json"]);
    insta::assert_snapshot!(json(MIXED), @r#"[{"a":1,"money":10.50,"nothing":null,"words":"x,y","list":[1,2],"pair":{"k":"v"}}]"#);
    assert_eq!(json("select 1 as a where false"), "[]\n");
    let exact = "select cast('12345678901234567890.123456789' as decimal(38, 9)) as n";
    let text = json(exact);
    assert!(text.contains("12345678901234567890.123456789"), "{text}");
    let many = json("select value from generate_series(1, 20000)");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&many).unwrap();
    assert_eq!(rows.len(), 20_000);
}

#[test]
fn parquet_on_standard_output_can_be_read() {
    let program = Program::new();
    let sql = "select value as n from generate_series(1, 3)";
    let path = program.path("out.parquet");
    let status = program
        .command(&["sql", sql, "--format", "parquet"])
        .stdout(File::create(&path).unwrap())
        .status();
    assert!(status.unwrap().success());
    let file = File::open(&path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let batches: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let numbers = batches[0].column_by_name("n").unwrap();
    assert_eq!(numbers.as_primitive::<Int64Type>().values(), &[1, 2, 3]);
}

#[test]
fn statements_share_a_session_and_programs_read_the_last_result() {
    let program = Program::new();
    let sql = "select 'first' as word; create table t as select 7 as n; select n + 1 as n from t;";
    assert_eq!(program.output(&["sql", sql, "--format", "csv"]), "n\n8\n");
    let tables = program.output(&["sql", sql]);
    assert!(tables.contains("first") && tables.contains("8"), "{tables}");

    let set = "set tributary.timezone = 'Asia/Tokyo'; \
               select local_date(timestamp '2026-08-01T20:00:00Z') as day";
    assert_eq!(
        program.output(&["sql", set, "--format", "csv"]),
        "day\n2026-08-02\n"
    );
    let view = "create view twice parameters n varchar default 'x' as select n || n as word; \
                set tributary.param.public.n = 'ab'; select word from twice";
    assert_eq!(
        program.output(&["sql", view, "--format", "csv"]),
        "word\nabab\n"
    );
}

#[test]
fn statements_come_from_a_file_or_from_standard_input() {
    let program = Program::new();
    program.file("query.sql", "-- the answer\nselect 42 as n;\n");
    let csv = |file| ["sql", "-f", file, "--format", "csv"];
    assert_eq!(program.output(&csv("query.sql")), "n\n42\n");
    let piped = program.run_with_input(&csv("-"), "select 43 as n");
    assert_eq!((piped.code, piped.stdout.as_str()), (Some(0), "n\n43\n"));
    let refusal = program.refusal(&csv("absent.sql"));
    assert!(refusal.contains("absent.sql"), "{refusal}");
    for nothing in ["", " ; -- nothing\n"] {
        let ran = program.run_with_input(&csv("-"), nothing);
        assert_eq!(ran.code, Some(1));
        assert!(
            ran.stderr.contains("expected a statement, got none"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn errors_go_to_standard_error_and_name_the_place() {
    let program = Program::new();
    insta::assert_snapshot!(program.refusal(&["sql", "select 1 +"]), @"error: SQL error: ParserError(\"Expected: an expression, found: EOF\")");
    insta::assert_snapshot!(program.refusal(&["sql", "select no_such_column"]), @"error: Schema error: No field named no_such_column.");
    insta::assert_snapshot!(program.without_folder(&program.refusal(&["sql", "select * from orders"])), @"error: table orders is not in the warehouse file://FOLDER/warehouse/: import it with `tributary import orders FILE…`");
    insta::assert_snapshot!(program.refusal(&["sql", "select 1", "--warehouse", "ftp://x/y"]), @"error: warehouse: expected a URL with the scheme file, s3, s3a, gs, az, got ftp://");
    // At execution, after the header could have been written.
    let ran = program.run(&["sql", "select 1 / (value - 1) from generate_series(1, 1)"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
}

#[test]
fn the_environment_names_the_warehouse() {
    let program = Program::new();
    program.file("agents.csv", "agent_id,name\n1,Ada\n");
    program.output(&["import", "agents", "agents.csv", "--warehouse", "shop"]);
    let shop = program.path("shop");
    let program = Program::new().with_env("TRIBUTARY_WAREHOUSE", shop.to_str().unwrap());
    let csv = program.output(&["sql", "select name from agents", "--format", "csv"]);
    assert_eq!(csv, "name\nAda\n");
    let elsewhere = [
        "sql",
        "select name from agents",
        "--format",
        "csv",
        "--warehouse",
        "none",
    ];
    assert_eq!(program.output(&elsewhere), "name\n");
}

#[test]
fn a_folder_of_queries_adds_views() {
    let program = Program::new();
    program.file(
        "queries/mine/answer.sql",
        "-- Why?\ncreate view mine.answer as select 42 as n",
    );
    let csv = [
        "sql",
        "select n from mine.answer",
        "--format",
        "csv",
        "--queries",
        "queries",
    ];
    assert_eq!(program.output(&csv), "n\n42\n");
    program.file(
        "queries/mine/broken.sql",
        "create view mine.broken as selec 1",
    );
    let refusal = program.refusal(&csv);
    assert!(refusal.contains("queries/mine/broken.sql"), "{refusal}");
}
