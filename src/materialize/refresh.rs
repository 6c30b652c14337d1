//! One refresh of one view.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use datafusion::{
    common::{DataFusionError, Result, exec_err, plan_err},
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan},
};
use deltalake_core::{DeltaTable, kernel::Action};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    affected::rows_of_days,
    below::{stored_below, tables_below},
    extent::{Asking, Extent, days_since_1970, is_replaced},
    publish::{Publication, renew},
    query_of,
    restated::Versions,
    snapshot::Snapshot,
};
use crate::{
    engine::{RefreshRequest, Session, task_context},
    query::{
        catalog::Query,
        materialized::{Basis, rows},
        money::bind_rates,
        view::{View, ViewName},
    },
    warehouse::{
        delta,
        pins::Pins,
        stored_view::{Run, StoredColumn, StoredView, folder},
    },
};

/// How often a refresh begins anew after another one was faster.
const ATTEMPTS: usize = 5;
/// Of more days than this all rows are looked at anyway.
const FEW_DAYS: usize = 31;

/// What a refresh did.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub view: ViewName,
    pub extent: Extent,
    /// How many rows it wrote.
    pub rows: u64,
    /// Size of the files that it wrote.
    pub bytes: u64,
    /// The version of the table that holds them.
    pub version: u64,
    /// What there was before, and is now, if rows were replaced.
    pub(super) versions: Option<Versions>,
}

/// Makes stored rows of a view again.
///
/// # Arguments
/// `session`: one with the engine's own rights and settings.
/// `snapshot`: the versions of tables to read; `None` for the newest.
/// `count`: is told how many rows were computed so far.
///
/// # Errors
/// A plan error for a view that is not materialized or whose tables are missing, an error of its
/// query, or of the store; the rows then stay as they were.
pub(super) async fn refresh(
    session: &Session,
    request: &RefreshRequest,
    snapshot: Option<&Snapshot>,
    count: &Arc<AtomicU64>,
) -> Result<Outcome> {
    let definitions = session.definitions();
    let view = definitions.check_materialized("REFRESH", &request.name)?;
    let within = |error: DataFusionError| error.context(format!("REFRESH {}", request.name));
    if !session.keeps() {
        return plan_err!("REFRESH: expected a warehouse to store rows in: name one");
    }
    for attempts in 0..ATTEMPTS {
        count.store(0, Ordering::Relaxed);
        // Whoever was faster may have read newer tables.
        let snapshot = snapshot.filter(|_| attempts == 0);
        let attempt = attempt(session, request, view, snapshot, count).await;
        if let Some(outcome) = attempt.map_err(within)? {
            return Ok(outcome);
        }
    }
    exec_err!(
        "REFRESH {}: expected to commit within {ATTEMPTS} attempts, got a newer version each time",
        request.name
    )
}

/// # Returns
/// `None` if somebody else committed meanwhile.
async fn attempt(
    session: &Session,
    request: &RefreshRequest,
    view: &View,
    snapshot: Option<&Snapshot>,
    count: &Arc<AtomicU64>,
) -> Result<Option<Outcome>> {
    let Some(materialized) = &view.materialized else {
        return plan_err!("it is not materialized");
    };
    let (pins, read_at) = {
        let query = query_of(&session.query_state()?)?;
        if !query.missing_tables(&request.name)?.is_empty() {
            // They may be younger than the last listing.
            query.warehouse().refresh().await?;
        }
        check_tables(&query, &request.name)?;
        pins(&query, view, snapshot).await?
    };
    let mut state = session.state_at(Arc::clone(&pins));
    if let Some(work) = &request.work {
        state.config_mut().set_extension(Arc::clone(work));
    }
    let query = query_of(&state)?;
    let location = query.warehouse().location();
    let basis = Basis::of(&query, view)?;
    let stored = query.stored_view(view).await?;
    let below = stored_below(&query, &request.name).await?;
    let asking = Asking {
        session,
        state: &state,
        query: &query,
        view,
        materialized,
        stored: stored.as_deref(),
        basis: &basis,
        pins: &pins,
        below: &below,
    };
    let extent = Extent::of(request.what, &asking).await?;
    if let (Extent::Nothing, Some(stored)) = (&extent, stored.as_deref()) {
        let run = Run {
            columns: stored.run.columns.clone(),
            ..run(&extent, read_at, basis, (&pins, below), None)?
        };
        let version = renew(&stored.table, &run).await?;
        return Ok(version.map(|version| Outcome {
            view: request.name.clone(),
            extent,
            rows: 0,
            bytes: 0,
            version,
            versions: None,
        }));
    }
    let replaced = extent.replaced();
    let is_in_extent = |day: Expr| is_replaced(&replaced, day.clone()).unwrap_or(day);
    let days: Option<&(dyn Fn(Expr) -> Expr + Send + Sync)> = match extent {
        Extent::All { .. } => None,
        _ => Some(&is_in_extent),
    };
    crate::query::materialized::check(&query, view, &state).await?;
    let rows = rows(view, &state, days).await?;
    let columns = rows.columns.iter().map(|field| StoredColumn {
        name: field.name().clone(),
        data_type: field.data_type().to_string(),
    });
    let run = Run {
        columns: columns.collect(),
        ..run(&extent, read_at, basis, (&pins, below), stored.as_deref())?
    };
    let folder = folder(location, &view.schema, &view.name)?;
    let onto = match stored.as_deref() {
        Some(stored) => Some(stored.table.clone()),
        // There may be a table of which nobody knows what it was made from.
        None => delta::load(&folder).await?,
    };
    let publication = Publication {
        folder: &folder,
        onto,
        day: rows.day.as_deref(),
        run: &run,
    };
    let context = task_context(&state);
    let plan = bind_rates(rows.plan, &state, &context).await?;
    let plan = optimized(plan, &state)?;
    let plan = match few_days(&extent) {
        Some(days) => of_days(session, &state, plan, rows.day.as_deref(), days).await?,
        None => plan,
    };
    let planner = state.query_planner();
    let plan = planner.create_physical_plan(&plan, &state).await?;
    let Some(table) = publication.publish(plan, &state, count).await? else {
        return Ok(None);
    };
    let version = table.version().unwrap_or_default();
    let versions = match (stored, rows.day) {
        (Some(stored), Some(day)) if stored.run.definition == run.definition => Some(Versions {
            before: stored.table.clone(),
            after: table.clone(),
            day,
            replaced,
        }),
        _ => None,
    };
    Ok(Some(Outcome {
        view: request.name.clone(),
        extent,
        rows: count.load(Ordering::Relaxed),
        bytes: written_bytes(&table).await?,
        version,
        versions,
    }))
}

