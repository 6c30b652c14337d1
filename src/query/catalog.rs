//! What one query sees: a catalog of tables and views, opened on demand and only once.
//!
//! Every query gets a catalog of its own. A table is opened when the planner first asks for it
//! and stays at that version for all references of the query, through however many views; a view
//! is planned with the settings of the session that asks. Nothing is resolved at execution.

use std::{any::Any, fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider},
    common::{DataFusionError, Result, plan_err},
    datasource::{TableType, ViewTable},
    execution::SessionState,
};

use super::{
    data_health,
    explain_order::{EXPLAIN_ORDER, ExplainedReports, ORDER_CANDIDATES},
    materialized,
    metric_view::{self, MetricView, Relations},
    policy::{self, Rights, Standing},
    settings::Settings,
    system_table::SYSTEM_SCHEMA,
    view::{Body, DEFAULT_SCHEMA, View, ViewName, statement},
};

pub use super::sources::{Query, Sources};

/// The name of the only catalog.
pub const CATALOG: &str = "tributary";

/// The catalog list of one query.
pub struct QueryCatalog(Scope);

/// Where in a query a table or view is named.
#[derive(Clone)]
struct Scope {
    query: Arc<Query>,
    /// The views being planned, outermost first.
    expanding: Vec<String>,
    rights: Rights,
}

impl QueryCatalog {
    /// A catalog for the next statement of a session with this state, which may create a table.
    pub fn new(sources: Sources, state: SessionState, created: Option<String>) -> Self {
        Self::with_rights(Rights::Caller, sources, state, created)
    }

    fn with_rights(
        rights: Rights,
        sources: Sources,
        state: SessionState,
        created: Option<String>,
    ) -> Self {
        Self(Scope {
            query: Arc::new(Query::new(sources, state, created)),
            expanding: Vec::new(),
            rights,
        })
    }

    pub fn query(&self) -> &Arc<Query> {
        &self.0.query
    }

    /// The query that a state was made for; `None` for a state that no catalog was made for.
    pub fn query_of(state: &SessionState) -> Option<Arc<Query>> {
        let list = Arc::clone(state.catalog_list()) as Arc<dyn Any + Send + Sync>;
        let list = list.downcast::<Self>().ok()?;
        Some(Arc::clone(&list.0.query))
    }

    /// The state to plan the query with.
    pub fn into_state(self) -> SessionState {
        let mut state = self.0.query.state().clone();
        state.register_catalog_list(Arc::new(self));
        state
    }
}

/// The state of a query for what the engine itself must know to answer it, whoever asks; it sees
/// the same version of every table.
pub(super) fn with_all_rights(state: &SessionState) -> SessionState {
    let mut state = state.clone();
    let list = Arc::clone(state.catalog_list()) as Arc<dyn Any + Send + Sync>;
    if let Ok(list) = list.downcast::<QueryCatalog>() {
        state.register_catalog_list(Arc::new(QueryCatalog(Scope {
            rights: Rights::Engine,
            ..list.0.clone()
        })));
    }
    state
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

impl fmt::Debug for QueryCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryCatalog")
            .field("expanding", &self.0.expanding)
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
        (name == CATALOG).then(|| Arc::new(OnlyCatalog(self.0.clone())) as _)
    }
}

struct OnlyCatalog(Scope);

impl fmt::Debug for OnlyCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnlyCatalog")
    }
}

impl CatalogProvider for OnlyCatalog {
    fn schema_names(&self) -> Vec<String> {
        let schemas = self.0.query.schemas().into_iter();
        let is_shown = |schema: &&str| {
            [DEFAULT_SCHEMA, SYSTEM_SCHEMA].contains(schema)
                || !self.0.table_names(schema).is_empty()
        };
        schemas.filter(is_shown).map(str::to_owned).collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.0.query.schemas().contains(name).then(|| {
            let schema = QuerySchema {
                name: name.to_owned(),
                scope: self.0.clone(),
            };
            Arc::new(schema) as _
        })
    }
}

