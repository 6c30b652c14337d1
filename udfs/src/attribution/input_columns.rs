//! Finding the columns that string arguments name.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, Result};

use super::arguments::wrong;

/// How many columns an error lists before it counts the rest.
const LISTED: usize = 20;

/// The columns of one input, as the arguments may name them.
pub(crate) struct InputColumns<'a> {
    /// The argument that gave the input: `conversions` or `touchpoints`.
    pub(crate) input: &'static str,
    pub(crate) schema: &'a DFSchema,
}

/// A column of an input.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) idx: usize,
    pub(crate) column: Column,
    pub(crate) data_type: DataType,
}

impl Found {
    /// Name and type, for errors.
    pub(crate) fn typed(&self) -> String {
        format!("{} of type {}", self.column.name, self.data_type)
    }
}

impl InputColumns<'_> {
    /// Finds the column that `text` names: exactly, else without its double quotes, else in lower
    /// case, as SQL reads an identifier.
    pub(crate) fn find(&self, argument: &str, text: &str) -> Result<Found> {
        let text = text.trim();
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        let spelled = match quoted {
            Some(quoted) => quoted.replace("\"\"", "\""),
            None => text.to_lowercase(),
        };
        for name in [text, &spelled] {
            let mut matching = (0..self.schema.fields().len())
                .filter(|&idx| self.schema.field(idx).name() == name);
            let (first, second) = (matching.next(), matching.next());
            match (first, second) {
                (Some(idx), None) => return Ok(self.found(idx)),
                (Some(_), Some(_)) => {
                    let expected = format!("name one column of {}", self.input);
                    return Err(wrong(
                        argument,
                        &expected,
                        format!("{name}, which is there twice"),
                    ));
                }
                _ => {}
            }
        }
        let expected = format!("name a column of {} ({})", self.input, self.list());
        Err(wrong(argument, &expected, text))
    }

    fn found(&self, idx: usize) -> Found {
        let (qualifier, field) = self.schema.qualified_field(idx);
        Found {
            idx,
            column: Column::from((qualifier, field)),
            data_type: field.data_type().clone(),
        }
    }

    fn list(&self) -> String {
        let names: Vec<_> = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        match names.len().checked_sub(LISTED) {
            None | Some(0) => names.join(", "),
            Some(more) => format!("{} and {more} more", names[..LISTED].join(", ")),
        }
    }
}

/// Splits `customer_id = client_id` into its two names; one name stands for both.
pub(crate) fn split_key<'a>(text: &'a str, conversions: &DFSchema) -> (&'a str, &'a str) {
    let is_column = conversions
        .fields()
        .iter()
        .any(|field| field.name() == text);
    let mut in_quotes = false;
    let equals = text.char_indices().find(|&(_, character)| {
        in_quotes ^= character == '"';
        character == '=' && !in_quotes
    });
    match equals {
        Some((at, _)) if !is_column => (&text[..at], &text[at + 1..]),
        _ => (text, text),
    }
}
