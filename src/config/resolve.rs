//! What a layer means before it joins the others.

use std::{collections::BTreeMap, path::Path};

use super::{
    node::{Node, Value},
    shape::{Form, Shape, Text},
};

/// Makes relative paths of a file relative to its folder, and one key of dotted ones that the user
/// chose: `revenue.lookback = "7 days"` is nested in TOML.
pub(super) fn resolve(node: &mut Node, shape: &Shape, folder: &Path) {
    match (&mut node.value, &shape.form) {
        (Value::Text(path), Form::Text(Text::Path)) => join(path, folder),
        (Value::Text(location), Form::Text(Text::Location)) if !location.contains("://") => {
            join(location, folder);
        }
        (Value::List(list), Form::List(each)) => {
            list.iter_mut().for_each(|it| resolve(it, each, folder));
        }
        (Value::Table(table), Form::Map(each)) if each.form.is_scalar() => {
            let mut flat = BTreeMap::new();
            flatten(std::mem::take(table), "", &mut flat);
            *table = flat;
        }
        (Value::Table(table), Form::Map(each)) => {
            table.values_mut().for_each(|it| resolve(it, each, folder));
        }
        (Value::Table(table), Form::Table(keys)) => {
            for (key, node) in table {
                if let Some(shape) = keys.get(key) {
                    resolve(node, shape, folder);
                }
            }
        }
        _ => {}
    }
}

fn join(path: &mut String, folder: &Path) {
    if let Some(joined) = folder.join(&*path).to_str() {
        *path = joined.to_owned();
    }
}

fn flatten(table: BTreeMap<String, Node>, prefix: &str, flat: &mut BTreeMap<String, Node>) {
    for (key, node) in table {
        let key = format!("{prefix}{key}");
        match node.value {
            Value::Table(inner) if !inner.is_empty() => flatten(inner, &format!("{key}."), flat),
            _ => drop(flat.insert(key, node)),
        }
    }
}
