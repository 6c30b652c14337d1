//! What a caller may read and change: the rights of the caller's roles together.
//!
//! A caller with several roles may do what any of them may. A row exists if it does for one of the
//! roles that may read its table; a value of it is masked if all roles mask it that show the row. If
//! a role shows all rows, the masks of such roles alone decide.

use std::sync::Arc;

use super::{
    caller::{Caller, Login},
    role::{Role, Roles},
};
use crate::config;

/// The role of who connects to a server without login; if there is none, they may read everything.
const ANONYMOUS: &str = "anonymous";

/// The rights of one caller.
#[derive(Debug, Clone)]
pub struct Access {
    roles: Vec<Arc<Role>>,
}

impl Access {
    /// The rights of a caller under the roles of a server; a role that the server does not have
    /// grants nothing.
    pub fn of(caller: &Caller, roles: &Roles) -> Self {
        match caller.login {
            Login::Local => Self::built_in(|role| role.administrator = true),
            Login::Anonymous => match roles.get(ANONYMOUS) {
                Some(role) => Self {
                    roles: vec![Arc::clone(role)],
                },
                None => Self::built_in(|role| role.read = vec!["*".to_owned()]),
            },
            Login::Named => Self {
                roles: caller
                    .roles
                    .iter()
                    .filter_map(|name| roles.get(name).cloned())
                    .collect(),
            },
        }
    }

    fn built_in(grant: impl FnOnce(&mut config::Role)) -> Self {
        let mut role = config::Role::default();
        grant(&mut role);
        let role = Role::of("", &role).expect("its patterns are ours");
        Self {
            roles: vec![Arc::new(role)],
        }
    }

    /// The roles that let the caller read a table or view; none: for the caller it does not exist.
    pub fn readers(&self, schema: &str, name: &str) -> Vec<Arc<Role>> {
        let roles = self.roles.iter();
        let readers = roles.filter(|role| role.can_read(schema, name));
        readers.cloned().collect()
    }

    /// Whether the caller may import into, create, refresh or drop a table or view.
    pub fn can_write(&self, schema: &str, name: &str) -> bool {
        self.roles.iter().any(|role| role.can_write(schema, name))
    }

    /// Whether there is anything that the caller may change.
    pub fn is_writer(&self) -> bool {
        self.roles.iter().any(|role| role.is_writer())
    }

    /// Whether the caller sees and may cancel what others do.
    pub fn is_administrator(&self) -> bool {
        self.roles.iter().any(|role| role.is_administrator)
    }
}
