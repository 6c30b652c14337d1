//! The page of configuration keys and the example file, from the types that are configured.

use std::path::Path;

use tributary::config::{Config, Flags, Key, Read, keys};

use super::pages::{keep_current, read, root, row, table, with_section};

const PAGE: &str = "docs/configuration.md";
const EXAMPLE: &str = "docs/tributary.toml";
/// What the examples call the roles, whose names a user chooses.
const ROLE: &str = "analyst";

#[test]
fn the_page_lists_every_key() {
    let text = read(PAGE).unwrap();
    let section = sections(&keys());
    let current = with_section(PAGE, &text, "keys", &section);
    keep_current(&[(PAGE.to_owned(), current)]);
}

#[test]
fn the_example_file_has_every_key() {
    keep_current(&[(EXAMPLE.to_owned(), example(&keys()))]);
}

#[test]
fn the_example_file_changes_nothing() {
    let config = read_file(&root().join(EXAMPLE));
    assert_eq!(
        format!("{:#?}", config.config),
        format!("{:#?}", Config::default())
    );
    assert_eq!(config.validate(), []);
}

/// What is commented out is right, too, but for files that are not there.
#[test]
fn the_examples_of_the_example_file_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.toml");
    let text = read(EXAMPLE).unwrap();
    let lines = text.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest,
        _ => line,
    });
    std::fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
    let read = read_file(&file);
    let Config {
        server, security, ..
    } = &read.config;
    assert!(server.tls.is_some() && security.roles.contains_key(ROLE));
    let wrong: Vec<_> = read.validate().iter().map(ToString::to_string).collect();
    let wrong = wrong.iter().filter(|it| !it.contains("No such file"));
    let expected = "security.issuers[0]: expected either keys or a secret, got both";
    let wrong: Vec<_> = wrong.filter(|it| !it.ends_with(expected)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn read_file(file: &Path) -> Read {
    let flags = Flags {
        config: Some(file.to_owned()),
        ..Flags::default()
    };
    Read::new(&flags).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The table that a key stands in, and its name there.
fn split(key: &Key) -> (&str, &str) {
    key.path.rsplit_once('.').unwrap_or(("", &key.path))
}

/// Whether the keys of the table that a key names follow.
fn is_container(key: &Key, keys: &[Key]) -> bool {
    let inner = [".", "[].", ".NAME."].map(|end| format!("{}{end}", key.path));
    let mut paths = keys.iter().map(|key| &key.path);
    paths.any(|path| inner.iter().any(|inner| path.starts_with(inner)))
}

/// As TOML writes the head of a table: `[server]`, `[[security.users]]`.
fn head(table: &str) -> String {
    match table.strip_suffix("[]") {
        Some(list) => format!("[[{}]]", list.replace("[]", "")),
        None => format!("[{}]", table.replace("[]", "")),
    }
}

fn tables(keys: &[Key]) -> Vec<&str> {
    let mut tables: Vec<_> = keys.iter().map(|key| split(key).0).collect();
    tables.dedup();
    let mut seen = Vec::new();
    tables.retain(|table| {
        !seen.contains(table) && {
            seen.push(*table);
            true
        }
    });
    tables
}

fn sections(keys: &[Key]) -> String {
    let mut text = String::new();
    for name in tables(keys) {
        let title = match name {
            "" => "At the top of the file".to_owned(),
            name => format!("`{}`", head(name)),
        };
        text.push_str(&format!("## {title}\n\n"));
        let own = keys.iter().find(|key| {
            [
                key.path.clone(),
                format!("{}[]", key.path),
                format!("{}.NAME", key.path),
            ]
            .contains(&name.to_owned())
        });
        if let Some(own) = own {
            text.push_str(&format!("{}\n\n", own.meaning));
        }
        let inner = keys
            .iter()
            .filter(|key| split(key).0 == name && !key.is_table);
        let rows = inner.map(|key| {
            let (_, name) = split(key);
            row(&[
                &format!("`{name}`"),
                &key.meaning,
                &key.form,
                &default(key),
                &written_as(key),
                &example_of(key),
            ])
        });
        let columns = [
            "key",
            "meaning",
            "is",
            "default",
            "variable, flag",
            "example",
        ];
        text.push_str(&format!("{}\n", table(&columns, rows)));
    }
    text
}

fn default(key: &Key) -> String {
    match &key.default {
        Some(default) => format!("`{default}`"),
        None if key.is_required => "required".to_owned(),
        None => "absent".to_owned(),
    }
}

/// Empty tables and lists say nothing that the default does not say.
fn example_of(key: &Key) -> String {
    let example = key
        .example
        .iter()
        .filter(|it| !["[]", "{}"].contains(&it.as_str()));
    example.map(|it| format!("`{it}`")).collect()
}

fn written_as(key: &Key) -> String {
    let variable = key.variable.iter().map(|it| format!("`{it}`"));
    let flag = key.flag.iter().map(|it| format!("`{it}`"));
    variable.chain(flag).collect::<Vec<_>>().join(", ")
}

const EXAMPLE_HEAD: &str = "\
# Every key of tributary.toml, with its built-in value. What begins with # and no space is an
# example of a key that is absent unless it is written. docs/configuration.md says how keys are
# also given by environment and flag.
";

fn example(keys: &[Key]) -> String {
    let mut text = EXAMPLE_HEAD.to_owned();
    for name in tables(keys) {
        let inner: Vec<_> = keys.iter().filter(|key| split(key).0 == name).collect();
        let is_absent = inner.iter().all(|key| key.is_absent);
        let mark = if is_absent { "#" } else { "" };
        if !name.is_empty() {
            let head = head(name).replace("NAME", ROLE);
            text.push_str(&format!("\n{mark}{head}\n"));
        }
        for key in inner {
            if is_container(key, keys) {
                continue;
            }
            text.push('\n');
            text.push_str(&commented(&format!("{} Is {}.", key.meaning, key.form)));
            let (_, name) = split(key);
            let value = match (&key.default, &key.example) {
                (Some(default), _) if !is_absent => format!("{name} = {default}\n"),
                (_, Some(example)) => format!("#{name} = {example}\n"),
                (_, None) => panic!("{} needs an example", key.path),
            };
            text.push_str(&value);
        }
    }
    text
}

fn commented(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().unwrap();
        if last.len() + word.len() + 1 > 100 {
            lines.push(format!("# {word}"));
        } else {
            last.push(' ');
            last.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
