//! The engine: a warehouse, its reports, and sessions that query them.
//!
//! This is the only place that builds a DataFusion session.

mod asking_filter;
mod check;
mod check_roles;
mod check_view;
mod defaults;
mod load;
mod mapping;
mod pinned;
mod planned;
mod planner;
mod query_memory;
mod refreshes;
mod session;
mod shared;
mod view_change;
mod watched;
mod work;

use std::sync::{Arc, OnceLock};

use datafusion::{
    common::{DataFusionError, Result},
    execution::{
        SessionStateBuilder,
        cache::cache_manager::CacheManagerConfig,
        memory_pool::{FairSpillPool, TrackConsumersPool},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    prelude::SessionConfig,
};

use crate::{
    clock::Clock,
    config::Config,
    query::{
        catalog::CATALOG,
        definition_store::DefinitionStore,
        settings::Settings,
        system_table::{SYSTEM_SCHEMA, check_name},
        view::DEFAULT_SCHEMA,
    },
    security::{Access, Caller, Roles},
    system::{self, Activity},
    warehouse::{Warehouse, location::Location, stored_view::StoredViews},
};

use query_memory::{NAMED_CONSUMERS, Part, QueryMemory};
use shared::Shared;

pub use check::{Broken, Views, Waiting, check_files};
pub use check_roles::RoleFinding;
pub use load::Load;
pub use mapping::{Mapping, MappingRequest, import_mapping};
pub use planned::{Effect, Planned};
pub use refreshes::{RefreshRequest, Refreshes};
pub use session::{DEFAULT_SCHEMA_KEY, Session};
pub use view_change::ViewChange;
pub use work::{Interrupt, Spent, Stop, Work, task_context};

/// A warehouse and everything that its sessions share.
#[derive(Debug)]
pub struct Engine {
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    runtime: Arc<RuntimeEnv>,
    /// What one query of a server may take; `None` when memory is unlimited.
    part: Option<Part>,
}

impl Engine {
    /// Opens the warehouse and loads the report definitions.
    ///
    /// # Errors
    /// A warehouse URL that cannot be opened or listed, a malformed `warehouse.toml`, an error in a
    /// query file, which names the file, or in a role, which names the key.
    pub async fn open(config: &Config, clock: Clock) -> Result<Self> {
        let options = config.store_options()?;
        let location = Location::connect(config.warehouse(), &options, config.store.retry())?;
        let runtime = runtime(config)?;
        runtime.register_object_store(location.store_url()?.as_ref(), Arc::clone(location.store()));

        // Who names no warehouse leaves nothing behind in the default folder.
        let kept_in = config.warehouse.is_some().then(|| location.clone());
        let definitions = DefinitionStore::open(kept_in, config.queries.as_deref()).await?;
        let activity = Arc::<Activity>::default();
        let system_tables = system::tables(&activity);
        for view in definitions.current().views(SYSTEM_SCHEMA) {
            check_name(&system_tables, view)
                .map_err(|error| error.context(view.origin.to_string()))?;
        }
        let roles = Roles::of(&config.security.roles);
        let roles = roles.map_err(|error| DataFusionError::External(Box::new(error)))?;
        let mut settings = Settings::new(clock);
        defaults::read(&location, &mut settings).await?;
        defaults::configure(&config.session, &definitions.current(), &mut settings)?;
        let state = SessionStateBuilder::new()
            .with_config(session_config(config, settings))
            .with_runtime_env(Arc::clone(&runtime))
            .with_default_features();
        Ok(Self {
            shared: Arc::new(Shared {
                warehouse: Arc::new(Warehouse::open(location).await?),
                definitions: Arc::new(definitions),
                system_tables: system_tables.into(),
                stored_views: Arc::<StoredViews>::default(),
                state: planner::extend(state).build(),
                roles,
                refresh_lease: config.server.refresh_lease,
                refreshes: OnceLock::new(),
            }),
            activity,
            runtime,
            part: config
                .memory
                .map(|bytes| Part::of(bytes, config.server.limits.memory_share)),
        })
    }

    /// Lets its sessions REFRESH; what was given first stays.
    #[must_use]
    pub fn refreshed_by(self, refreshes: Arc<dyn Refreshes>) -> Self {
        self.shared.refreshes.get_or_init(|| refreshes);
        self
    }

    pub fn warehouse(&self) -> &Arc<Warehouse> {
        &self.shared.warehouse
    }

    /// Whether a warehouse was named, in which something may be left behind.
    pub fn keeps(&self) -> bool {
        self.shared.definitions.keeps()
    }

    /// The queries and connections that `system.queries` and `system.sessions` show.
    pub fn activity(&self) -> &Arc<Activity> {
        &self.activity
    }

    /// The memory that all queries have now, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.runtime.memory_pool.reserved()
    }

    /// What a user may read and change.
    pub fn access(&self, caller: &Caller) -> Access {
        self.shared.access(caller)
    }

    /// Sees the views that others made and dropped in the warehouse since the last time.
    ///
    /// # Errors
    /// An error of the object store, or in a view, which names its file; the views then stay as
    /// they were.
    pub async fn refresh_views(&self) -> Result<()> {
        self.shared.definitions.refresh().await
    }

    /// A new session of whoever runs the program, with the warehouse's default settings.
    pub fn session(&self) -> Session {
        self.session_of(Caller::local())
    }

    /// A new session of a user, with the warehouse's default settings.
    pub fn session_of(&self, caller: Arc<Caller>) -> Session {
        self.shared.session_of(caller)
    }

    /// What a query of a server will run with.
    pub fn work(&self) -> Arc<Work> {
        Work::new(Arc::new(QueryMemory::new(
            &self.runtime.memory_pool,
            self.part,
        )))
    }

    /// Plans the views of the user's folder, and the shipped ones that read them.
    ///
    /// # Returns
    /// The views of the folder that cannot be planned yet, because tables are missing.
    ///
    /// # Errors
    /// The first error of planning, with the file, its line and column if they are known, and the
    /// view.
    pub async fn check_queries(&self) -> Result<Vec<Waiting>> {
        self.check_views().await?.waiting()
    }

    /// Plans the views of the user's folder, and the shipped ones that read them.
    ///
    /// # Returns
    /// Those that cannot be planned, each with its error, but for views that read one of them.
    ///
    /// # Errors
    /// Views that read each other in a circle.
    pub async fn check_views(&self) -> Result<Views> {
        check::check(&self.session()).await
    }

    /// What each role of the configuration can read, by the name of the role.
    ///
    /// # Errors
    /// A plan error for a value of a parameter that is none.
    pub async fn check_roles(&self) -> Result<Vec<RoleFinding>> {
        check_roles::check(self).await
    }

    /// The settings that the warehouse's `warehouse.toml` states, by name.
    pub async fn warehouse_settings(&self) -> Result<Vec<(&'static str, String)>> {
        defaults::stated(self.warehouse().location()).await
    }
}

