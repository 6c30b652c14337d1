//! What the sessions of an engine share, and how one begins.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use datafusion::{
    catalog::{
        CatalogProvider, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    },
    execution::SessionState,
    prelude::SessionContext,
};

use super::{planner, refreshes::Refreshes, session::Session};
use crate::{
    query::{
        catalog::{CATALOG, Sources},
        definition_store::DefinitionStore,
        system_table::SystemTable,
        view::DEFAULT_SCHEMA,
    },
    security::{Access, Caller, Roles},
    warehouse::{Warehouse, stored_view::StoredViews},
};

/// What sessions begin with.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) warehouse: Arc<Warehouse>,
    pub(super) definitions: Arc<DefinitionStore>,
    pub(super) system_tables: Arc<[Arc<dyn SystemTable>]>,
    pub(super) stored_views: Arc<StoredViews>,
    /// It is copied for each: building one takes longer than a small query.
    pub(super) state: SessionState,
    pub(super) roles: Roles,
    pub(super) refresh_lease: Duration,
    pub(super) refreshes: OnceLock<Arc<dyn Refreshes>>,
}

impl Shared {
    pub(super) fn access(&self, caller: &Caller) -> Access {
        Access::of(caller, &self.roles)
    }

    pub(super) fn session_of(self: &Arc<Self>, caller: Arc<Caller>) -> Session {
        let session_tables = Arc::new(MemorySchemaProvider::new());
        let ctx = context(self.state.clone(), Arc::clone(&session_tables), &caller);
        let sources = Sources {
            access: Arc::new(self.access(&caller)),
            caller,
            warehouse: Arc::clone(&self.warehouse),
            definitions: self.definitions.current(),
            system_tables: Arc::clone(&self.system_tables),
            stored_views: Arc::clone(&self.stored_views),
            session_tables,
            pins: None,
            stored_pins: None,
        };
        Session::new(sources, Arc::clone(self), ctx)
    }

    /// A session of the engine itself: it may do everything.
    pub(super) fn own_session(self: &Arc<Self>) -> Session {
        self.session_of(Caller::local())
    }

    pub(super) fn refreshes(&self) -> Option<&Arc<dyn Refreshes>> {
        self.refreshes.get()
    }
}

/// A context of its own for a session: the catalogs of a state are shared by its copies.
fn context(
    mut state: SessionState,
    session_tables: Arc<MemorySchemaProvider>,
    caller: &Arc<Caller>,
) -> SessionContext {
    state.register_catalog_list(Arc::new(MemoryCatalogProviderList::new()));
    let ctx = SessionContext::new_with_state(state);
    planner::functions_of(caller).for_each(|function| ctx.register_udf(function));
    // Statements that create tables look their schema up here; queries never do.
    let catalog = MemoryCatalogProvider::new();
    let registered = catalog.register_schema(DEFAULT_SCHEMA, session_tables);
    debug_assert!(registered.is_ok_and(|replaced| replaced.is_none()));
    ctx.register_catalog(CATALOG, Arc::new(catalog));
    ctx
}
