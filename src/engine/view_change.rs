//! Statements that change which views there are.

use datafusion::common::{Result, plan_err};

use super::session::Session;
use crate::{
    query::{
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
    Drop { name: ViewName, if_exists: bool },
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
            ViewChange::Drop { name, .. } if self.has_temporary(name) => Ok(()),
            ViewChange::Drop { name, .. } => self.check_write("DROP VIEW", name),
        }
    }

    pub(super) async fn change(&self, change: ViewChange) -> Result<()> {
        self.check_change(&change)?;
        match change {
            ViewChange::Create(create) => self.create_view(create).await,
            ViewChange::Drop { name, if_exists } => match self.drop_view(&name).await? {
                false if !if_exists => {
                    plan_err!("DROP VIEW: there is no view {}.{}", name.schema, name.name)
                }
                _ => Ok(()),
            },
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
    async fn drop_view(&self, name: &ViewName) -> Result<bool> {
        let is_own = {
            let mut temporary = self.temporary.write().expect("no writer panics");
            temporary.remove(name)
        };
        match is_own {
            true => Ok(true),
            false => self.shared.remove(name).await,
        }
    }

    fn has_temporary(&self, name: &ViewName) -> bool {
        let temporary = self.temporary.read().expect("no writer panics");
        temporary.get(&name.schema, &name.name).is_some()
    }

    fn check_write(&self, statement: &str, name: &ViewName) -> Result<()> {
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
