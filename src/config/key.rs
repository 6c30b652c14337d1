//! The keys of a configuration, one by one, with all that is known of each.

use serde_json::Value;

use super::{
    node::is_bare,
    shape::{Form, Shape, Text},
};

/// Begins the name of every environment variable.
pub(super) const PREFIX: &str = "TRIBUTARY_";
/// A variable from the time when there was only one address.
pub(super) const LISTEN: &str = "TRIBUTARY_LISTEN";

/// A key that can be written.
#[derive(Debug, Clone)]
pub struct Key {
    /// Such as `server.drain`, `security.users[].name` or `security.roles.NAME.read`.
    pub path: String,
    pub meaning: String,
    /// What its value may be.
    pub form: String,
    /// The built-in value in TOML, if there is one.
    pub default: Option<String>,
    /// A value in TOML; the default if there is one.
    pub example: Option<String>,
    /// The table that it stands in has no meaning without it.
    pub is_required: bool,
    pub is_secret: bool,
    /// Whether it is a table whose keys follow.
    pub is_table: bool,
    /// Whether it stands in a table that is not there unless it is written.
    pub is_absent: bool,
    /// The environment variable; `None` within lists and within tables whose keys are chosen.
    pub variable: Option<String>,
    /// Flags of its own, next to `--set`.
    pub flag: Option<&'static str>,
}

/// Every key, a table before what is in it and after the values beside it.
pub fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    walk(Shape::config(), "", Table::Present, &mut keys);
    keys
}

/// A table that keys stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Present,
    /// Not there unless it is written.
    Optional,
    /// One of many, or of a name that the user chooses.
    OneOfMany,
}

fn walk(shape: &Shape, path: &str, place: Table, keys: &mut Vec<Key>) {
    let inner = match &shape.form {
        Form::Table(inner) => inner,
        Form::List(each) => return walk(each, &format!("{path}[]"), Table::OneOfMany, keys),
        Form::Map(each) if matches!(each.form, Form::Table(_)) => {
            return walk(each, &format!("{path}.NAME"), Table::OneOfMany, keys);
        }
        _ => return,
    };
    let mut inner: Vec<_> = inner.iter().collect();
    inner.sort_by_key(|(_, shape)| (has_own_head(&shape.form), !shape.is_required));
    for (name, shape) in inner {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        keys.push(key(shape, &path, place));
        let place = match (place, &shape.default) {
            (Table::Present, None) => Table::Optional,
            _ => place,
        };
        walk(shape, &path, place, keys);
    }
}

/// Whether TOML writes it below the values beside it.
fn has_own_head(form: &Form) -> bool {
    match form {
        Form::Table(_) => true,
        Form::List(each) | Form::Map(each) => has_own_head(&each.form),
        _ => false,
    }
}

fn key(shape: &Shape, path: &str, place: Table) -> Key {
    let is_table = matches!(shape.form, Form::Table(_));
    let default = shape.default.as_ref().filter(|_| !is_table).map(toml);
    let example = shape.example.as_ref().map(toml);
    Key {
        path: path.to_owned(),
        meaning: shape.meaning.clone(),
        form: shape.form.to_string(),
        example: example.or_else(|| default.clone()),
        default,
        is_required: shape.is_required,
        is_secret: shape.form == Form::Text(Text::Secret),
        is_table,
        is_absent: place != Table::Present,
        variable: (place != Table::OneOfMany && !is_table).then(|| variable(path)),
        flag: match path {
            "warehouse" => Some("--warehouse"),
            "queries" => Some("--queries"),
            "threads" => Some("--threads"),
            "memory" => Some("--memory"),
            "server.listen" => Some("--listen"),
            _ => None,
        },
    }
}

fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.replace('.', "_").to_uppercase())
}

/// A value as TOML writes it.
pub(super) fn toml(value: &Value) -> String {
    match value {
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(keys) => {
            let keys = keys.iter().map(|(key, value)| match is_bare(key) {
                true => format!("{key} = {}", toml(value)),
                false => format!("\"{key}\" = {}", toml(value)),
            });
            let keys: Vec<_> = keys.collect();
            match keys.is_empty() {
                true => "{}".to_owned(),
                false => format!("{{ {} }}", keys.join(", ")),
            }
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{LISTEN, keys};

    #[test]
    fn a_variable_stands_for_one_key() {
        let mut names = BTreeSet::from([LISTEN.to_owned(), "TRIBUTARY_CONFIG".to_owned()]);
        for name in keys().into_iter().filter_map(|key| key.variable) {
            for name in [format!("{name}_FILE"), name] {
                assert!(names.insert(name.clone()), "{name} stands for two keys");
            }
        }
    }

    #[test]
    fn every_key_is_documented() {
        for key in keys() {
            let path = &key.path;
            assert!(!key.meaning.is_empty(), "{path} needs a doc comment");
            assert!(
                key.is_table || key.example.is_some(),
                "{path} has no default, so it needs an example"
            );
        }
    }
}
