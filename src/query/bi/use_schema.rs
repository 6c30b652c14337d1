//! `USE schema`: where names without a schema are looked up.

use datafusion::sql::sqlparser::{
    ast::{ObjectName, Statement, Use},
    parser::ParserError,
};

use super::refused;
use crate::query::{catalog::CATALOG, words};

/// What USE names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Schema(String),
    /// The only catalog, where every session is anyway.
    Catalog,
}

/// What a USE names; `None` for any other statement.
///
/// # Errors
/// A parser error for anything but a schema of the only catalog, or that catalog.
pub(crate) fn used(statement: &Statement) -> Result<Option<Place>, ParserError> {
    let Statement::Use(place) = statement else {
        return Ok(None);
    };
    let place = match place {
        Use::Object(name) | Use::Schema(name) => place_of(name),
        Use::Catalog(name) | Use::Database(name) => match place_of(name) {
            Some(Place::Catalog) => Some(Place::Catalog),
            _ => None,
        },
        Use::Default => Some(Place::Catalog),
        Use::Warehouse(_) | Use::Role(_) | Use::SecondaryRoles(_) => None,
    };
    match place {
        Some(place) => Ok(Some(place)),
        None => refused(format!(
            "USE: expected a schema as in USE revenue, or the catalog {CATALOG}, got {statement}"
        )),
    }
}

fn place_of(name: &ObjectName) -> Option<Place> {
    let parts = name.0.iter().map(|part| part.as_ident().map(words::name));
    match parts.collect::<Option<Vec<_>>>()?.as_slice() {
        [name] if name == CATALOG => Some(Place::Catalog),
        [schema] => Some(Place::Schema(schema.clone())),
        [catalog, schema] if catalog == CATALOG => Some(Place::Schema(schema.clone())),
        _ => None,
    }
}
