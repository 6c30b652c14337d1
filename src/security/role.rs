//! A role: what it may read and change, and what of it exists for the role.

use std::{collections::BTreeMap, sync::Arc};

use datafusion::sql::sqlparser::parser::ParserError;
use thiserror::Error;

use super::{
    condition::Condition,
    pattern::{Pattern, PatternError, any_covers},
};
use crate::config;

/// A role as the configuration says, checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    pub name: String,
    read: Vec<Pattern>,
    write: Vec<Pattern>,
    pub is_administrator: bool,
    rows: Vec<RowPolicy>,
    masks: Vec<Mask>,
}

/// Which rows exist for a role.
#[derive(Debug, PartialEq, Eq)]
pub struct RowPolicy {
    on: Vec<Pattern>,
    except: Vec<Pattern>,
    pub filter: Condition,
}

/// What a role sees instead of a column's values.
#[derive(Debug, PartialEq, Eq)]
pub struct Mask {
    on: Vec<Pattern>,
    pub column: String,
    pub value: Condition,
}

/// What is wrong with a role of the configuration, and where.
#[derive(Debug, Error)]
#[error("security.roles.{role}.{key}: {reason}")]
pub struct RoleError {
    role: String,
    key: String,
    reason: Reason,
}

#[derive(Debug, Error)]
enum Reason {
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("{0}")]
    Sql(#[from] ParserError),
}

impl RowPolicy {
    fn leaves_alone(&self, schema: &str, name: &str) -> bool {
        any_covers(&self.except, schema, name)
    }

    /// Whether the policy is about a table or view itself.
    pub fn governs(&self, schema: &str, name: &str) -> bool {
        any_covers(&self.on, schema, name) && !self.leaves_alone(schema, name)
    }
}

impl Role {
    /// # Errors
    /// The key of the configuration, what was expected there, and what came.
    pub fn of(name: &str, config: &config::Role) -> Result<Self, RoleError> {
        let at = |key: String| {
            move |reason: Reason| RoleError {
                role: name.to_owned(),
                key,
                reason,
            }
        };
        let patterns = |key: String, texts: &[String]| {
            let patterns = texts.iter().map(|text| Ok(text.parse::<Pattern>()?));
            let patterns = patterns.collect::<Result<Vec<_>, Reason>>();
            patterns.map_err(at(key))
        };
        let rows = config.rows.iter().enumerate().map(|(idx, policy)| {
            let filter = Condition::parse(&policy.filter).map_err(Reason::from);
            Ok(RowPolicy {
                on: patterns(format!("rows[{idx}].on"), &policy.on)?,
                except: patterns(format!("rows[{idx}].except"), &policy.except)?,
                filter: filter.map_err(at(format!("rows[{idx}].filter")))?,
            })
        });
        let masks = config.masks.iter().enumerate().map(|(idx, mask)| {
            let value = Condition::parse(&mask.value).map_err(Reason::from);
            Ok(Mask {
                on: patterns(format!("masks[{idx}].on"), &mask.on)?,
                column: mask.column.clone(),
                value: value.map_err(at(format!("masks[{idx}].value")))?,
            })
        });
        Ok(Self {
            name: name.to_owned(),
            read: patterns("read".to_owned(), &config.read)?,
            write: patterns("write".to_owned(), &config.write)?,
            is_administrator: config.administrator,
            rows: rows.collect::<Result<_, _>>()?,
            masks: masks.collect::<Result<_, _>>()?,
        })
    }

    pub fn can_read(&self, schema: &str, name: &str) -> bool {
        self.is_administrator || any_covers(&self.read, schema, name)
    }

    pub fn can_write(&self, schema: &str, name: &str) -> bool {
        self.is_administrator || any_covers(&self.write, schema, name)
    }

    /// Whether the role may change anything at all.
    pub fn is_writer(&self) -> bool {
        self.is_administrator || !self.write.is_empty()
    }

    /// The policies on the rows of a table or view itself.
    pub fn row_policies(&self, schema: &str, name: &str) -> Vec<&RowPolicy> {
        let rows = self.governing_rows().iter();
        rows.filter(|it| it.governs(schema, name)).collect()
    }

    /// The policies that hold for a view, whether on its own rows or on rows that it reads.
    pub fn view_policies(&self, schema: &str, name: &str) -> Vec<&RowPolicy> {
        let rows = self.governing_rows().iter();
        rows.filter(|it| !it.leaves_alone(schema, name)).collect()
    }

    /// What stands for the values of a column.
    pub fn mask(&self, schema: &str, name: &str, column: &str) -> Option<&Mask> {
        let mut masks = self.masks.iter().filter(|_| !self.is_administrator);
        masks.find(|it| it.column == column && any_covers(&it.on, schema, name))
    }

    /// Whether rows or values of a table may be hidden from the role.
    pub fn hides_some_of(&self, schema: &str, name: &str) -> bool {
        let mut masks = self.masks.iter().filter(|_| !self.is_administrator);
        !self.row_policies(schema, name).is_empty()
            || masks.any(|it| any_covers(&it.on, schema, name))
    }

    /// Whether any value may be hidden from the role.
    pub fn has_masks(&self) -> bool {
        !self.is_administrator && !self.masks.is_empty()
    }

    fn governing_rows(&self) -> &[RowPolicy] {
        match self.is_administrator {
            true => &[],
            false => &self.rows,
        }
    }
}

/// The roles of a server, by name.
#[derive(Debug, Default)]
pub struct Roles(BTreeMap<String, Arc<Role>>);

impl Roles {
    /// # Errors
    /// The first of what is wrong.
    pub fn of(config: &BTreeMap<String, config::Role>) -> Result<Self, RoleError> {
        let roles = config
            .iter()
            .map(|(name, role)| Ok((name.clone(), Arc::new(Role::of(name, role)?))));
        roles.collect::<Result<_, _>>().map(Self)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Role>> {
        self.0.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Role>> {
        self.0.values()
    }
}
