//! The README of the sample against the contract and the planted cases, so that they cannot drift.

use std::fs;
use std::path::Path;

use tributary::sample::planted_cases;
use tributary::warehouse::contract::{Column, Kind, Presence, Table};

#[test]
fn the_readme_lists_the_contract_and_the_planted_cases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let columns: String = Table::all().map(describe_table).collect();
    let planted: String = std::iter::once(PLANTED_HEAD.to_owned())
        .chain(planted_cases().iter().map(|case| {
            let orders = if case.orders.is_empty() {
                "–".to_owned()
            } else {
                case.orders.join(" ")
            };
            let customers = case.customers.join(" ");
            format!(
                "| {} | {} | {customers} | {orders} |\n",
                case.situation, case.outcome
            )
        }))
        .collect();
    let current = with_section(
        &with_section(&text, "columns", &columns),
        "planted",
        &planted,
    );
    let is_update = std::env::var("UPDATE").is_ok();
    if is_update {
        fs::write(&path, &current).unwrap();
    } else {
        assert!(
            text == current,
            "run the test with UPDATE=1 to rewrite sample-data/README.md"
        );
    }
}

const PLANTED_HEAD: &str =
    "| situation | what follows | customers | orders |\n| --- | --- | --- | --- |\n";

/// The text with what is between the marks of a section replaced.
fn with_section(text: &str, name: &str, section: &str) -> String {
    let (begin, end) = (
        format!("<!-- {name}: generated -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = text.split_once(&begin).expect("the README has the section");
    let (_, after) = rest.split_once(&end).expect("the section ends");
    format!("{before}{begin}\n{section}\n{end}{after}")
}

fn describe_table(table: &Table) -> String {
    let columns: String = table.columns.iter().map(describe_column).collect();
    format!(
        "### {}\n\n{}, known by {}.\n\n| column | unit | NULL | meaning |\n| --- | --- | --- | --- |\n{columns}\n",
        table.name,
        table.grain,
        table.key.join(", ")
    )
}

fn describe_column(column: &Column) -> String {
    let unit = match column.kind {
        Kind::Id => "id",
        Kind::Text => "text",
        Kind::Word => "word",
        Kind::Currency => "ISO 4217 code",
        Kind::Instant => "instant, µs UTC",
        Kind::Date => "calendar day",
        Kind::Money => "amount in the row's currency, 2 decimals",
        Kind::UnitPrice => "price in the order's currency, 4 decimals",
        Kind::Rate => "factor, 10 decimals",
        Kind::Quantity => "units",
        Kind::Integer => "number",
        Kind::Flag => "true or false",
    };
    let nullable = if column.presence == Presence::Required {
        "no"
    } else {
        "yes"
    };
    format!(
        "| {} | {unit} | {nullable} | {} |\n",
        column.name, column.meaning
    )
}
