//! `queries/<schema>/glossary.toml`: what the columns and parameters of a schema mean.
//!
//! A name means one thing throughout a schema, and an exception names its view. What the metric view
//! says of its dimensions and measures holds for columns of their names too, and `base` lends its
//! words to every report, also those of views that all have, so nothing is said twice.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use datafusion::arrow::datatypes::{DataType, Field};
use serde::Deserialize;

use super::pages;

/// What is written of a schema.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Glossary {
    #[serde(default)]
    pub(super) columns: BTreeMap<String, Written>,
    /// By view: columns that mean something else there.
    #[serde(default)]
    pub(super) views: BTreeMap<String, BTreeMap<String, Written>>,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, String>,
    #[serde(skip)]
    used: RefCell<BTreeSet<String>>,
}

/// A meaning, alone or with its unit.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Written {
    Meaning(String),
    Measured {
        meaning: String,
        unit: Unit,
        /// The column that names the currency of an amount; none for `tributary.currency`.
        currency: Option<String>,
    },
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Count,
    Days,
    /// 0.25 is a quarter.
    Fraction,
    Money,
    /// In the currency of the order, which no column of the view names.
    MoneyOfOrder,
    Number,
    /// The unit of the metric that the column `metric` names.
    OfMetric,
    /// 25 is a quarter.
    Percent,
    /// A place in an order, from 1.
    Position,
}

/// What a page says of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Meaning {
    pub(super) meaning: String,
    pub(super) unit: String,
}

impl Glossary {
    pub(super) fn of(schema: &str) -> Self {
        let path = format!("queries/{schema}/glossary.toml");
        match pages::read(&path) {
            Some(text) => toml::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}")),
            None => Self::default(),
        }
    }

    /// What is written of a column of this view alone.
    pub(super) fn of_view(&self, view: &str, column: &str) -> Option<&Written> {
        let written = self.views.get(view)?.get(column)?;
        self.use_entry(format!("views.{view}.{column}"));
        Some(written)
    }

    /// What is written of a column of any view.
    pub(super) fn of_column(&self, column: &str) -> Option<&Written> {
        let written = self.columns.get(column)?;
        self.use_entry(format!("columns.{column}"));
        Some(written)
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let written = self.parameters.get(name)?;
        self.use_entry(format!("parameters.{name}"));
        Some(written)
    }

    fn use_entry(&self, entry: String) {
        self.used.borrow_mut().insert(entry);
    }

    /// The entries that nothing was asked of.
    pub(super) fn unused(&self) -> Vec<String> {
        let columns = self.columns.keys().map(|name| format!("columns.{name}"));
        let parameters = self.parameters.keys();
        let parameters = parameters.map(|name| format!("parameters.{name}"));
        let views = self.views.iter().flat_map(|(view, columns)| {
            columns
                .keys()
                .map(move |name| format!("views.{view}.{name}"))
        });
        let used = self.used.borrow();
        columns
            .chain(parameters)
            .chain(views)
            .filter(|entry| !used.contains(entry))
            .collect()
    }
}

impl Written {
    /// With a unit: the one that is written, else the hint, else what the type tells.
    ///
    /// # Errors
    /// That there is none.
    pub(super) fn of(&self, field: &Field, hint: Option<String>) -> Result<Meaning, String> {
        let (meaning, unit) = match self {
            Self::Meaning(meaning) => (meaning, hint.or_else(|| unit_of_type(field))),
            Self::Measured {
                meaning,
                unit,
                currency,
            } => (meaning, Some(unit.text(currency.as_deref()))),
        };
        Ok(Meaning {
            meaning: meaning.clone(),
            unit: unit.ok_or("its type does not tell its unit: write one")?,
        })
    }

    pub(super) fn currency(&self) -> Option<&str> {
        match self {
            Self::Measured { currency, .. } => currency.as_deref(),
            Self::Meaning(_) => None,
        }
    }
}

impl Unit {
    pub(super) fn text(self, currency: Option<&str>) -> String {
        match (self, currency) {
            (Self::Count, _) => "count".to_owned(),
            (Self::Days, _) => "days".to_owned(),
            (Self::Fraction, _) => "fraction".to_owned(),
            (Self::Money, None) => "`tributary.currency`".to_owned(),
            (Self::Money, Some(column)) => format!("the currency in `{column}`"),
            (Self::MoneyOfOrder, _) => "the order's currency".to_owned(),
            (Self::Number, _) => "number".to_owned(),
            (Self::OfMetric, _) => "that of the metric".to_owned(),
            (Self::Percent, _) => "percent".to_owned(),
            (Self::Position, _) => "position, from 1".to_owned(),
        }
    }
}

/// The unit of a measure, by the hint of its metric view.
pub(super) fn unit_of_measure(field: &Field) -> Option<String> {
    let unit = match field.metadata().get("tributary.format").map(String::as_str) {
        Some("money") => Unit::Money,
        Some("percent") => Unit::Fraction,
        _ if field.data_type().is_integer() => Unit::Count,
        _ if field.data_type().is_numeric() => Unit::Number,
        _ => return unit_of_type(field),
    };
    Some(unit.text(None))
}

fn unit_of_type(field: &Field) -> Option<String> {
    let unit = match field.data_type() {
        DataType::Boolean => "true or false",
        DataType::Date32 => "day",
        DataType::Timestamp(..) => "instant, UTC",
        text if text.is_string() && field.name().ends_with("_id") => "id",
        text if text.is_string() && field.name().ends_with("currency") => "ISO 4217 code",
        text if text.is_string() => "text",
        DataType::List(_) => "list",
        integer if integer.is_integer() => "count",
        _ => return None,
    };
    Some(unit.to_owned())
}
