//! Environment variables as a layer of the configuration.
//!
//! A key's variable is its path in capitals, with `_` for each dot. The list of variables comes
//! from the list of keys, so that underscores within names are no riddle. `NAME_FILE` names a file
//! that holds the value, as containers are given secrets.

use std::collections::BTreeMap;

use super::{
    finding::{Finding, nearest},
    flags::CONFIG,
    key::{LISTEN, PREFIX, keys},
    node::{Node, Origin, Path, Value},
    shape::Shape,
    text,
};

const FILE: &str = "_FILE";
/// Begins what tests tell each other, also with the program between them.
const TEST: &str = "TRIBUTARY_TEST_";
/// How the command line logs in at another server; no part of a server's configuration.
const OF_CLIENTS: [&str; 3] = ["TRIBUTARY_USER", "TRIBUTARY_PASSWORD", "TRIBUTARY_TOKEN"];

/// Reads the variables of ours; an empty one is as good as none.
///
/// # Returns
/// The layer, and what is wrong: an error for a value that cannot be read, a warning for a name
/// that is no variable.
pub(super) fn layer(variables: &BTreeMap<String, String>) -> (Node, Vec<Finding>) {
    let mut layer = Node {
        value: Value::Table(BTreeMap::new()),
        origin: Origin::Variable("environment".to_owned()),
    };
    let mut findings = Vec::new();
    let known = known();
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    let ours = variables
        .iter()
        .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty() && *name != CONFIG)
        .filter(|(name, _)| !OF_CLIENTS.contains(&name.as_str()));
    for (name, value) in ours {
        let Some((path, is_file)) = find(&known, name) else {
            if !name.starts_with(TEST) && !is_of_kubernetes(name, value) {
                findings.push(unknown(&known, name));
            }
            continue;
        };
        if let Some(other) = given.insert(path, name) {
            let got = format!("{other} as well");
            findings.push(Finding::error(path, format!("only {name}"), got).at(name));
            continue;
        }
        match node(name, value, path, is_file) {
            Ok(node) => layer.overlay(node.nested(path.split('.').map(str::to_owned))),
            Err(finding) => findings.push(finding.at(name)),
        }
    }
    (layer, findings)
}

/// The paths of keys, by variable.
fn known() -> BTreeMap<String, String> {
    let keys = keys().into_iter();
    let mut known: BTreeMap<_, _> = keys
        .filter_map(|key| Some((key.variable?, key.path)))
        .collect();
    known.insert(LISTEN.to_owned(), "server.listen".to_owned());
    known
}

/// The key of a variable, and whether the variable names a file.
fn find<'a>(known: &'a BTreeMap<String, String>, name: &str) -> Option<(&'a str, bool)> {
    if let Some(path) = known.get(name) {
        return Some((path, false));
    }
    let path = known.get(name.strip_suffix(FILE)?)?;
    Some((path, true))
}

fn node(name: &str, value: &str, path: &str, is_file: bool) -> Result<Node, Finding> {
    let origin = Origin::Variable(name.to_owned());
    let Some(shape) = Shape::config().at(&Path::of(path)) else {
        return Err(Finding::error(path, "a known key", "an unknown one"));
    };
    let content = match is_file {
        false => value.to_owned(),
        true => std::fs::read_to_string(value)
            .map_err(|error| {
                let got = format!("{value}: {error}");
                Finding::error(path, "a file that holds the value", got)
            })?
            .trim_end_matches(['\r', '\n'])
            .to_owned(),
    };
    text::value(&content, &shape.form, &origin).map_err(|fault| {
        let expected = format!("{} as TOML or JSON", shape.form);
        Finding::error(path, expected, fault)
    })
}

fn unknown(known: &BTreeMap<String, String>, name: &str) -> Finding {
    let names = known.keys().map(String::as_str).chain([CONFIG]);
    let expected = match nearest(name, names) {
        Some(nearest) => format!("{nearest}, or another variable of a key"),
        None => "the variable of a key".to_owned(),
    };
    Finding::warning("", expected, "an unknown variable").at(name)
}

/// What Kubernetes sets in every container for a service whose name begins with `tributary`.
fn is_of_kubernetes(name: &str, value: &str) -> bool {
    let is_address = name.ends_with("_PORT") && value.contains("://");
    is_address
        || ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT_"]
            .iter()
            .any(|it| name.contains(it))
}
