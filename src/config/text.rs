//! TOML and JSON text as nodes: a whole file, or the value of one variable or flag.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    finding::Finding,
    node::{Node, Origin, Value},
    shape::Form,
};

/// The tree of a TOML file.
///
/// # Errors
/// Every fault of syntax, with line and column; none shows the text of the file.
pub(super) fn file(name: &str, text: &str) -> Result<Node, Vec<Finding>> {
    let name: Arc<str> = name.into();
    let origin = |span: Range<usize>| {
        let before = &text[..span.start.min(text.len())];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File {
            name: Arc::clone(&name),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    };
    let (root, mut errors) = DeTable::parse_recoverable(text);
    errors.sort_by_key(|error| error.span().map(|span| span.start));
    if errors.is_empty() {
        let span = root.span();
        return Ok(table(root.into_inner(), origin(span), &origin));
    }
    let finding = |error: &toml::de::Error| {
        let place = error.span().map(origin);
        let place = place.map_or(name.to_string(), |it| it.to_string());
        Finding::error("", "TOML", error.message()).at(place)
    };
    Err(errors.iter().map(finding).collect())
}

/// The value of a variable or a flag: the text as it is where a text is asked for, else JSON or
/// TOML. Text that is neither stays text, for the types to refuse.
///
/// # Errors
/// What is wrong with the text of a list or a table, without the text.
pub(super) fn value(written: &str, form: &Form, origin: &Origin) -> Result<Node, String> {
    let plain = || Node {
        value: Value::Text(written.to_owned()),
        origin: origin.clone(),
    };
    let is_list = written.trim_start().starts_with('[');
    if form.is_text() && !(is_list && *form == Form::TextOrTexts) {
        return Ok(plain());
    }
    if let Ok(json) = serde_json::from_str(written) {
        return Ok(of_json(json, origin));
    }
    match DeValue::parse(written.trim()) {
        Ok(value) => Ok(of_toml(value.into_inner(), origin.clone(), &|_| {
            origin.clone()
        })),
        Err(_) if form.is_scalar() => Ok(plain()),
        Err(error) => Err(error.message().to_owned()),
    }
}

/// The keys of a path such as `session.parameters."revenue.lookback"`.
pub(super) fn keys(path: &str) -> Option<Vec<String>> {
    if path.contains('\n') {
        return None;
    }
    let text = format!("{path} = 0");
    let mut table = DeTable::parse(&text).ok()?.into_inner();
    let mut keys = Vec::new();
    loop {
        let (key, value) = table.into_iter().next()?;
        keys.push(key.into_inner().into_owned());
        match value.into_inner() {
            DeValue::Table(inner) => table = inner,
            _ => return Some(keys),
        }
    }
}

fn table(table: DeTable<'_>, origin: Origin, place: &dyn Fn(Range<usize>) -> Origin) -> Node {
    let keys = table.into_iter().map(|(key, value)| {
        // A key is where people look for what they wrote.
        let origin = place(key.span());
        let node = of_toml(value.into_inner(), origin, place);
        (key.into_inner().into_owned(), node)
    });
    Node {
        value: Value::Table(keys.collect()),
        origin,
    }
}

fn of_toml(value: DeValue<'_>, origin: Origin, place: &dyn Fn(Range<usize>) -> Origin) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Datetime(instant) => Value::Text(instant.to_string()),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Integer(digits) => {
            match i64::from_str_radix(digits.as_str(), digits.radix()) {
                Ok(number) => Value::Integer(number),
                // Too long for any whole number that is asked for, but a number.
                Err(_) => Value::Float(f64::MAX),
            }
        }
        DeValue::Float(digits) => match digits.as_str().parse() {
            Ok(number) => Value::Float(number),
            Err(_) => Value::Text(digits.to_string()),
        },
        DeValue::Array(list) => {
            let items = list.into_iter().map(|item: Spanned<DeValue<'_>>| {
                let origin = place(item.span());
                of_toml(item.into_inner(), origin, place)
            });
            Value::List(items.collect())
        }
        DeValue::Table(inner) => return table(inner, origin, place),
    };
    Node { value, origin }
}

fn of_json(json: serde_json::Value, origin: &Origin) -> Node {
    let value = match json {
        // No key has such a value, and one that is null in a table is absent.
        serde_json::Value::Null => Value::Table(BTreeMap::new()),
        serde_json::Value::Bool(flag) => Value::Flag(flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::MAX)),
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => {
            Value::List(items.into_iter().map(|it| of_json(it, origin)).collect())
        }
        serde_json::Value::Object(keys) => {
            let keys = keys.into_iter().filter(|(_, it)| !it.is_null());
            Value::Table(keys.map(|(key, it)| (key, of_json(it, origin))).collect())
        }
    };
    Node {
        value,
        origin: origin.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::{file, keys};

    #[test]
    fn faults_of_syntax_have_places_and_show_nothing() {
        let text =
            "warehouse = \"w\"\n[security]\nsigning_key = hunter2\n\n[server\ndrain = \"1s\"\n";
        let faults = file("t.toml", text).unwrap_err();
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert!(faults.len() >= 2, "{faults:?}");
        assert!(faults[0].starts_with("t.toml, line 3, column 15: expected TOML, got "));
        assert!(
            faults[1].starts_with("t.toml, line 5, column "),
            "{faults:?}"
        );
        assert!(
            faults.iter().all(|it| !it.contains("hunter2")),
            "{faults:?}"
        );
    }

    #[test]
    fn paths_have_quoted_keys() {
        let path = "session.parameters.\"revenue.lookback\"";
        let found = keys(path).unwrap();
        assert_eq!(found, ["session", "parameters", "revenue.lookback"]);
        for bad in ["", "a b", "a..b", "[a]\nb"] {
            assert_eq!(keys(bad), None, "{bad}");
        }
    }
}
