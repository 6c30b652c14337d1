//! Statements that change which views there are, or what is stored of them.

use std::sync::Arc;

use datafusion::common::{Result, plan_err};

use super::{refreshes::RefreshRequest, session::Session, work::Work};
use crate::{
    query::{
        materialized::Refresh,
        statement::CreateView,
        system_table,
        view::{View, ViewName},
    },
    security::Refusal,
};

/// What a planned statement changes once it is executed.
#[derive(Debug, Clone)]
pub enum ViewChange {
    Create(CreateView),
    Drop {
        name: ViewName,
        if_exists: bool,
        is_materialized: bool,
    },
    Refresh {
        name: ViewName,
        what: Refresh,
    },
    Suspend {
        name: ViewName,
        suspended: bool,
    },
}

impl Session {
    /// Whether the caller may make a change.
    ///
    /// # Errors
    /// A [`Refusal`], or a plan error for the name of a table that the engine makes.
    pub(super) fn check_change(&self, change: &ViewChange) -> Result<()> {
        match change {
            ViewChange::Create(CreateView {
                view, is_temporary, ..
            }) => {
                system_table::check_name(&self.sources.system_tables, view)?;
                match is_temporary {
                    true => Ok(()),
                    false => self.check_write("CREATE VIEW", &view.full_name()),
                }
            }
            ViewChange::Drop {
                name,
                is_materialized: false,
                ..
            } if self.has_temporary(name) => Ok(()),
            ViewChange::Drop {
                name,
                is_materialized: false,
                ..
            } => self.check_write("DROP VIEW", name),
            ViewChange::Drop { name, .. } => self.check_write("DROP MATERIALIZED VIEW", name),
            ViewChange::Refresh { name, .. } => self.check_stored("REFRESH", name),
            ViewChange::Suspend {
                name,
                suspended: true,
            } => self.check_stored("SUSPEND", name),
            ViewChange::Suspend { name, .. } => self.check_stored("RESUME", name),
        }
    }

    /// Whether the caller may write what is stored of a materialized view. Who may not does not
    /// learn whether there is one.
    fn check_stored(&self, statement: &str, name: &ViewName) -> Result<()> {
        self.check_write(&format!("{statement} MATERIALIZED VIEW"), name)?;
        let definitions = self.shared.current();
        definitions.check_materialized(statement, name).map(drop)
    }

    /// # Arguments
    /// `work`: what the statement runs within, on a server.
    pub(super) async fn change(&self, change: ViewChange, work: Option<Arc<Work>>) -> Result<()> {
        self.check_change(&change)?;
        match change {
            ViewChange::Create(create) => self.create_view(create).await,
            ViewChange::Drop {
                name,
                if_exists,
                is_materialized,
            } => match self.drop_view(&name, is_materialized).await? {
                false if !if_exists => {
                    let ViewName { schema, name } = name;
                    match is_materialized {
                        true => plan_err!(
                            "DROP MATERIALIZED VIEW: there is no materialized view {schema}.{name}"
                        ),
                        false => plan_err!("DROP VIEW: there is no view {schema}.{name}"),
                    }
                }
                _ => Ok(()),
            },
            ViewChange::Refresh { name, what } => {
                self.refresh(RefreshRequest { name, what, work }).await
            }
            ViewChange::Suspend { name, suspended } => self.shared.suspend(&name, suspended).await,
        }
    }

    async fn create_view(&self, create: CreateView) -> Result<()> {
        let CreateView {
            view,
            or_replace,
            is_temporary,
        } = create;
        if !is_temporary {
            return self.shared.create(view, or_replace).await;
        }
        let mut temporary = self.temporary.write().expect("no writer panics");
        if !or_replace && temporary.get(&view.schema, &view.name).is_some() {
            let View { schema, name, .. } = &view;
            return plan_err!("temporary view {schema}.{name} exists already");
        }
        temporary.add(view);
        Ok(())
    }

    /// Drops the session's own view of a name, else the one that all share.
    async fn drop_view(&self, name: &ViewName, is_materialized: bool) -> Result<bool> {
        let is_own = !is_materialized && {
            let mut temporary = self.temporary.write().expect("no writer panics");
            temporary.remove(name)
        };
        match is_own {
            true => Ok(true),
            false => self.shared.remove(name, is_materialized).await,
        }
    }

    fn has_temporary(&self, name: &ViewName) -> bool {
        let temporary = self.temporary.read().expect("no writer panics");
        temporary.get(&name.schema, &name.name).is_some()
    }

    pub(super) fn check_write(&self, statement: &str, name: &ViewName) -> Result<()> {
        match self.sources.access.can_write(&name.schema, &name.name) {
            true => Ok(()),
            false => Err(Refusal::new(
                format!("{statement} {name}"),
                "none of your roles may write there",
            )
            .into()),
        }
    }
}
