//! The user of a session, as login found them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub user: Arc<str>,
    pub roles: BTreeSet<String>,
    /// What row policies ask of the user, by name.
    pub attributes: BTreeMap<String, Vec<String>>,
}

impl Caller {
    /// Who runs the program on the warehouse itself and needs nobody's permission.
    pub fn local() -> Arc<Self> {
        Self::named("local")
    }

    /// Who connects to a server without login.
    pub fn anonymous() -> Arc<Self> {
        Self::named("anonymous")
    }

    fn named(user: &str) -> Arc<Self> {
        Arc::new(Self {
            user: user.into(),
            roles: BTreeSet::new(),
            attributes: BTreeMap::new(),
        })
    }
}
