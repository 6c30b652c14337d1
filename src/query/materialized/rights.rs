//! Whether who reads a view may have rows that were computed from everything.
//!
//! A report computes from all rows, and its own rows are filtered for the caller: that filter goes
//! on top of the stored rows as well. A view that users made is filtered at its tables, so that its
//! stored rows are only for who sees these whole. Values that masks would change below the view
//! are in its stored rows as they are, so that they, too, are only for who sees them.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::common::Result;

use super::super::{
    catalog::Query,
    policy::{Rights, Standing},
    view::{View, ViewName},
};

/// # Arguments
/// `standing`: what these rights leave of the view.
pub(super) fn reads_stored(
    query: &Query,
    view: &View,
    rights: &Rights,
    standing: &Standing,
) -> Result<bool> {
    let is_plain = match standing {
        _ if matches!(rights, Rights::Engine) => return Ok(true),
        // The policies of the caller hold for the rows that it reads.
        Standing::Hidden | Standing::RestrictedBelow(_) => false,
        Standing::Restricted(_) => !view.is_of_users(),
        Standing::Whole(_) => !view.is_of_users() || standing.is_unmasked(),
    };
    let within = rights.within(view, standing);
    Ok(is_plain && sees_all_below(query, &view.full_name(), &within, &mut BTreeSet::new())?)
}

/// Whether everything that a view reads is there as it is stored, through any number of views.
///
/// # Arguments
/// `seen`: what was asked, and with whose rights: a table that a report sees whole may be another
/// one for a view that users made.
fn sees_all_below(
    query: &Query,
    view: &ViewName,
    rights: &Rights,
    seen: &mut BTreeSet<(ViewName, Whose)>,
) -> Result<bool> {
    for name in query.reading()?.named_in(view) {
        if !seen.insert((name.clone(), whose(rights))) {
            continue;
        }
        let standing = rights.standing(query, name)?;
        if !standing.is_unmasked() {
            return Ok(false);
        }
        if let Some(below) = query.definitions().get(&name.schema, &name.name) {
            let rights = rights.within(below, &standing);
            if !sees_all_below(query, name, &rights, seen)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Rights, as far as they differ from others of the same query: the roles of a report's readers, and
/// whether these restrict it.
type Whose = Option<(Vec<usize>, bool)>;

fn whose(rights: &Rights) -> Whose {
    match rights {
        Rights::Engine | Rights::Caller => None,
        Rights::Report {
            readers,
            is_restricted,
        } => {
            let readers = readers.iter().map(|role| Arc::as_ptr(role).addr());
            Some((readers.collect(), *is_restricted))
        }
    }
}
