//! Which views to refresh, and in which order.

use datafusion::common::Result;

use super::query_of;
use crate::{engine::Session, query::view::ViewName};

/// The materialized views whose tables are there and that are not suspended, each after those that
/// it reads: so it is made from what they are now.
///
/// # Errors
/// A plan error for a parameter with a wrong value.
pub fn in_order(session: &Session) -> Result<Vec<ViewName>> {
    let definitions = session.definitions();
    let query = query_of(&session.query_state()?)?;
    let mut views = Vec::new();
    for name in query.reading()?.views_in_order() {
        let view = definitions.get(&name.schema, &name.name);
        if view.is_some_and(|view| view.materialized.is_some())
            && !definitions.is_suspended(&name)
            && query.missing_tables(&name)?.is_empty()
        {
            views.push(name);
        }
    }
    Ok(views)
}

/// These views, each after those that it reads.
///
/// # Errors
/// A plan error for a name that is not of a materialized view.
pub fn named(session: &Session, names: &[ViewName]) -> Result<Vec<ViewName>> {
    let definitions = session.definitions();
    for name in names {
        definitions.check_materialized("refresh", name)?;
    }
    let query = query_of(&session.query_state()?)?;
    let mut views = query.reading()?.views_in_order();
    views.retain(|view| names.contains(view));
    Ok(views)
}
