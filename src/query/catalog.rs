//! What one query sees: a catalog of tables and views, opened on demand and only once.
//!
//! Every query gets a catalog of its own. A table is opened when the planner first asks for it
//! and stays at that version for all references of the query, through however many views; a view
//! is planned with the settings of the session that asks. Nothing is resolved at execution.

use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use datafusion::{
    catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider},
    common::{DataFusionError, Result, plan_err},
    datasource::{MemTable, TableType, ViewTable},
    execution::SessionState,
};

use datafusion_attribution::ATTRIBUTE_TABLES;

use super::{
    data_health,
    definitions::Definitions,
    explain_order::{EXPLAIN_ORDER, ExplainedReports, ORDER_CANDIDATES},
    metric_view::{self, MetricView, Relations},
    settings::Settings,
    time::IN_PERIODS,
    view::{Body, DEFAULT_SCHEMA, View, ViewName, statement},
};
use crate::warehouse::{Warehouse, conform::conform, contract};

/// The name of the only catalog.
pub const CATALOG: &str = "tributary";

/// Where the tables and views of a session come from.
#[derive(Debug, Clone)]
pub struct Sources {
    pub warehouse: Arc<Warehouse>,
    pub definitions: Arc<Definitions>,
    /// Tables that live as long as the session; they hide those of the warehouse.
    pub session_tables: Arc<dyn SchemaProvider>,
}

impl Sources {
    fn is_stored(&self, name: &str) -> bool {
        self.session_tables.table_exist(name) || self.warehouse.has_table(name)
    }
}

/// The catalog list of one query.
pub struct QueryCatalog {
    query: Arc<Query>,
    /// The views being planned, outermost first.
    expanding: Vec<String>,
}

/// What the references of one query share.
struct Query {
    sources: Sources,
    state: SessionState,
    /// The table that the statement creates: it need not be there.
    created: Option<String>,
    opened: Mutex<HashMap<String, Arc<dyn TableProvider>>>,
}

impl QueryCatalog {
    /// A catalog for the next statement of a session with this state, which may create a table.
    pub fn new(sources: Sources, state: SessionState, created: Option<String>) -> Self {
        let query = Query {
            sources,
            state,
            created,
            opened: Mutex::default(),
        };
        Self {
            query: Arc::new(query),
            expanding: Vec::new(),
        }
    }

    /// The state to plan the query with.
    pub fn into_state(self) -> SessionState {
        let mut state = self.query.state.clone();
        state.register_catalog_list(Arc::new(self));
        state
    }
}

/// Opens a metric view as the query of this state sees it; `None` for any other table or view.
pub async fn metric_view(state: &SessionState, name: &ViewName) -> Result<Option<Arc<MetricView>>> {
    let catalog = state.catalog_list().catalog(CATALOG);
    let Some(schema) = catalog.and_then(|catalog| catalog.schema(&name.schema)) else {
        return Ok(None);
    };
    let table = schema.table(&name.name).await?;
    let table = table.map(|table| table as Arc<dyn Any + Send + Sync>);
    Ok(table.and_then(|table| table.downcast().ok()))
}

