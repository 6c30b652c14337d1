//! A session: settings, tables of its own, and the way from SQL text to rows.

use std::{
    sync::{Arc, RwLock},
    time::{Duration, SystemTime},
};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{Result, plan_err},
    execution::{SendableRecordBatchStream, SessionState},
    logical_expr::{LogicalPlan, SetVariable, Statement as PlanStatement},
    prelude::SessionContext,
};

use super::{
    check_view::check_new,
    planned::{Effect, Planned, nothing},
    shared::Shared,
    view_change::ViewChange,
};
use crate::{
    query::{
        bi::Place,
        catalog::{CATALOG, QueryCatalog, Sources, metric_view},
        definition_store::DefinitionStore,
        definitions::Definitions,
        metric_view::{describe, dimensions_of, rewrite_measures},
        policy::check_explain,
        settings::Settings,
        statement::{self, Statement},
        view::ViewName,
    },
    security::Access,
    warehouse::Warehouse,
};

/// DataFusion's name for the schema that USE sets.
pub const DEFAULT_SCHEMA_KEY: &str = "datafusion.catalog.default_schema";

/// What a user or a connection has for itself.
pub struct Session {
    /// As they were when the session began: views come and go.
    pub(super) sources: Sources,
    pub(super) shared: Arc<DefinitionStore>,
    pub(super) engine: Arc<Shared>,
    /// Views that live as long as the session; they hide those of their name.
    pub(super) temporary: RwLock<Definitions>,
    ctx: SessionContext,
    /// What RESET goes back to.
    defaults: Settings,
}

impl Session {
    pub(super) fn new(sources: Sources, engine: Arc<Shared>, ctx: SessionContext) -> Self {
        let defaults = {
            // `ctx.state()` would copy all functions.
            let state = ctx.state_ref();
            let state = state.read();
            let settings = state.config_options().extensions.get::<Settings>();
            let settings = settings.expect("the engine gives every session settings");
            settings.clone()
        };
        Self {
            defaults,
            sources,
            shared: Arc::clone(&engine.definitions),
            engine,
            temporary: RwLock::default(),
            ctx,
        }
    }

    /// The DataFusion session below; it has no tables but the session's own.
    pub fn context(&self) -> &SessionContext {
        &self.ctx
    }

    pub fn warehouse(&self) -> &Arc<Warehouse> {
        &self.sources.warehouse
    }

    /// How long a view is left to who refreshes it and is not heard of.
    pub fn refresh_lease(&self) -> Duration {
        self.engine.refresh_lease
    }

    /// What the caller may do.
    pub fn access(&self) -> &Access {
        &self.sources.access
    }

    /// The views that can be read, available or not.
    pub fn definitions(&self) -> Arc<Definitions> {
        let shared = self.shared.current();
        let temporary = self.temporary.read().expect("no writer panics");
        match temporary.is_empty() {
            true => shared,
            false => Arc::new(shared.hidden_by(&temporary)),
        }
    }

    /// Sets a setting as `SET key = 'value'` does.
    pub fn set(&self, key: &str, value: &str) -> Result<()> {
        if let Some(parameter) = key.strip_prefix("tributary.param.") {
            self.definitions().check_parameter(parameter, value)?;
        }
        self.ctx
            .state_ref()
            .write()
            .config_mut()
            .options_mut()
            .set(key, value)
    }

    /// Looks names without a schema up in this one from now on, as `USE schema` does.
    ///
    /// # Errors
    /// A plan error that lists the schemas, for another one.
    pub fn use_schema(&self, schema: &str) -> Result<()> {
        check_schema(schema, &self.query_state()?)?;
        self.set(DEFAULT_SCHEMA_KEY, schema)
    }

    /// Sets one of our settings, named without its prefix, back to what the session began with.
    pub(super) fn reset(&self, key: &str) -> Result<()> {
        if let Some(parameter) = key.strip_prefix("param.") {
            self.definitions().check_known(parameter)?;
        }
        let state = self.ctx.state_ref();
        let mut state = state.write();
        let extensions = &mut state.config_mut().options_mut().extensions;
        match extensions.get_mut::<Settings>() {
            Some(settings) => settings.reset(key, &self.defaults),
            None => Ok(()),
        }
    }

    /// A state that sees the newest version of every table, for one query.
    pub fn query_state(&self) -> Result<SessionState> {
        self.state_creating(None)
    }

    fn state_creating(&self, created: Option<String>) -> Result<SessionState> {
        Ok(self.catalog(created).into_state())
    }

    /// The newest version of everything, for one query.
    pub(super) fn catalog(&self, created: Option<String>) -> QueryCatalog {
        let sources = Sources {
            definitions: self.definitions(),
            ..self.sources.clone()
        };
        QueryCatalog::new(sources, self.settled_state(), created)
    }