impl Scope {
    /// Whether a table or view is there for who reads with these rights.
    fn shows(&self, name: &ViewName) -> bool {
        // Those of the system show each caller what is the caller's.
        if name.schema == SYSTEM_SCHEMA && self.query.is_table(&name.schema, &name.name) {
            return true;
        }
        let standing = self.rights.standing(&self.query, name);
        standing.is_ok_and(|standing| standing != Standing::Hidden)
    }

    fn table_names(&self, schema: &str) -> Vec<String> {
        let mut names = self.query.table_names(schema);
        if schema == data_health::SCHEMA {
            names.insert(data_health::NAME.to_owned());
        }
        let name = |name: &String| ViewName {
            schema: schema.to_owned(),
            name: name.clone(),
        };
        names.retain(|it| self.shows(&name(it)));
        Vec::from_iter(names)
    }
}

struct QuerySchema {
    name: String,
    scope: Scope,
}

impl QuerySchema {
    fn view(&self, name: &str) -> Option<&Arc<View>> {
        self.scope.query.definitions().get(&self.name, name)
    }

    fn full_name(&self, name: &str) -> ViewName {
        ViewName {
            schema: self.name.clone(),
            name: name.to_owned(),
        }
    }

    fn is_data_health(&self, name: &str) -> bool {
        self.name == data_health::SCHEMA && name == data_health::NAME
    }

    /// What `explain_order()` reads.
    async fn explained_reports(&self) -> Result<Arc<dyn TableProvider>> {
        let query = &self.scope.query;
        let definitions = query.definitions();
        let mut reports = ExplainedReports::default();
        for report in definitions.schemas() {
            let Some(view) = definitions.get(report, ORDER_CANDIDATES) else {
                continue;
            };
            let missing = query.missing_tables(&view.full_name())?;
            if !self.scope.shows(&view.full_name()) {
                continue;
            }
            if !missing.is_empty() {
                reports.add_missing(report, missing);
            } else if let Some(candidates) = self.open_view(view).await? {
                reports.add(report, candidates);
            }
        }
        Ok(Arc::new(reports))
    }

    async fn open_table(&self, name: &ViewName) -> Result<Option<Arc<dyn TableProvider>>> {
        let Scope { query, rights, .. } = &self.scope;
        if name.schema == SYSTEM_SCHEMA {
            return query.table(&name.schema, &name.name).await;
        }
        let standing = rights.standing(query, name)?;
        if standing == Standing::Hidden {
            return Ok(None);
        }
        let Some(table) = query.table(&name.schema, &name.name).await? else {
            return Ok(None);
        };
        policy::left_of_table(table, name, &standing, rights, query.state())
    }

    async fn open_view(&self, view: &View) -> Result<Option<Arc<dyn TableProvider>>> {
        let Scope { query, rights, .. } = &self.scope;
        let name = view.full_name();
        let standing = rights.standing(query, &name)?;
        if standing == Standing::Hidden {
            return Ok(None);
        }
        let is_of_users = view.is_of_users();
        let is_barred = !is_of_users
            && !matches!(standing, Standing::Restricted(_))
            && rights.borrows(query, &name)?;
        let barred = |rows| match is_barred {
            true => policy::barred(rows, &name),
            false => rows,
        };
        if let Some(plan) = materialized::open(query, view, rights, &standing).await? {
            let plan = match is_of_users {
                true => Some(plan),
                false => policy::left_of_view(plan, &name, &standing, rights, query.state())?,
            };
            return Ok(plan.map(|plan| Arc::new(ViewTable::new(barred(plan), None)) as _));
        }
        let state = self.state_within(&name.qualified(), rights.within(view, &standing))?;
        let within = |error: DataFusionError| error.context(format!("view {}", name.qualified()));
        match view.with_parameters(query.settings()?)? {
            Body::Query(body) => {
                let text = body.to_string();
                let plan = state.statement_to_plan(statement(body)).await;
                let plan = plan.map_err(within)?;
                let plan = match is_of_users {
                    true => Some(plan),
                    false => policy::left_of_view(plan, &name, &standing, rights, query.state())?,
                };
                Ok(plan.map(|plan| Arc::new(ViewTable::new(barred(plan), Some(text))) as _))
            }
            Body::Metrics(metrics) => {
                let mut relations = Relations::default();
                for fact in &metrics.facts {
                    let rows = state.statement_to_plan(statement(fact.rows.clone())).await;
                    relations.facts.push(barred(rows.map_err(within)?));
                }
                for condition in metrics.conditions() {
                    let query = statement(Box::new(condition.clone()));
                    let query = state.statement_to_plan(query).await;
                    relations.conditions.push(query.map_err(within)?);
                }
                let view = metric_view::bind(&name.qualified(), &metrics, relations, &state)?;
                Ok(Some(Arc::new(view)))
            }
        }
    }