fn runtime(config: &Config) -> Result<Arc<RuntimeEnv>> {
    // A cached listing would hide files that were written after it.
    let cache = CacheManagerConfig::default().with_list_files_cache_limit(0);
    let mut builder = RuntimeEnvBuilder::new().with_cache_manager(cache);
    if let Some(bytes) = config.memory {
        let pool = TrackConsumersPool::new(FairSpillPool::new(bytes), NAMED_CONSUMERS);
        builder = builder.with_memory_pool(Arc::new(pool));
    }
    builder.build_arc()
}

fn session_config(config: &Config, settings: Settings) -> SessionConfig {
    let mut session = SessionConfig::new()
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOG, DEFAULT_SCHEMA)
        .with_information_schema(true)
        .with_option_extension(settings);
    let options = session.options_mut();
    // Old clients do not know view types; one string type everywhere also keeps metadata true.
    options.execution.parquet.schema_force_view_types = false;
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.parquet.pushdown_filters = true;
    // The order of a view's rows is part of it, for whoever reads the view alone.
    options.sql_parser.enable_subquery_sort_elimination = false;
    // A COALESCE below a UNION is never NULL to the logical plan and may be to the physical one,
    // which this check of DataFusion 55 takes for a broken plan.
    options.execution.skip_physical_aggregate_schema_check = true;
    if let Some(threads) = config.threads {
        session = session.with_target_partitions(threads.get());
    }
    if let Some(bytes) = config.memory {
        let part = Part::of(bytes, config.server.limits.memory_share);
        keep_little_for_merging(&mut session, part);
    }
    session
}

/// Each partition that sorts keeps memory for merging what it spilled. DataFusion's 10 MiB would
/// leave nothing to sort in where a query has little.
fn keep_little_for_merging(session: &mut SessionConfig, part: Part) {
    let execution = &mut session.options_mut().execution;
    let sixteenth = part.bytes / (16 * execution.target_partitions);
    execution.sort_spill_reservation_bytes = execution.sort_spill_reservation_bytes.min(sixteenth);
}
