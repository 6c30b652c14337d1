//! The user of a session, as login found them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use uuid::Uuid;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    pub user: Arc<str>,
    pub login: Login,
    pub roles: BTreeSet<String>,
    /// What row policies ask of the user, by name.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The login that the request belongs to, the same for all its requests on any replica;
    /// `None` where each request brings its own credentials, or none.
    pub session: Option<Uuid>,
}

/// How the caller came to be who they are; a name alone proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Login {
    /// Runs the program on the warehouse itself and needs nobody's permission.
    Local,
    /// Connects to a server without login.
    Anonymous,
    /// Proved to be a user.
    Named,
}

impl Caller {
    /// Who runs the program on the warehouse itself.
    pub fn local() -> Arc<Self> {
        Self::without_roles("local", Login::Local)
    }

    /// Who connects to a server without login.
    pub fn anonymous() -> Arc<Self> {
        Self::without_roles("anonymous", Login::Anonymous)
    }

    fn without_roles(user: &str, login: Login) -> Arc<Self> {
        Arc::new(Self {
            user: user.into(),
            login,
            roles: BTreeSet::new(),
            attributes: BTreeMap::new(),
            session: None,
        })
    }
}
