//! What a view is made from: tables, and what is stored of other views.

use std::collections::BTreeSet;

use datafusion::common::Result;

use super::changed::RATES;
use crate::{
    query::{catalog::Query, materialized::stored, view::ViewName},
    warehouse::pins::Pins,
};

/// The stored rows of other views that a query for a view reads, by full names.
///
/// # Errors
/// A plan error for a parameter with a wrong value, an error of the store.
pub(super) async fn stored_below(query: &Query, view: &ViewName) -> Result<Pins> {
    let reading = query.reading()?;
    let mut found = Pins::default();
    let mut seen = BTreeSet::new();
    let mut open = vec![view];
    while let Some(reader) = open.pop() {
        for name in reading.named_in(reader) {
            let view = query.definitions().get(&name.schema, &name.name);
            let Some(view) = view.filter(|_| seen.insert(name)) else {
                continue;
            };
            match stored(query, view).await? {
                Ok(stored) => found.insert(name.to_string(), stored.view.pin()?),
                Err(_) => open.push(name),
            }
        }
    }
    Ok(found)
}

/// The tables of the warehouse that a view reads, through any number of views, except those of
/// which rows are stored.
///
/// # Errors
/// A plan error for a parameter with a wrong value.
pub(super) fn tables_below(
    query: &Query,
    view: &ViewName,
    stored: &Pins,
) -> Result<BTreeSet<String>> {
    let stored: BTreeSet<&str> = stored.tables().collect();
    let reading = query.reading()?;
    // What converts amounts names no table.
    let mut tables = BTreeSet::from([RATES.to_owned()]);
    let mut seen = BTreeSet::from([view]);
    let mut open = vec![view];
    while let Some(reader) = open.pop() {
        for name in reading.named_in(reader) {
            if query.reads_table(name) {
                tables.insert(name.name.clone());
            } else if !stored.contains(name.to_string().as_str()) && seen.insert(name) {
                open.push(name);
            }
        }
    }
    Ok(tables)
}