    async fn open_data_health(&self) -> Result<Option<Arc<dyn TableProvider>>> {
        let Scope { query, rights, .. } = &self.scope;
        let name = self.full_name(data_health::NAME);
        let Standing::Whole(readers) = rights.standing(query, &name)? else {
            return Ok(None);
        };
        let is_administrator = query.access().is_administrator();
        let rights = Rights::Report {
            readers: readers.into(),
            is_restricted: false,
        };
        let mut as_stored = query.state().clone();
        let extensions = &mut as_stored.config_mut().options_mut().extensions;
        if let Some(settings) = extensions.get_mut::<Settings>() {
            settings.as_of = None;
        }
        look_up_in_default_schema(&mut as_stored);
        let sources = query.sources().clone();
        let as_stored = QueryCatalog::with_rights(rights.clone(), sources, as_stored, None);
        let checks = data_health::checks(query)?;
        let state = self.state_within(&name.qualified(), rights)?;
        let plan = data_health::plan(checks, &state, &as_stored.into_state()).await?;
        let plan = match is_administrator {
            true => plan,
            false => policy::barred(plan, &name),
        };
        Ok(Some(Arc::new(ViewTable::new(plan, None))))
    }

    /// The state that plans what a view reads.
    fn state_within(&self, name: &str, rights: Rights) -> Result<SessionState> {
        let Scope {
            query, expanding, ..
        } = &self.scope;
        if expanding.iter().any(|it| it == name) {
            let cycle = expanding.join(" reads ");
            return plan_err!("view {name} reads itself: {cycle} reads {name}");
        }
        let mut expanding = expanding.clone();
        expanding.push(name.to_owned());
        let mut state = query.state().clone();
        look_up_in_default_schema(&mut state);
        state.register_catalog_list(Arc::new(QueryCatalog(Scope {
            query: Arc::clone(query),
            expanding,
            rights,
        })));
        Ok(state)
    }
}

/// What a view reads does not depend on where the session that reads it is.
pub(super) fn look_up_in_default_schema(state: &mut SessionState) {
    let catalog = &mut state.config_mut().options_mut().catalog;
    DEFAULT_SCHEMA.clone_into(&mut catalog.default_schema);
}

impl fmt::Debug for QuerySchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QuerySchema({})", self.name)
    }
}

#[async_trait]
impl SchemaProvider for QuerySchema {
    fn table_names(&self) -> Vec<String> {
        self.scope.table_names(&self.name)
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        match self.view(name) {
            Some(view) => self.open_view(view).await,
            None if self.name == DEFAULT_SCHEMA && name == EXPLAIN_ORDER => {
                self.explained_reports().await.map(Some)
            }
            None if self.is_data_health(name) => self.open_data_health().await,
            None => self.open_table(&self.full_name(name)).await,
        }
    }

    /// Answers without opening the table, which a listing of many must not do.
    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        let table_type = match self.view(name).is_some() || self.is_data_health(name) {
            true => TableType::View,
            false => TableType::Base,
        };
        Ok(self.table_exist(name).then_some(table_type))
    }

    fn table_exist(&self, name: &str) -> bool {
        let is_known = self.view(name).is_some()
            || self.is_data_health(name)
            || self.scope.query.is_table(&self.name, name);
        is_known && self.scope.shows(&self.full_name(name))
    }
}
