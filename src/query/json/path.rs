//! A path into JSON text, and the value at its end, as it is written there.

use std::fmt;

use datafusion::common::{Result, plan_datafusion_err};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// One way down into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    /// A negative one counts from the end.
    Element(i64),
    /// The first element that is an object with this member of this text.
    With {
        member: String,
        text: String,
    },
}

/// A parsed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

impl Path {
    /// # Arguments
    /// `function`: what errors call whoever asks.
    ///
    /// # Errors
    /// A plan error for a text that is no path.
    pub(super) fn parse(function: &str, text: &str) -> Result<Self> {
        let steps = steps(text).ok_or_else(|| {
            plan_datafusion_err!(
                "{function}: argument path must be such as items[0].price, [key=size].value or \
                 [\"a name\"], got {text}"
            )
        })?;
        Ok(Self(steps))
    }

    /// The value at the end of the path; `None` where there is none, or null, or no JSON.
    pub(super) fn find<'a>(&self, json: &'a str) -> Option<&'a str> {
        let mut value: &RawValue = serde_json::from_str(json).ok()?;
        for step in &self.0 {
            value = step.follow(value)?;
        }
        Some(value.get()).filter(|value| *value != "null")
    }
}

/// The text of a value: of a string its characters, of anything else the JSON.
pub(super) fn text_of(value: &str) -> Option<String> {
    match value.starts_with('"') {
        true => serde_json::from_str(value).ok(),
        false => Some(value.to_owned()),
    }
}

/// The elements of an array, as they are written.
pub(super) fn elements(value: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(value).ok()
}

impl Step {
    /// The value that the step leads to.
    fn follow<'a>(&self, value: &'a RawValue) -> Option<&'a RawValue> {
        match self {
            Self::Member(name) => member(value, name),
            Self::Element(position) => {
                let elements = elements(value.get())?;
                let position = match usize::try_from(*position) {
                    Ok(position) => Some(position),
                    Err(_) => usize::try_from(position.unsigned_abs())
                        .ok()
                        .and_then(|back| elements.len().checked_sub(back)),
                };
                elements.get(position?).copied()
            }
            Self::With { member: name, text } => {
                let mut elements = elements(value.get())?.into_iter();
                elements.find(|element| {
                    let found = member(element, name).and_then(|found| text_of(found.get()));
                    found.as_ref() == Some(text)
                })
            }
        }
    }
}

fn member<'a>(value: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let mut object = serde_json::Deserializer::from_str(value.get());
    Member(name).deserialize(&mut object).ok()?
}

/// Reads an object through, and keeps the first value of one name.
struct Member<'n>(&'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = map.next_key::<String>()? {
            match found.is_none() && name == self.0 {
                true => found = Some(map.next_value()?),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// The steps of a path; `None` if it is none.
fn steps(text: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let (step, after) = bracket(inside)?;
            steps.push(step);
            rest = after;
            continue;
        }
        // A dot stands between two steps, not before the first.
        let name = match rest.strip_prefix('.') {
            Some(name) if !steps.is_empty() => name,
            Some(_) => return None,
            None if steps.is_empty() => rest,
            None => return None,
        };
        let end = name.find(['.', '[']).unwrap_or(name.len());
        if end == 0 {
            return None;
        }
        steps.push(Step::Member(name[..end].to_owned()));
        rest = &name[end..];
    }
    (!steps.is_empty()).then_some(steps)
}

/// The step of `0]`, `key=size]` or `"a.b"]`, and what follows.
fn bracket(text: &str) -> Option<(Step, &str)> {
    if text.starts_with('"') {
        let mut name = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let step = Step::Member(name.next()?.ok()?);
        return Some((step, text[name.byte_offset()..].strip_prefix(']')?));
    }
    let (inside, after) = text.split_once(']')?;
    let step = match inside.split_once('=') {
        Some((member, text)) if !member.is_empty() => Step::With {
            member: member.to_owned(),
            text: text.to_owned(),
        },
        Some(_) => return None,
        None => Step::Element(inside.parse().ok()?),
    };
    Some((step, after))
}

#[cfg(test)]
mod tests {
    use super::Path;

    const JSON: &str = r#"{"a": {"b": [1.50, "two", null, {"c": "d"}]}, "a.b": true, "e": "", "a": 0,
        "params": [{"key": "id", "value": {"int": "7"}}, 3, {"key": "id"}, {"key": "ü", "n": 1e3}]}"#;

    fn found(path: &str) -> Option<&'static str> {
        Path::parse("f", path).unwrap().find(JSON)
    }

    #[test]
    fn a_path_leads_to_the_value_as_it_is_written() {
        for (path, value) in [
            ("a.b[0]", Some("1.50")),
            ("a.b[1]", Some("\"two\"")),
            ("a.b[2]", None),
            ("a.b[3].c", Some("\"d\"")),
            ("a.b[-1].c", Some("\"d\"")),
            ("a.b[-4]", Some("1.50")),
            ("a.b[-5]", None),
            ("a.b[4]", None),
            ("a.b.c", None),
            ("a[0]", None),
            ("[\"a.b\"]", Some("true")),
            ("[\"a\"].b[0]", Some("1.50")),
            ("e", Some("\"\"")),
            ("e.f", None),
            ("absent", None),
            ("params[key=id].value.int", Some("\"7\"")),
            ("params[key=ü].n", Some("1e3")),
            ("params[key=x]", None),
        ] {
            assert_eq!(found(path), value, "{path}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_value() {
        let path = Path::parse("f", "a").unwrap();
        for json in ["", "text", "{\"a\": 1", "[1]", "{\"a\": 1} x", "null"] {
            assert_eq!(path.find(json), None, "{json}");
        }
    }

    #[test]
    fn what_is_no_path_is_an_error() {
        for path in [
            "", ".a", "a.", "a..b", "a[", "a[x]", "a[]", "a[=x]", "a[0]b", "[\"a]", "[\"a\"b]",
        ] {
            let error = Path::parse("f", path).unwrap_err().to_string();
            assert!(
                error.contains("f: argument path must be"),
                "{path}: {error}"
            );
        }
    }
}
