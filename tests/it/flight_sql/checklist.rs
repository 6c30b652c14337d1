//! What a Flight SQL server must do for real clients, and that each item has its test.
//!
//! A test is named after the items that it proves: `item_09_10_…` in Rust, `test_09_10_…` in
//! Python, `"09 10 …"` in JavaScript. So there is no list of tests to keep; only the items are
//! listed here.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

const ITEMS: [(u8, &str); 33] = [
    (
        1,
        "a handshake with a password or a token, also where no login is needed",
    ),
    (2, "server information for every id, none for unknown ids"),
    (
        3,
        "catalogs, schemas and tables: any, none, patterns, odd names",
    ),
    (4, "table types in both lists, as an exact filter"),
    (5, "tables are listed without being opened"),
    (6, "columns with type name, size and remarks"),
    (7, "one schema when prepared, announced and sent"),
    (8, "empty results with columns"),
    (9, "parameters of every form and type"),
    (10, "handles that any replica can answer, again and again"),
    (11, "one endpoint without a location, rows in order"),
    (12, "messages below 4 MiB"),
    (13, "no compression that nobody asked for"),
    (14, "errors with the right code and a short text"),
    (15, "nothing is changed, and refused when prepared"),
    (16, "every listed action, and no other"),
    (17, "GetSchema"),
    (
        18,
        "a query that is cancelled, late or left alone ends, and others go on meanwhile",
    ),
    (19, "idle connections stay alive"),
    (20, "TLS with private certificates"),
    (21, "catalog and schema by header, as by session option"),
    (22, "Superset's URL"),
    (23, "Superset's time grains"),
    (24, "SQL as Superset prints it again"),
    (25, "the shapes of Superset's queries"),
    (26, "what each type becomes in each client"),
    (27, "Superset from an empty machine"),
    (28, "server information in the types that JDBC casts to"),
    (29, "metadata in exact types, also beside a broken table"),
    (30, "a query is never prepared with no columns"),
    (31, "keys and types: empty answers with exact schemas"),
    (32, "the SQL of drivers"),
    (33, "times in UTC, and no type that drivers do not know"),
];

/// Where tests of the server as a whole are.
const FOLDERS: [&str; 6] = [
    "src/flight_sql",
    "tests/it/flight_sql",
    "tests/it/security",
    "tests/it/pressure",
    "tests/clients",
    "clients/superset-tributary/tests",
];

#[test]
fn every_item_has_a_test() {
    let mut tests: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
    for folder in FOLDERS {
        find(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut tests,
        );
    }
    let unknown: Vec<_> = tests
        .iter()
        .filter(|(item, _)| ITEMS.iter().all(|(known, _)| known != *item))
        .collect();
    assert!(unknown.is_empty(), "no item of the checklist: {unknown:?}");
    for (item, meaning) in ITEMS {
        assert!(
            tests.contains_key(&item),
            "no test is named after item {item}: {meaning}"
        );
    }
    let numbers = ITEMS.map(|(item, _)| item);
    assert!(numbers.is_sorted() && numbers == std::array::from_fn(|idx| idx as u8 + 1));
}

fn find(path: &Path, tests: &mut BTreeMap<u8, BTreeSet<String>>) {
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find(&path, tests);
            continue;
        }
        let begins = match path.extension().and_then(|it| it.to_str()) {
            Some("rs") => "fn item_",
            Some("py") => "def test_",
            Some("js") => "test(\"",
            _ => continue,
        };
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some((_, name)) = line.split_once(begins) {
                for item in items(name) {
                    tests.entry(item).or_default().insert(name.to_owned());
                }
            }
        }
    }
}

/// The numbers that a name begins with.
fn items(name: &str) -> impl Iterator<Item = u8> {
    let words = name.split(['_', ' ']);
    words.map_while(|word| match word.len() {
        2 => word.parse().ok(),
        _ => None,
    })
}

#[test]
fn names_begin_with_their_items() {
    let of = |name| items(name).collect::<Vec<_>>();
    assert_eq!(of("09_10_parameters(self):"), [9, 10]);
    assert_eq!(of("12 13 a large result\", async"), [12, 13]);
    assert!(of("a_query_12").is_empty());
}
