//! Whether the rows of a materialized view are read, or computed; and reading them.

use std::{collections::BTreeSet, str::FromStr, sync::Arc};

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, Result, TableReference},
    datasource::provider_as_source,
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{
        catalog::Query,
        policy::{Rights, Standing},
        settings::Settings,
        view::{Body, DEFAULT_SCHEMA, View},
    },
    Basis, Materialization, Why,
    order::order,
    rights::reads_stored,
};
use crate::warehouse::{
    pins::Pins,
    stored_view::{Run, StoredView},
};

/// Between the name of a view and the time of its stored rows, in plans.
const STORED_AT: &str = " stored at ";

/// Schedules that are late by this many of their intervals are too old to read.
const INTERVALS: i32 = 2;

/// The rows of a materialized view as one query reads them.
#[derive(Debug, Clone)]
pub struct Stored {
    pub view: Arc<StoredView>,
    /// How old they are.
    pub age: SignedDuration,
}

/// Whether the caller of a query reads the stored rows of a view, or why not.
///
/// # Errors
/// A plan error for a parameter with a wrong value.
pub async fn stored(query: &Query, view: &View) -> Result<Result<Stored, Why>> {
    let standing = Rights::Caller.standing(query, &view.full_name())?;
    decide(query, view, &Rights::Caller, &standing).await
}

/// The stored rows, if they are to be read: its plan has the columns of the view.
///
/// # Errors
/// An error of the object store, or of planning.
pub(in crate::query) async fn open(
    query: &Query,
    view: &View,
    rights: &Rights,
    standing: &Standing,
) -> Result<Option<LogicalPlan>> {
    if view.materialized.is_none() {
        return Ok(None);
    }
    match decide(query, view, rights, standing).await? {
        Ok(stored) => scan(&stored, view, query.state()).await.map(Some),
        Err(why) => {
            tracing::debug!(view = %view.full_name(), %why, "computed");
            Ok(None)
        }
    }
}

async fn decide(
    query: &Query,
    view: &View,
    rights: &Rights,
    standing: &Standing,
) -> Result<Result<Stored, Why>> {
    let settings = query.settings()?;
    let Some(materialized) = &view.materialized else {
        return Ok(Err(Why::NotStored));
    };
    if query.sources().stored_pins.is_some() {
        let stored = query.stored_view(view).await?;
        let stored = stored.map(|view| Stored {
            age: age(&view.run, settings),
            view,
        });
        return Ok(stored.ok_or(Why::NotStored));
    }
    if settings.max_staleness == Some(SignedDuration::ZERO) {
        return Ok(Err(Why::TurnedOff));
    }
    // What decides without the store comes first.
    if let Some(name) = own_table(query, view)? {
        return Ok(Err(Why::OwnTable(name)));
    }
    if !reads_stored(query, view, rights, standing)? {
        return Ok(Err(Why::Rights));
    }
    let stored = match query.stored_view(view).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Ok(Err(Why::NotStored)),
        Err(error) => {
            tracing::warn!(view = %view.full_name(), %error, "stored rows cannot be opened");
            return Ok(Err(Why::Unreadable));
        }
    };
    let basis = Basis::of(query, view)?;
    if let Some(why) = differs(&stored.run, &basis) {
        return Ok(Err(why));
    }
    if let Some(pins) = &query.sources().pins
        && !is_of(&stored.run, pins)
    {
        return Ok(Err(Why::OtherVersions));
    }
    let age = age(&stored.run, settings);
    Ok(match too_old(materialized, settings, age) {
        Some(max) => Err(Why::TooOld { age, max }),
        None => Ok(Stored { view: stored, age }),
    })
}

/// A table of the session alone that hides one which the view reads.
fn own_table(query: &Query, view: &View) -> Result<Option<String>> {
    let own = &query.sources().session_tables;
    if own.table_names().is_empty() {
        return Ok(None);
    }
    let mut reached = query.reading()?.reached_from(&view.full_name()).into_iter();
    let own = reached.find(|it| it.schema == DEFAULT_SCHEMA && own.table_exist(&it.name));
    Ok(own.map(|name| name.name))
}

/// What the rows were made from that they would not be made from now.
pub fn differs(run: &Run, basis: &Basis) -> Option<Why> {
    if run.definition != basis.definition {
        return Some(Why::OtherDefinition);
    }
    let keys: BTreeSet<&String> = run.settings.keys().chain(basis.settings.keys()).collect();
    let other = keys
        .into_iter()
        .filter(|key| run.settings.get(*key) != basis.settings.get(*key));
    let other: Vec<_> = other.cloned().collect();
    (!other.is_empty()).then_some(Why::OtherSettings(other))
}

/// Whether rows were made from tables at these versions: only then is what is made from the rows
/// made from these tables.
fn is_of(run: &Run, pins: &Pins) -> bool {
    let made_from = serde_json::from_value::<Pins>(run.pins.clone());
    made_from.is_ok_and(|made_from| {
        made_from
            .tables()
            .all(|it| made_from.get(it) == pins.get(it))
    })
}

fn age(run: &Run, settings: &Settings) -> SignedDuration {
    let read_at = Timestamp::from_microsecond(run.read_at).unwrap_or(Timestamp::MIN);
    settings.clock_now().duration_since(read_at)
}

/// What the rows may be old, if they are older.
fn too_old(
    materialized: &Materialization,
    settings: &Settings,
    age: SignedDuration,
) -> Option<SignedDuration> {
    let default = || materialized.every.and_then(|it| it.checked_mul(INTERVALS));
    let max = settings.max_staleness.or_else(default)?;
    (age > max).then_some(max)
}

/// The view whose stored rows a plan reads under this name; `None` if it is that of a table.
pub fn stored_view_of(name: &TableReference) -> Option<&str> {
    let (view, _) = name.table().split_once(STORED_AT)?;
    Some(view)
}

async fn scan(stored: &Stored, view: &View, state: &SessionState) -> Result<LogicalPlan> {
    let StoredView { run, .. } = &*stored.view;
    let read_at = Timestamp::from_microsecond(run.read_at).unwrap_or(Timestamp::MIN);
    let name = TableReference::bare(format!("{}{STORED_AT}{read_at}", view.full_name()));
    let provider = stored.view.provider(state)?;
    let rows =
        LogicalPlanBuilder::scan(name.clone(), provider_as_source(provider), None)?.build()?;
    let mut columns = Vec::with_capacity(run.columns.len());
    for column in &run.columns {
        let expr = Expr::Column(Column::new(Some(name.clone()), &column.name));
        let stored = rows.schema().field_with_unqualified_name(&column.name)?;
        let data_type = DataType::from_str(&column.data_type)?;
        columns.push(match *stored.data_type() == data_type {
            true => expr,
            false => cast(expr, data_type).alias(&column.name),
        });
    }
    let rows = LogicalPlanBuilder::from(rows).project(columns)?;
    let order = match &view.body {
        Body::Query(query) => order(query)?,
        Body::Metrics(_) => Vec::new(),
    };
    match order.is_empty() {
        true => rows.build(),
        false => rows.sort(order)?.build(),
    }
}