    /// The state of the session at this moment, for which time stands still.
    pub(super) fn settled_state(&self) -> SessionState {
        let mut state = self.ctx.state();
        let extensions = &mut state.config_mut().options_mut().extensions;
        if let Some(settings) = extensions.get_mut::<Settings>() {
            settings.freeze();
            let now = SystemTime::from(settings.now());
            state.execution_props_mut().query_execution_start_time = Some(now.into());
        }
        state
    }

    /// Plans a statement; nothing changes before it is executed.
    ///
    /// # Errors
    /// An error of the parser or the planner; a [`Refusal`](crate::security::Refusal) of a change
    /// that the caller may not make.
    pub async fn plan(&self, statement: Statement) -> Result<Planned> {
        let state = self.state_creating(statement.created_table())?;
        let plan = match statement {
            Statement::Sql(statement) => state.statement_to_plan(statement).await?,
            Statement::Insert(insert) => match Box::pin(self.plan_insert(&insert, &state)).await? {
                None => state.statement_to_plan(insert.statement).await?,
                Some((plan, load)) => {
                    return Ok(Planned {
                        plan,
                        state,
                        effect: Some(Effect::Load(load)),
                        is_analyzed: false,
                    });
                }
            },
            Statement::Describe(statement, name) => {
                let schema = &state.config_options().catalog.default_schema;
                let view = match ViewName::within(schema, &name) {
                    Some(name) => metric_view(&state, &name).await?,
                    None => None,
                };
                match view {
                    Some(view) => describe(&view)?,
                    None => state.statement_to_plan(statement).await?,
                }
            }
            Statement::Use(Place::Schema(schema)) => use_schema(schema, &state)?,
            Statement::Use(Place::Catalog) => nothing(),
            Statement::ShowDimensions { view, measure } => {
                let ViewName { schema, name } = &view;
                match metric_view(&state, &view).await? {
                    Some(view) => dimensions_of(&view, &measure)?,
                    None => return plan_err!("there is no metric view {schema}.{name}"),
                }
            }
            Statement::CreateView(create) => {
                return self.plan_change(ViewChange::Create(create), state).await;
            }
            Statement::DropView {
                name,
                if_exists,
                is_materialized,
            } => {
                let drop = ViewChange::Drop {
                    name,
                    if_exists,
                    is_materialized,
                };
                return self.plan_change(drop, state).await;
            }
            Statement::Refresh { name, what } => {
                let refresh = ViewChange::Refresh { name, what };
                return self.plan_change(refresh, state).await;
            }
            Statement::Suspend { name, suspended } => {
                let suspend = ViewChange::Suspend { name, suspended };
                return self.plan_change(suspend, state).await;
            }
        };
        let plan = rewrite_measures(plan)?;
        check_explain(&plan)?;
        Ok(Planned {
            plan,
            state,
            effect: None,
            is_analyzed: false,
        })
    }

    async fn plan_change(&self, change: ViewChange, state: SessionState) -> Result<Planned> {
        self.check_change(&change)?;
        if let ViewChange::Create(create) = &change {
            check_new(self, &create.view).await?;
        }
        Ok(Planned {
            plan: nothing(),
            state,
            effect: Some(Effect::View(change)),
            is_analyzed: false,
        })
    }

    /// The columns that a query would return; nothing runs.
    pub async fn columns(&self, sql: &str) -> Result<SchemaRef> {
        let planned = self.plan(only_statement(sql)?).await?;
        Ok(Arc::clone(planned.plan.schema().inner()))
    }

    /// Plans and runs one statement of text.
    pub async fn sql(&self, sql: &str) -> Result<SendableRecordBatchStream> {
        self.execute(self.plan(only_statement(sql)?).await?).await
    }
}

fn only_statement(sql: &str) -> Result<Statement> {
    let mut statements = statement::parse(sql)?;
    match (statements.pop(), statements.len()) {
        (Some(statement), 0) => Ok(statement),
        (None, _) => plan_err!("expected a SQL statement, got none"),
        (Some(_), more) => plan_err!("expected one SQL statement, got {}", more + 1),
    }
}

/// The plan of `USE schema`: a setting, like others.
fn use_schema(schema: String, state: &SessionState) -> Result<LogicalPlan> {
    check_schema(&schema, state)?;
    Ok(LogicalPlan::Statement(PlanStatement::SetVariable(
        SetVariable {
            variable: DEFAULT_SCHEMA_KEY.to_owned(),
            value: schema,
        },
    )))
}

fn check_schema(schema: &str, state: &SessionState) -> Result<()> {
    let catalog = state.catalog_list().catalog(CATALOG);
    let schemas = catalog.map(|it| it.schema_names()).unwrap_or_default();
    match schemas.iter().any(|it| it == schema) {
        true => Ok(()),
        false => plan_err!(
            "USE: expected one of the schemas {}, got {schema}",
            schemas.join(", ")
        ),
    }
}
