//! A value that the user wrote, and where: the form that files, variables and flags share.

use std::{collections::BTreeMap, fmt, sync::Arc};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    File {
        name: Arc<str>,
        line: usize,
        column: usize,
    },
    /// An environment variable.
    Variable(String),
    /// A flag of the command line, with the key for `--set`.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column } => write!(f, "{name}, line {line}, column {column}"),
            Self::Variable(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
}

impl Value {
    /// What it is, without the value itself.
    pub(super) fn form(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Flag(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    pub(super) fn at(&self, path: &Path) -> Option<&Self> {
        let mut steps = path.0.iter();
        steps.try_fold(self, |node, step| match (&node.value, step) {
            (Value::Table(table), Step::Key(key)) => table.get(key),
            (Value::List(list), Step::Item(item)) => list.get(*item),
            _ => None,
        })
    }

    /// Where a key was written, or what it is a part of.
    pub(super) fn origin_of(&self, path: &Path) -> Option<&Origin> {
        let mut path = path.clone();
        while !path.0.is_empty() {
            if let Some(node) = self.at(&path) {
                return Some(&node.origin);
            }
            path.0.pop();
        }
        None
    }

    /// Puts the values of a higher layer over these: tables key by key, anything else whole.
    pub(super) fn overlay(&mut self, higher: Self) {
        match (&mut self.value, higher.value) {
            (Value::Table(below), Value::Table(above)) => {
                for (key, node) in above {
                    match below.get_mut(&key) {
                        Some(lower) => lower.overlay(node),
                        None => drop(below.insert(key, node)),
                    }
                }
            }
            (_, value) => {
                *self = Self {
                    value,
                    origin: higher.origin,
                }
            }
        }
    }

    /// The node inside the tables that lead to it.
    pub(super) fn nested(self, keys: impl DoubleEndedIterator<Item = String>) -> Self {
        keys.rev().fold(self, |node, key| Self {
            origin: node.origin.clone(),
            value: Value::Table(BTreeMap::from([(key, node)])),
        })
    }
}

/// The way to a value, such as `security.users[0].name`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(pub(super) Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Item(usize),
}

impl Path {
    /// The path of a key without lists, such as `server.limits.running`.
    pub(super) fn of(dotted: &str) -> Self {
        Self(
            dotted
                .split('.')
                .map(|key| Step::Key(key.to_owned()))
                .collect(),
        )
    }

    pub(super) fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    pub(super) fn item(&self, item: usize) -> Self {
        self.with(Step::Item(item))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(item) => write!(f, "[{item}]")?,
                Step::Key(key) => {
                    let dot = if place == 0 { "" } else { "." };
                    match is_bare(key) {
                        true => write!(f, "{dot}{key}")?,
                        false => write!(f, "{dot}\"{key}\"")?,
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether TOML takes the key without quotes.
pub(super) fn is_bare(key: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    !key.is_empty() && key.chars().all(is_plain)
}
