//! What each role can read, asked before anybody has it.

use std::sync::Arc;

use datafusion::{
    catalog::CatalogProviderList,
    common::{DataFusionError, Result},
};

use super::Engine;
use crate::{
    query::{catalog::CATALOG, view::ViewName},
    security::{Caller, Login},
};

/// What a role can read of what it has a right to.
#[derive(Debug)]
pub struct RoleFinding {
    pub role: String,
    /// Tables and views that exist for the role.
    pub readable: Vec<ViewName>,
    /// Those that its row policies hide, because nothing tells which of their rows it may see.
    pub hidden: Vec<ViewName>,
    /// Those whose policies or masks cannot be planned over their columns, and why.
    pub broken: Vec<(ViewName, DataFusionError)>,
}

pub(super) async fn check(engine: &Engine) -> Result<Vec<RoleFinding>> {
    let mut findings = Vec::new();
    for role in engine.shared.roles.iter() {
        findings.push(check_role(engine, &role.name).await?);
    }
    Ok(findings)
}

async fn check_role(engine: &Engine, role: &str) -> Result<RoleFinding> {
    let session = engine.session_of(Arc::new(Caller {
        user: role.into(),
        login: Login::Named,
        roles: [role.to_owned()].into(),
        ..Caller::clone(&Caller::anonymous())
    }));
    let everything = engine.session().catalog(None);
    let catalog = session.catalog(None);
    let access = Arc::clone(catalog.query());
    let mut finding = RoleFinding {
        role: role.to_owned(),
        readable: Vec::new(),
        hidden: Vec::new(),
        broken: Vec::new(),
    };
    let (Some(all), Some(of_role)) = (everything.catalog(CATALOG), catalog.catalog(CATALOG)) else {
        return Ok(finding);
    };
    for schema in all.schema_names() {
        let names = all.schema(&schema).map(|it| it.table_names());
        for name in names.unwrap_or_default() {
            let of_role = of_role.schema(&schema);
            let name = ViewName {
                schema: schema.clone(),
                name,
            };
            if access.access().readers(&schema, &name.name).is_empty() {
                continue;
            }
            let opened = match of_role {
                Some(schema) => schema.table(&name.name).await,
                None => Ok(None),
            };
            match opened {
                Ok(Some(_)) => finding.readable.push(name),
                Ok(None) => finding.hidden.push(name),
                Err(error) => finding.broken.push((name, error)),
            }
        }
    }
    Ok(finding)
}
