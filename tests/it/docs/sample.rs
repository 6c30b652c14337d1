//! The README of the sample against the contract and the planted cases, so that they cannot drift.

use tributary::sample::planted_cases;
use tributary::warehouse::contract::{Column, Kind, Presence, Table};

use super::pages::{keep_current, read, with_section};

const README: &str = "sample-data/README.md";

#[test]
fn the_readme_lists_the_contract_and_the_planted_cases() {
    let text = read(README).unwrap();
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
    let current = with_section(README, &text, "columns", &columns);
    let current = with_section(README, &current, "planted", &planted);
    keep_current(&[(README.to_owned(), current)]);
}

const PLANTED_HEAD: &str =
    "| situation | what follows | customers | orders |\n| --- | --- | --- | --- |\n";

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
