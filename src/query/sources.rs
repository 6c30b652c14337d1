//! What one query sees: tables, views and settings.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, OnceLock},
};

use datafusion::{
    catalog::{
        SchemaProvider, TableProvider,
        information_schema::{INFORMATION_SCHEMA, INFORMATION_SCHEMA_TABLES},
    },
    common::{Result, plan_err},
    datasource::{MemTable, ViewTable},
    execution::SessionState,
};
use datafusion_attribution::ATTRIBUTE_TABLES;

use super::{
    data_health,
    definitions::Definitions,
    explain_order::EXPLAIN_ORDER,
    policy::{Rights, Standing},
    reading::Reading,
    settings::Settings,
    system_table::{SYSTEM_SCHEMA, Scanned, SystemTable},
    time::IN_PERIODS,
    view::{DEFAULT_SCHEMA, View, ViewName},
};
use crate::{
    security::{Access, Caller},
    warehouse::{
        Warehouse,
        conform::conform,
        contract,
        pins::Pins,
        stored_view::{StoredView, StoredViews},
    },
};

/// Where the tables and views of a session come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub caller: Arc<Caller>,
    pub access: Arc<Access>,
    pub warehouse: Arc<Warehouse>,
    pub definitions: Arc<Definitions>,
    pub system_tables: Arc<[Arc<dyn SystemTable>]>,
    pub stored_views: Arc<StoredViews>,
    /// Tables that live as long as the session; they hide those of the warehouse.
    pub session_tables: Arc<dyn SchemaProvider>,
    /// The versions of the warehouse's tables to read; `None` reads the newest.
    pub pins: Option<Arc<Pins>>,
    /// The stored rows of views to read, whatever their age, and no others; `None` reads what may
    /// be read.
    pub stored_pins: Option<Arc<Pins>>,
}

impl Sources {
    pub(super) fn is_stored(&self, name: &str) -> bool {
        self.session_tables.table_exist(name) || self.warehouse.has_table(name)
    }

    fn system_table(&self, name: &str) -> Option<&Arc<dyn SystemTable>> {
        self.system_tables.iter().find(|table| table.name() == name)
    }
}

/// What one query sees, and its references share.
pub struct Query {
    sources: Sources,
    state: SessionState,
    /// The table that the statement creates: it need not be there.
    created: Option<String>,
    opened: Mutex<HashMap<String, Arc<dyn TableProvider>>>,
    stored_views: Mutex<HashMap<ViewName, Option<Arc<StoredView>>>>,
    reading: OnceLock<Reading>,
}

impl Query {
    /// A query of a session with this state, which may create a table.
    pub(super) fn new(sources: Sources, state: SessionState, created: Option<String>) -> Self {
        Self {
            sources,
            state,
            created,
            opened: Mutex::default(),
            stored_views: Mutex::default(),
            reading: OnceLock::new(),
        }
    }

    pub(super) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The state of the session, which has no tables but the session's own.
    pub(super) fn state(&self) -> &SessionState {
        &self.state
    }

    pub fn definitions(&self) -> &Definitions {
        &self.sources.definitions
    }

    /// Who asks.
    pub fn caller(&self) -> &Arc<Caller> {
        &self.sources.caller
    }

    /// What the caller may read and change.
    pub fn access(&self) -> &Access {
        &self.sources.access
    }

    /// Whether a table or view exists for the caller.
    pub fn shows(&self, name: &ViewName) -> bool {
        let standing = Rights::Caller.standing(self, name);
        standing.is_ok_and(|standing| standing != Standing::Hidden)
    }

    /// Where the stored tables are.
    pub fn warehouse(&self) -> &Warehouse {
        &self.sources.warehouse
    }

    /// The settings of the session that asks.
    pub fn settings(&self) -> Result<&Settings> {
        Settings::of(self.state.config_options())
    }

    /// What its views read.
    pub fn reading(&self) -> Result<&Reading> {
        let settings = self.settings()?;
        let reading = || Reading::of(self.definitions(), settings);
        Ok(self.reading.get_or_init(reading))
    }

    /// The tables that a view reads, through other views, and that are not there.
    pub fn missing_tables(&self, view: &ViewName) -> Result<BTreeSet<ViewName>> {
        let mut reached = self.reading()?.reached_from(view);
        reached.retain(|it| !self.is_known(it));
        Ok(reached)
    }

    pub(super) fn schemas(&self) -> BTreeSet<&str> {
        let schemas = self.definitions().schemas();
        schemas.chain([DEFAULT_SCHEMA, SYSTEM_SCHEMA]).collect()
    }

    pub(super) fn is_table(&self, schema: &str, name: &str) -> bool {
        match schema {
            DEFAULT_SCHEMA => self.sources.is_stored(name) || is_optional(name),
            SYSTEM_SCHEMA => self.sources.system_table(name).is_some(),
            _ => false,
        }
    }

    /// Whether there is something of that name, as far as the caller may know.
    pub fn can_name(&self, name: &ViewName) -> bool {
        let is_for_all = match name.schema.as_str() {
            DEFAULT_SCHEMA => self.is_function(&name.name),
            SYSTEM_SCHEMA | INFORMATION_SCHEMA => true,
            _ => false,
        };
        self.is_known(name) && (is_for_all || self.shows(name))
    }

