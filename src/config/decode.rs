//! From what the user wrote to the types of the configuration, with every fault, not the first.

use std::{collections::BTreeSet, fmt};

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess,
        SeqAccess, Visitor,
    },
    forward_to_deserialize_any,
};

use super::{
    finding::{Finding, nearest},
    node::{Node, Origin, Path, Step, Value},
    shape::{Form, Shape},
};

/// How much of a wrong value an error shows.
const SHOWN: usize = 80;

/// Decodes a tree; a value that does not decode is left out, and decoding tried again, until
/// all that is wrong is known.
pub(super) fn decode<T: DeserializeOwned>(root: &Node, shape: &Shape) -> Result<T, Vec<Finding>> {
    let mut left_out = BTreeSet::new();
    let mut findings = Vec::new();
    loop {
        let reader = Reader {
            node: root,
            path: Path::default(),
            left_out: &left_out,
        };
        match T::deserialize(reader) {
            Ok(value) if findings.is_empty() => return Ok(value),
            Ok(_) => return Err(in_order(findings)),
            Err(Failure { path, fault }) => {
                let path = path.unwrap_or_default();
                let found = explain(root, shape, &path, fault, &left_out);
                let origin = root.origin_of(&path);
                findings.extend(found.into_iter().map(|it| (origin, it)));
                if !left_out.insert(path) {
                    return Err(in_order(findings));
                }
            }
        }
    }
}

/// In the order of the text, with the places.
fn in_order(mut findings: Vec<(Option<&Origin>, Finding)>) -> Vec<Finding> {
    findings.sort_by_key(|(origin, _)| *origin);
    let findings = findings.into_iter().map(|(origin, finding)| match origin {
        Some(origin) => finding.at(origin),
        None => finding,
    });
    findings.collect()
}

fn explain(
    root: &Node,
    shape: &Shape,
    path: &Path,
    fault: Fault,
    left_out: &BTreeSet<Path>,
) -> Vec<Finding> {
    match (fault, shape.at(path)) {
        (Fault::Missing, Some(shape)) => missing(root, shape, path, left_out),
        (Fault::Unknown, _) => vec![unknown(shape, path)],
        (_, Some(shape)) => {
            let got = root.at(path).map(|it| shown(it, shape));
            let got = got.unwrap_or_else(|| "nothing".to_owned());
            vec![Finding::error(path, &shape.form, got)]
        }
        (_, None) => vec![Finding::error(path, "a value of another form", "this one")],
    }
}

/// The keys that a table must have and has not; one that was left out has had its error.
fn missing(root: &Node, shape: &Shape, path: &Path, left_out: &BTreeSet<Path>) -> Vec<Finding> {
    let Form::Table(keys) = &shape.form else {
        return Vec::new();
    };
    keys.iter()
        .filter(|(_, shape)| shape.is_required)
        .map(|(name, shape)| (path.key(name), shape))
        .filter(|(key, _)| root.at(key).is_none() && !left_out.contains(key))
        .map(|(key, shape)| Finding::error(key, &shape.form, "nothing"))
        .collect()
}

fn unknown(shape: &Shape, path: &Path) -> Finding {
    let mut parent = path.clone();
    let key = match parent.0.pop() {
        Some(Step::Key(key)) => key,
        _ => String::new(),
    };
    let known: Vec<_> = match shape.at(&parent).map(|it| &it.form) {
        Some(Form::Table(keys)) => keys.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let expected = match nearest(&key, known.iter().copied()) {
        Some(name) => format!("the key {name}"),
        None => format!("one of the keys {}", known.join(", ")),
    };
    Finding::error(path, expected, "an unknown key")
}

/// A value as an error may show it.
pub(super) fn shown(node: &Node, shape: &Shape) -> String {
    match &node.value {
        _ if !shape.is_shown() => node.value.form().to_owned(),
        Value::Text(text) if text.chars().count() > SHOWN => {
            format!("\"{}…\"", text.chars().take(SHOWN).collect::<String>())
        }
        Value::Text(text) => format!("\"{text}\""),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        other => other.form().to_owned(),
    }
}

#[derive(Debug)]
struct Failure {
    path: Option<Path>,
    fault: Fault,
}

#[derive(Debug, Clone, Copy)]
enum Fault {
    Missing,
    Unknown,
    Wrong,
}

impl Failure {
    fn new(fault: Fault) -> Self {
        Self { path: None, fault }
    }

    /// The innermost place wins.
    fn at(self, path: &Path) -> Self {
        Self {
            path: self.path.or_else(|| Some(path.clone())),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.fault)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(_: T) -> Self {
        // The text may hold the value, which may be a secret: what was expected is said by us.
        Self::new(Fault::Wrong)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Fault::Unknown)
    }

    fn missing_field(_: &'static str) -> Self {
        Self::new(Fault::Missing)
    }
}

struct Reader<'a> {
    node: &'a Node,
    path: Path,
    left_out: &'a BTreeSet<Path>,
}

impl<'a> Reader<'a> {
    fn child(&self, node: &'a Node, path: Path) -> Self {
        Self {
            node,
            path,
            left_out: self.left_out,
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let read = match &self.node.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::List(list) => visitor.visit_seq(Items {
                items: list.iter().enumerate(),
                reader: &self,
            }),
            Value::Table(table) => visitor.visit_map(Keys {
                keys: table.iter(),
                next: None,
                reader: &self,
            }),
        };
        read.map_err(|failure| failure.at(&self.path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let read = match &self.node.value {
            Value::Text(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => Err(Failure::new(Fault::Wrong)),
        };
        read.map_err(|failure| failure.at(&self.path))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a, 'r> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Node>>,
    reader: &'r Reader<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        for (item, node) in self.items.by_ref() {
            let path = self.reader.path.item(item);
            if !self.reader.left_out.contains(&path) {
                let read = seed.deserialize(self.reader.child(node, path.clone()));
                return read.map(Some).map_err(|failure| failure.at(&path));
            }
        }
        Ok(None)
    }
}

struct Keys<'a, 'r> {
    keys: std::collections::btree_map::Iter<'a, String, Node>,
    next: Option<(&'a Node, Path)>,
    reader: &'r Reader<'a>,
}

impl<'de> MapAccess<'de> for Keys<'_, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        for (key, node) in self.keys.by_ref() {
            let path = self.reader.path.key(key);
            if self.reader.left_out.contains(&path) {
                continue;
            }
            let read = seed.deserialize(key.as_str().into_deserializer());
            let read = read.map_err(|failure: Failure| failure.at(&path))?;
            self.next = Some((node, path));
            return Ok(Some(read));
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        match self.next.take() {
            // What a field does with a value that was read fails without a place.
            Some((node, path)) => seed
                .deserialize(self.reader.child(node, path.clone()))
                .map_err(|failure| failure.at(&path)),
            None => Err(Failure::new(Fault::Wrong)),
        }
    }
}