/// Size of the files of the newest commit.
async fn written_bytes(table: &DeltaTable) -> Result<u64> {
    let version = table.version().unwrap_or_default();
    let actions = delta::actions(table, version).await;
    let actions = actions.map_err(delta::external)?.unwrap_or_default();
    let sizes = actions.into_iter().filter_map(|action| match action {
        Action::Add(file) => u64::try_from(file.size).ok(),
        _ => None,
    });
    Ok(sizes.sum())
}

fn run(
    extent: &Extent,
    read_at: Timestamp,
    basis: Basis,
    (pins, views): (&Pins, Pins),
    before: Option<&StoredView>,
) -> Result<Run> {
    let pins = serde_json::to_value(pins);
    let pins = pins.map_err(|error| DataFusionError::External(Box::new(error)))?;
    let read_at = read_at.as_microsecond();
    let run = Run {
        id: Uuid::new_v4().to_string(),
        definition: basis.definition,
        settings: basis.settings,
        ran_at: read_at,
        read_at,
        pins,
        views,
        replaced: extent.replaced(),
        columns: Vec::new(),
        rows: 0,
    };
    Ok(match (extent, before) {
        // The other days are as old as they were, and made from what they were made from.
        (Extent::Asked { .. }, Some(StoredView { run: before, .. })) => Run {
            read_at: before.read_at,
            pins: before.pins.clone(),
            views: before.views.clone(),
            ..run
        },
        _ => run,
    })
}

/// The versions of tables to read, and as of when they are.
async fn pins(
    query: &Arc<Query>,
    view: &View,
    snapshot: Option<&Snapshot>,
) -> Result<(Arc<Pins>, Timestamp)> {
    let tables = tables_below(query, &view.full_name(), &Pins::default())?;
    if let Some(snapshot) = snapshot {
        let stored = query.stored_view(view).await?;
        let stored = stored.and_then(|it| it.run.pins());
        if let Some(pins) = snapshot.pins(&tables, stored.as_ref()) {
            return Ok((pins, snapshot.taken_at));
        }
    }
    let read_at = query.settings()?.clock_now();
    let tables = tables.iter().map(String::as_str);
    let pins = Pins::newest(query.warehouse(), tables).await?;
    Ok((Arc::new(pins), read_at))
}

fn check_tables(query: &Query, name: &ViewName) -> Result<()> {
    let missing = query.missing_tables(name)?;
    let missing: Vec<_> = missing.iter().map(ToString::to_string).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => plan_err!("its tables are missing: {}", missing.join(", ")),
    }
}

/// The days to make again, if they are few and have all the rows to make.
fn few_days(extent: &Extent) -> Option<Vec<i32>> {
    let Extent::Days(days) = extent else {
        return None;
    };
    let is_few = days.len() <= FEW_DAYS && !days.contains(&None);
    let days = days
        .iter()
        .flatten()
        .filter_map(|day| days_since_1970(*day));
    is_few.then(|| days.collect())
}

async fn of_days(
    session: &Session,
    state: &SessionState,
    plan: LogicalPlan,
    day: Option<&str>,
    days: Vec<i32>,
) -> Result<LogicalPlan> {
    let mut columns = plan.schema().columns().into_iter();
    let Some(day) = columns.find(|column| Some(column.name.as_str()) == day) else {
        return Ok(plan);
    };
    let plan = rows_of_days(session, state, &plan, &day, days).await?;
    optimized(plan, state)
}

fn optimized(plan: LogicalPlan, state: &SessionState) -> Result<LogicalPlan> {
    state.optimizer().optimize(plan, state, |_, _| {})
}