    /// Whether it is a view, a table, or a table function, which the references of a statement do
    /// not tell from a table.
    fn is_known(&self, ViewName { schema, name }: &ViewName) -> bool {
        self.definitions().get(schema, name).is_some()
            || self.is_table(schema, name)
            || match schema.as_str() {
                DEFAULT_SCHEMA => self.is_function(name),
                data_health::SCHEMA => name == data_health::NAME,
                INFORMATION_SCHEMA => INFORMATION_SCHEMA_TABLES.contains(&name.as_str()),
                _ => false,
            }
    }

    pub fn is_function(&self, name: &str) -> bool {
        self.state.table_functions().contains_key(name)
            || [IN_PERIODS, EXPLAIN_ORDER, ATTRIBUTE_TABLES.function].contains(&name)
    }

    /// The tables of a schema, and its views whose tables are all there.
    pub(super) fn table_names(&self, schema: &str) -> BTreeSet<String> {
        let is_available = |view: &&Arc<View>| {
            let missing = self.missing_tables(&view.full_name());
            missing.is_ok_and(|missing| missing.is_empty())
        };
        let views = self.definitions().views(schema).filter(is_available);
        let mut names: BTreeSet<String> = views.map(|view| view.name.clone()).collect();
        let Sources {
            warehouse,
            session_tables,
            system_tables,
            ..
        } = &self.sources;
        match schema {
            DEFAULT_SCHEMA => {
                names.extend(session_tables.table_names());
                names.extend(warehouse.table_names());
                let optional = contract::Table::all().filter(|table| table.optional);
                names.extend(optional.map(|table| table.name.to_owned()));
            }
            SYSTEM_SCHEMA => names.extend(system_tables.iter().map(|it| it.name().to_owned())),
            _ => {}
        }
        names
    }

    /// Opens a table, or finds it opened.
    ///
    /// # Errors
    /// A plan error that says how to import a fact table that is missing.
    pub async fn table(
        self: &Arc<Self>,
        schema: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        match schema {
            DEFAULT_SCHEMA => self.open_table(name).await,
            SYSTEM_SCHEMA => Ok(self.sources.system_table(name).map(|table| {
                Arc::new(Scanned {
                    table: Arc::clone(table),
                    query: Arc::clone(self),
                }) as _
            })),
            _ => Ok(None),
        }
    }

    /// Whether a name that a view reads is that of a table of the warehouse.
    pub fn reads_table(&self, name: &ViewName) -> bool {
        name.schema == DEFAULT_SCHEMA
            && !self.is_function(&name.name)
            && self.definitions().get(&name.schema, &name.name).is_none()
    }

    /// The stored rows of a view, at the version that all references of this query see.
    ///
    /// # Errors
    /// An error of the object store, or of a broken table.
    pub async fn stored_view(&self, view: &View) -> Result<Option<Arc<StoredView>>> {
        let name = view.full_name();
        if let Some(stored) = self
            .stored_views
            .lock()
            .expect("no holder panics")
            .get(&name)
        {
            return Ok(stored.clone());
        }
        let Sources {
            warehouse,
            stored_views,
            stored_pins,
            ..
        } = &self.sources;
        let (location, schema, table) = (warehouse.location(), &view.schema, &view.name);
        let stored = match stored_pins {
            None => stored_views.open(location, schema, table).await?,
            Some(pins) => {
                let pin = pins.get(&name.to_string());
                stored_views.open_at(location, (schema, table), pin).await?
            }
        };
        let mut opened = self.stored_views.lock().expect("no holder panics");
        Ok(opened.entry(name).or_insert(stored.map(Arc::new)).clone())
    }

    async fn open_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_function(name) {
            return Ok(None);
        }
        if let Some(table) = self.opened.lock().expect("no holder panics").get(name) {
            return Ok(Some(Arc::clone(table)));
        }
        let stored = self.stored_table(name).await?;
        let Some(table) = self.as_queries_see_it(name, stored)? else {
            return Ok(None);
        };
        self.opened
            .lock()
            .expect("no holder panics")
            .insert(name.to_owned(), Arc::clone(&table));
        Ok(Some(table))
    }

    /// A table as it is stored, in the version that the query reads.
    ///
    /// # Errors
    /// An error of the store, or a plan error if that version is gone.
    pub async fn stored_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Sources {
            warehouse,
            session_tables,
            pins,
            ..
        } = &self.sources;
        if let Some(table) = session_tables.table(name).await? {
            return Ok(Some(table));
        }
        match pins {
            Some(pins) => {
                let pin = pins.get(name);
                warehouse.pinned_table(&self.state, name, pin).await
            }
            None => warehouse.table(&self.state, name).await,
        }
    }

    fn as_queries_see_it(
        &self,
        name: &str,
        stored: Option<Arc<dyn TableProvider>>,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(contract) = contract::Table::named(name) else {
            return Ok(stored);
        };
        match stored {
            Some(stored) => {
                let as_of = self.settings()?.as_of.map(|at| at.as_microsecond());
                let plan = conform(contract, stored, as_of)?;
                Ok(Some(Arc::new(ViewTable::new(plan, None))))
            }
            None if contract.optional => Ok(Some(Arc::new(MemTable::try_new(
                contract.schema(),
                vec![vec![]],
            )?))),
            None if self.created.as_deref() == Some(name) => Ok(None),
            None => plan_err!(
                "table {name} is not in the warehouse {}: import it with `tributary import {name} FILE…`",
                self.sources.warehouse.location().url()
            ),
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Query")
    }
}

/// A missing dimension is an empty one.
fn is_optional(name: &str) -> bool {
    contract::Table::named(name).is_some_and(|table| table.optional)
}
