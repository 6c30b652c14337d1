//! With whose rights a table or view is read, and what that leaves of it.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::common::Result;

use super::super::{
    sources::Query,
    view::{DEFAULT_SCHEMA, View, ViewName},
};
use crate::{security::Role, warehouse::contract};

/// With whose rights.
#[derive(Debug, Clone)]
pub(in crate::query) enum Rights {
    /// The engine's own: what it needs to compute with, such as rates.
    Engine,
    /// The caller's: what the caller wrote, and views that users made.
    Caller,
    /// A report's, which reads everything for a caller with these roles.
    Report {
        readers: Arc<[Arc<Role>]>,
        /// Whether the policies of the roles must still be applied, further down.
        is_restricted: bool,
    },
}

/// What is left of a table or view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) enum Standing {
    /// It does not exist.
    Hidden,
    /// All rows, as far as these roles' masks show them; no roles: all that is stored.
    Whole(Vec<Arc<Role>>),
    /// The rows that one of these roles lets through.
    Restricted(Vec<Arc<Role>>),
    /// A view whose policies hold for the rows that it reads.
    RestrictedBelow(Vec<Arc<Role>>),
}

impl Standing {
    /// Whether it is the table as it is stored.
    pub(in crate::query) fn is_unmasked(&self) -> bool {
        match self {
            Self::Whole(roles) => roles.is_empty() || roles.iter().any(|role| !role.has_masks()),
            _ => false,
        }
    }
}

impl Rights {
    /// What is left of a table or view, as far as its columns are known without opening it.
    ///
    /// # Errors
    /// A plan error for a parameter of a view that has a wrong value.
    pub(in crate::query) fn standing(&self, query: &Query, name: &ViewName) -> Result<Standing> {
        self.standing_on_the_way(query, name, &mut BTreeSet::new())
    }

    /// # Arguments
    /// `asked`: what was asked on the way down, which a view that reads itself would ask for ever.
    fn standing_on_the_way(
        &self,
        query: &Query,
        name: &ViewName,
        asked: &mut BTreeSet<ViewName>,
    ) -> Result<Standing> {
        let ViewName { schema, name: of } = name;
        let readers = match self {
            Self::Engine => return Ok(Standing::Whole(Vec::new())),
            Self::Caller => query.access().readers(schema, of),
            Self::Report { readers, .. } => readers.to_vec(),
        };
        // The text of a view does not tell a table function from a table.
        if schema == DEFAULT_SCHEMA && query.is_function(of) {
            return Ok(Standing::Whole(readers));
        }
        if readers.is_empty() {
            return Ok(Standing::Hidden);
        }
        let Some(view) = query.definitions().get(schema, of) else {
            return Ok(self.table_standing(readers, name));
        };
        if !asked.insert(name.clone()) {
            return Ok(Standing::Whole(readers));
        }
        if view.is_of_users() {
            let is_visible = Self::Caller.reads_all(query, name, asked)?;
            return Ok(whole_if(is_visible, readers));
        }
        let is_free = matches!(
            self,
            Self::Report {
                is_restricted: false,
                ..
            }
        );
        if is_free {
            return Ok(Standing::Whole(readers));
        }
        let unrestricted = unrestricted(&readers, |role| role.view_policies(schema, of).is_empty());
        if !unrestricted.is_empty() {
            return Ok(Standing::Whole(unrestricted));
        }
        if has_columns(query, name, &readers)? {
            return Ok(Standing::Restricted(readers));
        }
        let below = Self::Report {
            readers: readers.clone().into(),
            is_restricted: true,
        };
        match below.reads_all(query, name, asked)? {
            true => Ok(Standing::RestrictedBelow(readers)),
            false => Ok(Standing::Hidden),
        }
    }

    fn reads_all(
        &self,
        query: &Query,
        view: &ViewName,
        asked: &mut BTreeSet<ViewName>,
    ) -> Result<bool> {
        for name in query.reading()?.named_in(view) {
            if self.standing_on_the_way(query, name, asked)? == Standing::Hidden {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn table_standing(&self, readers: Vec<Arc<Role>>, name: &ViewName) -> Standing {
        let ViewName { schema, name: of } = name;
        let unrestricted = unrestricted(&readers, |role| role.row_policies(schema, of).is_empty());
        match self {
            _ if !unrestricted.is_empty() => Standing::Whole(unrestricted),
            Self::Engine => Standing::Whole(Vec::new()),
            Self::Caller => Standing::Restricted(readers),
            Self::Report { is_restricted, .. } => {
                whole_if(!is_restricted || describes(name), readers)
            }
        }
    }

    /// The rights to plan a view with that has this standing.
    pub(in crate::query) fn within(&self, view: &View, standing: &Standing) -> Self {
        match standing {
            _ if matches!(self, Self::Engine) => Self::Engine,
            _ if view.is_of_users() => Self::Caller,
            Standing::Hidden => Self::Caller,
            Standing::Whole(readers) | Standing::Restricted(readers) => Self::Report {
                readers: readers.clone().into(),
                is_restricted: false,
            },
            Standing::RestrictedBelow(readers) => Self::Report {
                readers: readers.clone().into(),
                is_restricted: true,
            },
        }
    }

    /// Whether a view shows something of what the caller could not read without it.
    ///
    /// # Errors
    /// As [`Self::standing`].
    pub(in crate::query) fn borrows(&self, query: &Query, view: &ViewName) -> Result<bool> {
        if !matches!(self, Self::Caller) || query.access().is_administrator() {
            return Ok(false);
        }
        for name in query.reading()?.reached_from(view) {
            if !matches!(self.standing(query, &name)?, Standing::Whole(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The roles that no policy restricts. If there are any, only they count: another role's right to
/// see a value ends with the rows that it shows.
fn unrestricted(roles: &[Arc<Role>], is_unrestricted: impl Fn(&Role) -> bool) -> Vec<Arc<Role>> {
    let roles = roles.iter().filter(|role| is_unrestricted(role));
    roles.cloned().collect()
}

fn whole_if(is_whole: bool, readers: Vec<Arc<Role>>) -> Standing {
    match is_whole {
        true => Standing::Whole(readers),
        false => Standing::Hidden,
    }
}

/// Whether the policies of all roles are about the view itself, and it has their columns.
fn has_columns(query: &Query, view: &ViewName, roles: &[Arc<Role>]) -> Result<bool> {
    let Some(columns) = query.reading()?.columns_of(view) else {
        return Ok(false);
    };
    let ViewName { schema, name } = view;
    let mut policies = roles
        .iter()
        .flat_map(|role| role.view_policies(schema, name));
    Ok(policies
        .all(|policy| policy.governs(schema, name) && policy.filter.columns().is_subset(columns)))
}

/// Whether a table only says more of what others name, such as the name of a store: without them
/// it gives nothing away.
fn describes(ViewName { schema, name }: &ViewName) -> bool {
    schema == DEFAULT_SCHEMA
        && contract::Table::named(name).is_some_and(|table| table.describes_others())
}