impl Query {
    fn is_table(&self, name: &str) -> bool {
        self.sources.is_stored(name) || is_optional(name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.is_table(name) || self.is_function(name)
    }

    fn is_function(&self, name: &str) -> bool {
        self.state.table_functions().contains_key(name)
            || [IN_PERIODS, EXPLAIN_ORDER, ATTRIBUTE_TABLES.function].contains(&name)
    }

    /// The views of a schema whose tables are all there.
    fn available_views(&self, schema: &str) -> Vec<String> {
        let definitions = &self.sources.definitions;
        let is_available = |view: &&Arc<View>| {
            definitions
                .missing_tables(view, &|name| self.is_known(name))
                .is_ok_and(|missing| missing.is_empty())
        };
        definitions
            .views(schema)
            .filter(is_available)
            .map(|view| view.name.clone())
            .collect()
    }

    async fn open_table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        if self.is_function(name) {
            return Ok(None);
        }
        if let Some(table) = self.opened.lock().expect("no holder panics").get(name) {
            return Ok(Some(Arc::clone(table)));
        }
        let Sources {
            warehouse,
            session_tables,
            ..
        } = &self.sources;
        let stored = match session_tables.table(name).await? {
            Some(table) => Some(table),
            None => warehouse.table(&self.state, name).await?,
        };
        let Some(table) = self.as_queries_see_it(name, stored)? else {
            return Ok(None);
        };
        self.opened
            .lock()
            .expect("no holder panics")
            .insert(name.to_owned(), Arc::clone(&table));
        Ok(Some(table))
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
                let settings = Settings::of(self.state.config_options())?;
                let as_of = settings.as_of.map(|at| at.as_microsecond());
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

/// A missing dimension is an empty one.
fn is_optional(name: &str) -> bool {
    contract::Table::named(name).is_some_and(|table| table.optional)
}

impl fmt::Debug for QueryCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryCatalog")
            .field("expanding", &self.expanding)
            .finish_non_exhaustive()
    }
}

impl CatalogProviderList for QueryCatalog {
    fn register_catalog(
        &self,
        _name: String,
        _catalog: Arc<dyn CatalogProvider>,
    ) -> Option<Arc<dyn CatalogProvider>> {
        None
    }

    fn catalog_names(&self) -> Vec<String> {
        vec![CATALOG.to_owned()]
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        (name == CATALOG).then(|| {
            let catalog = OnlyCatalog {
                query: Arc::clone(&self.query),
                expanding: self.expanding.clone(),
            };
            Arc::new(catalog) as _
        })
    }
}

struct OnlyCatalog {
    query: Arc<Query>,
    expanding: Vec<String>,
}

impl fmt::Debug for OnlyCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnlyCatalog")
    }
}

impl CatalogProvider for OnlyCatalog {
    fn schema_names(&self) -> Vec<String> {
        let schemas = self.query.sources.definitions.schemas().map(str::to_owned);
        let own = [DEFAULT_SCHEMA, data_health::SCHEMA].map(str::to_owned);
        let mut names: Vec<_> = schemas.chain(own).collect();
        names.sort();
        names.dedup();
        names
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        let mut schemas = self.query.sources.definitions.schemas();
        let is_own = [DEFAULT_SCHEMA, data_health::SCHEMA].contains(&name);
        (is_own || schemas.any(|schema| schema == name)).then(|| {
            let schema = QuerySchema {
                name: name.to_owned(),
                query: Arc::clone(&self.query),
                expanding: self.expanding.clone(),
            };
            Arc::new(schema) as _
        })
    }
}

struct QuerySchema {
    name: String,
    query: Arc<Query>,
    expanding: Vec<String>,
}

impl QuerySchema {
    fn view(&self, name: &str) -> Option<&Arc<View>> {
        self.query.sources.definitions.get(&self.name, name)
    }

    /// What `explain_order()` reads.
    async fn explained_reports(&self) -> Result<Arc<dyn TableProvider>> {
        let definitions = &self.query.sources.definitions;
        let mut reports = ExplainedReports::default();
        for report in definitions.schemas() {
            let Some(view) = definitions.get(report, ORDER_CANDIDATES) else {
                continue;
            };
            let missing = definitions.missing_tables(view, &|name| self.query.is_known(name))?;
            if missing.is_empty() {
                reports.add(report, self.plan_view(view).await?);
            } else {
                reports.add_missing(report, missing);
            }
        }
        Ok(Arc::new(reports))
    }

    fn is_data_health(&self, name: &str) -> bool {
        self.name == data_health::SCHEMA && name == data_health::NAME
    }

