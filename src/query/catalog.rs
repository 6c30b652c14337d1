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
    metric_view::{self, MetricView, Relations},
    settings::Settings,
    view::{Body, DEFAULT_SCHEMA, View, ViewName, statement},
};

pub use super::sources::{Query, Sources};

/// The name of the only catalog.
pub const CATALOG: &str = "tributary";

/// The catalog list of one query.
pub struct QueryCatalog {
    query: Arc<Query>,
    /// The views being planned, outermost first.
    expanding: Vec<String>,
}

impl QueryCatalog {
    /// A catalog for the next statement of a session with this state, which may create a table.
    pub fn new(sources: Sources, state: SessionState, created: Option<String>) -> Self {
        Self {
            query: Arc::new(Query::new(sources, state, created)),
            expanding: Vec::new(),
        }
    }

    pub fn query(&self) -> &Arc<Query> {
        &self.query
    }

    /// The state to plan the query with.
    pub fn into_state(self) -> SessionState {
        let mut state = self.query.state().clone();
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
        self.query
            .schemas()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.query.schemas().contains(name).then(|| {
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
        self.query.definitions().get(&self.name, name)
    }

    /// What `explain_order()` reads.
    async fn explained_reports(&self) -> Result<Arc<dyn TableProvider>> {
        let definitions = self.query.definitions();
        let mut reports = ExplainedReports::default();
        for report in definitions.schemas() {
            let Some(view) = definitions.get(report, ORDER_CANDIDATES) else {
                continue;
            };
            let missing = self.query.missing_tables(&view.full_name())?;
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
        let mut state = self.query.state().clone();
        state.register_catalog_list(Arc::new(QueryCatalog {
            query: Arc::clone(&self.query),
            expanding,
        }));
        Ok(state)
    }

    async fn plan_data_health(&self) -> Result<Arc<dyn TableProvider>> {
        let mut as_stored = self.query.state().clone();
        let extensions = &mut as_stored.config_mut().options_mut().extensions;
        if let Some(settings) = extensions.get_mut::<Settings>() {
            settings.as_of = None;
        }
        let sources = self.query.sources().clone();
        let as_stored = QueryCatalog::new(sources, as_stored, None).into_state();
        let checks = data_health::checks(&self.query)?;
        let state = self.state_within(&format!("{}.{}", data_health::SCHEMA, data_health::NAME))?;
        let plan = data_health::plan(checks, &state, &as_stored).await?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }

    async fn plan_view(&self, view: &View) -> Result<Arc<dyn TableProvider>> {
        let name = format!("{}.{}", view.schema, view.name);
        let state = self.state_within(&name)?;
        let settings = self.query.settings()?;
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
        let mut names = self.query.table_names(&self.name);
        if self.is_data_health(data_health::NAME) {
            names.insert(data_health::NAME.to_owned());
        }
        Vec::from_iter(names)
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        match self.view(name) {
            Some(view) => self.plan_view(view).await.map(Some),
            None if self.name == DEFAULT_SCHEMA && name == EXPLAIN_ORDER => {
                self.explained_reports().await.map(Some)
            }
            None if self.is_data_health(name) => self.plan_data_health().await.map(Some),
            None => self.query.table(&self.name, name).await,
        }
    }

    /// Answers without opening the table, which a listing of many must not do.
    async fn table_type(&self, name: &str) -> Result<Option<TableType>> {
        if self.view(name).is_some() || self.is_data_health(name) {
            return Ok(Some(TableType::View));
        }
        let is_table = self.query.is_table(&self.name, name);
        Ok(is_table.then_some(TableType::Base))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.view(name).is_some()
            || self.is_data_health(name)
            || self.query.is_table(&self.name, name)
    }
}
