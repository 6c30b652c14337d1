//! Which tables and views a right or a policy is about.

use std::{fmt, str::FromStr};

use thiserror::Error;

use super::DEFAULT_SCHEMA;

/// `*`, `revenue.*`, `*.coverage`, `revenue.overview`, or `orders` for `public.orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    schema: Part,
    name: Part,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Any,
    Is(String),
}

/// A text that is not a pattern.
#[derive(Debug, Error)]
#[error("expected a pattern such as *, revenue.*, *.coverage or public.orders, got {0}")]
pub struct PatternError(String);

impl Pattern {
    pub fn covers(&self, schema: &str, name: &str) -> bool {
        self.schema.covers(schema) && self.name.covers(name)
    }
}

impl Part {
    fn of(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::Any),
            "" => None,
            _ if text.contains(['*', '.']) || text.contains(char::is_whitespace) => None,
            _ => Some(Self::Is(text.to_owned())),
        }
    }

    fn covers(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Is(name) => name == text,
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let parts = match text.split_once('.') {
            Some((schema, name)) => Part::of(schema).zip(Part::of(name)),
            None if text == "*" => Some((Part::Any, Part::Any)),
            None => Part::of(text).map(|name| (Part::Is(DEFAULT_SCHEMA.to_owned()), name)),
        };
        let (schema, name) = parts.ok_or_else(|| PatternError(text.to_owned()))?;
        Ok(Self { schema, name })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Is(name) => f.write_str(name),
        }
    }
}

/// Whether one of the patterns covers a table or view.
pub(super) fn any_covers(patterns: &[Pattern], schema: &str, name: &str) -> bool {
    patterns.iter().any(|it| it.covers(schema, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_names() {
        for (pattern, covered, other) in [
            ("revenue.*", ("revenue", "overview"), ("public", "orders")),
            ("*.coverage", ("revenue", "coverage"), ("revenue", "orders")),
            ("orders", ("public", "orders"), ("revenue", "orders")),
            ("public.orders", ("public", "orders"), ("public", "orders2")),
        ] {
            let pattern: Pattern = pattern.parse().unwrap();
            assert!(pattern.covers(covered.0, covered.1), "{pattern}");
            assert!(!pattern.covers(other.0, other.1), "{pattern}");
        }
        assert!("*".parse::<Pattern>().unwrap().covers("a", "b"));
        for bad in ["", "a.b.c", "rev*", ".a", "a.", "a b", "**"] {
            let error = bad.parse::<Pattern>().unwrap_err().to_string();
            assert!(error.contains(&format!("got {bad}")), "{error}");
        }
    }
}