    /// The state that plans what a view reads.
    fn state_within(&self, name: &str) -> Result<SessionState> {
        if self.expanding.iter().any(|it| it == name) {
            let cycle = self.expanding.join(" reads ");
            return plan_err!("view {name} reads itself: {cycle} reads {name}");
        }
        let mut expanding = self.expanding.clone();
        expanding.push(name.to_owned());
        let mut state = self.query.state.clone();
        state.register_catalog_list(Arc::new(QueryCatalog {
            query: Arc::clone(&self.query),
            expanding,
        }));
        Ok(state)
    }

    async fn plan_data_health(&self) -> Result<Arc<dyn TableProvider>> {
        let Query { sources, state, .. } = self.query.as_ref();
        let mut as_stored = state.clone();
        let extensions = &mut as_stored.config_mut().options_mut().extensions;
        if let Some(settings) = extensions.get_mut::<Settings>() {
            settings.as_of = None;
        }
        let as_stored = QueryCatalog::new(sources.clone(), as_stored, None).into_state();
        let checks = data_health::checks(
            &sources.definitions,
            &|view| {
                sources
                    .definitions
                    .missing_tables(view, &|name| self.query.is_known(name))
            },
            &|name| sources.is_stored(name),
        )?;
        let state = self.state_within(&format!("{}.{}", data_health::SCHEMA, data_health::NAME))?;
        let plan = data_health::plan(checks, &state, &as_stored).await?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }

    async fn plan_view(&self, view: &View) -> Result<Arc<dyn TableProvider>> {
        let name = format!("{}.{}", view.schema, view.name);
        let state = self.state_within(&name)?;
        let settings = Settings::of(state.config_options())?;
        let within = |error: DataFusionError| error.context(format!("view {name}"));
        match view.with_parameters(settings)? {
            Body::Query(query) => {
                let text = query.to_string();
                let plan = state.statement_to_plan(statement(query)).await;
                Ok(Arc::new(ViewTable::new(plan.map_err(within)?, Some(text))))
            }
            Body::Metrics(metrics) => {
                let mut relations = Relations::default();
                for fact in &metrics.facts {
                    let rows = state.statement_to_plan(statement(fact.rows.clone())).await;
                    relations.facts.push(rows.map_err(within)?);
                }
                for condition in metrics.conditions() {
                    let query = statement(Box::new(condition.clone()));
                    let query = state.statement_to_plan(query).await;
                    relations.conditions.push(query.map_err(within)?);
                }
                Ok(Arc::new(metric_view::bind(
                    &name, &metrics, relations, &state,
                )?))
            }
        }
    }
}

impl fmt::Debug for QuerySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuerySchema({})", self.name)
    }
}

#[async_trait]
impl SchemaProvider for QuerySchema {
    fn table_names(&self) -> Vec<String> {
        let Sources {
            warehouse,
            session_tables,
            ..
        } = &self.query.sources;
        let mut names = self.query.available_views(&self.name);
        if self.name == data_health::SCHEMA {
            names.push(data_health::NAME.to_owned());
        }
        if self.name == DEFAULT_SCHEMA {
            names.extend(session_tables.table_names());
            names.extend(warehouse.table_names());
            let optional = contract::Table::all().filter(|table| table.optional);
            names.extend(optional.map(|table| table.name.to_owned()));
        }
        names.sort();
        names.dedup();
        names
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        match self.view(name) {
            Some(view) => self.plan_view(view).await.map(Some),
            None if self.name == DEFAULT_SCHEMA && name == EXPLAIN_ORDER => {
                self.explained_reports().await.map(Some)
            }
            None if self.is_data_health(name) => self.plan_data_health().await.map(Some),
            None if self.name == DEFAULT_SCHEMA => self.query.open_table(name).await,
            None => Ok(None),
        }
    }

    /// Answers without opening the table, which a listing of many must not do.
    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        if self.view(name).is_some() || self.is_data_health(name) {
            return Ok(Some(TableType::View));
        }
        let is_table = self.name == DEFAULT_SCHEMA && self.query.is_table(name);
        Ok(is_table.then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.view(name).is_some()
            || self.is_data_health(name)
            || (self.name == DEFAULT_SCHEMA && self.query.is_table(name))
    }
}
