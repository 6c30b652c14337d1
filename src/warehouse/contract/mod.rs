//! The fact-table contract: which tables and columns reports are written against.
//!
//! Look here to learn what a table must hold and what each column means. This module only
//! declares; [`super::conform`] makes a stored table obey it, [`super::import`] writes tables
//! that do, and the sample data is generated from it.

pub mod coercion;
mod dimensions;
mod facts;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// A table that reports are written against.
#[derive(Debug)]
pub struct Table {
    pub name: &'static str,
    /// What one row is.
    pub grain: &'static str,
    /// The columns that identify a row; an import replaces the row with the same key.
    pub key: &'static [&'static str],
    /// The instant at which the row happened: rows later than `tributary.as_of` are not seen.
    pub event_time: Option<&'static str>,
    /// A table that may be absent, which then means empty.
    pub optional: bool,
    pub columns: &'static [Column],
}

/// A column of a [`Table`].
#[derive(Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// A required column must exist in every file; any other reads as NULL where absent.
    pub presence: Presence,
    /// Meaning and unit, one sentence without a full stop.
    pub meaning: &'static str,
}

/// Whether a column must exist, and whether its values may be NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The column must exist and every row must have a value.
    Required,
    /// The column must exist; a row may be NULL (the customer of a guest order).
    RequiredNullable,
    /// The column may be absent and then reads as NULL.
    Optional,
}

/// What kind of value a column holds; each kind has one Arrow type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, kept as text whatever its source type.
    Id,
    Text,
    /// One of a few words; an import refuses none, because vendors add their own.
    Word,
    /// An ISO 4217 code, three capital letters.
    Currency,
    /// An instant, microseconds since 1970 UTC, from 1970 to the end of 9999.
    Instant,
    Date,
    /// An exact amount of the row's currency, two decimals or finer.
    Money,
    /// An exact price of one unit, four decimals or finer.
    UnitPrice,
    /// An exchange rate, ten decimals.
    Rate,
    /// A number of units, whole unless the source has decimals.
    Quantity,
    Integer,
    Flag,
}

impl Kind {
    /// The Arrow type that queries see.
    pub fn data_type(self) -> DataType {
        match self {
            Self::Id | Self::Text | Self::Word | Self::Currency => DataType::Utf8,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Date => DataType::Date32,
            Self::Money => DataType::Decimal128(18, 2),
            Self::UnitPrice => DataType::Decimal128(20, 4),
            Self::Rate => DataType::Decimal128(26, 10),
            Self::Quantity | Self::Integer => DataType::Int64,
            Self::Flag => DataType::Boolean,
        }
    }
}

impl Column {
    pub fn is_required(&self) -> bool {
        self.presence != Presence::Optional
    }

    /// The Arrow field that queries see; nullable, because optional columns read as NULL.
    pub fn field(&self) -> Field {
        Field::new(self.name, self.kind.data_type(), true)
    }
}

impl Table {
    /// The contract table of that name, if there is one.
    pub fn named(name: &str) -> Option<&'static Table> {
        Self::all().find(|table| table.name == name)
    }

    /// Every contract table, facts first.
    pub fn all() -> impl Iterator<Item = &'static Table> {
        facts::TABLES.iter().chain(dimensions::TABLES)
    }

    /// The column of that name, if the contract has it.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether its rows only say more of what the rows of other tables name, such as the name of a
    /// store; nothing happens in them.
    pub fn describes_others(&self) -> bool {
        self.optional && self.event_time.is_none()
    }

    /// The schema of an empty table.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(
            self.columns.iter().map(Column::field).collect::<Vec<_>>(),
        ))
    }
}

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        presence: Presence::Required,
        meaning,
    }
}

const fn required_nullable(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        presence: Presence::RequiredNullable,
        meaning,
    }
}

const fn optional(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column {
        name,
        kind,
        presence: Presence::Optional,
        meaning,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Table;

    #[test]
    fn names_are_unique_and_keys_and_times_are_columns() {
        let mut tables = HashSet::new();
        for table in Table::all() {
            assert!(
                tables.insert(table.name),
                "{} is declared twice",
                table.name
            );
            let columns: HashSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            for name in table.key.iter().chain(&table.event_time) {
                assert!(
                    columns.contains(name),
                    "{}.{name} is not a column",
                    table.name
                );
            }
        }
    }
}
