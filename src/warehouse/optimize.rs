//! Rewrites the files of a table into fewer, larger ones, and deletes files that are out of use.
//!
//! Neither changes a row, and the commits say so: the change data feed of a table has nothing of
//! them. Files that left the table, and the change data of its commits, stay as long as the
//! retention, because a query that began before, and a reader of the feed, still need them.

use std::sync::Arc;

use datafusion::{
    common::{Result, plan_err},
    prelude::SessionContext,
};
use deltalake_core::{
    kernel::transaction::CommitProperties,
    operations::{optimize::OptimizeType, vacuum::VacuumMode},
};

use super::{
    contract::Table,
    delta,
    import::write::{FILE_BYTES, encoding},
    location::Location,
    unique,
};

/// A shorter retention could delete files under a running query or a refresh.
const LEAST_RETENTION_HOURS: i64 = 7 * 24;

/// What to do with a table.
#[derive(Debug, Clone, Copy)]
pub struct OptimizeRequest {
    /// How long files that are out of use stay, in hours.
    pub retention_hours: i64,
    /// Allows a retention that could break readers.
    pub force: bool,
    /// Sorts the whole table by event time, or by key if it has none, instead of only joining
    /// small files.
    pub sort: bool,
}

impl Default for OptimizeRequest {
    fn default() -> Self {
        Self {
            retention_hours: LEAST_RETENTION_HOURS,
            force: false,
            sort: false,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Optimized {
    /// Files that were rewritten.
    pub rewritten: u64,
    /// Files that they became.
    pub written: u64,
    /// Files out of use that were deleted.
    pub deleted: u64,
}

/// Joins the small files of a Delta table, then deletes the files that are out of use. Of a table
/// that others wrote to, it also finds out whether each key is there once.
///
/// # Returns
/// `None` if the folder holds no Delta table.
///
/// # Errors
/// A plan error for a retention of less than seven days without `force`; an execution error if a
/// writer removed rows of the same files meanwhile.
pub async fn optimize(
    session: &SessionContext,
    folder: &Location,
    name: &str,
    request: OptimizeRequest,
) -> Result<Option<Optimized>> {
    if request.retention_hours < LEAST_RETENTION_HOURS && !request.force {
        return plan_err!(
            "optimize: expected a retention of 7 days or more, got {} hours: running queries could \
             lose their files (--force does it all the same)",
            request.retention_hours
        );
    }
    let Some(table) = delta::load(folder).await? else {
        return Ok(None);
    };
    let in_table = |error| delta::external(error).context(format!("{name}: optimizing"));
    let key = Table::named(name).map_or(&[][..], |table| table.key);
    let first = table.snapshot().map_err(in_table)?.version();
    let is_known = unique::is_unique(&table, key).await.map_err(in_table)?;
    let is_unique =
        is_known || !key.is_empty() && !unique::has_repeated(session, &table, key).await?;
    let properties = match is_unique {
        true => unique::claiming(CommitProperties::default(), first + 1, key).map_err(in_table)?,
        false => CommitProperties::default(),
    };
    let (table, done) = table
        .optimize()
        .with_type(order(name, request.sort))
        .with_target_size(FILE_BYTES)
        .with_writer_properties(encoding())
        .with_session_state(Arc::new(session.state()))
        .with_commit_properties(properties)
        .await
        .map_err(in_table)?;
    // Files of imports that were cut off are in no commit: only a look at the whole folder finds
    // them.
    let (table, vacuumed) = table
        .vacuum()
        .with_mode(VacuumMode::Full)
        .with_retention_period(chrono::Duration::hours(request.retention_hours))
        .with_enforce_retention_duration(!request.force)
        .await
        .map_err(in_table)?;
    if is_unique {
        let recorded = unique::record(&table, key, first).await;
        recorded.map_err(in_table)?;
    }
    Ok(Some(Optimized {
        rewritten: done.num_files_removed,
        written: done.num_files_added,
        deleted: vacuumed.files_deleted.len() as u64,
    }))
}

fn order(name: &str, sorts: bool) -> OptimizeType {
    match Table::named(name).filter(|_| sorts) {
        None => OptimizeType::Compact,
        Some(table) => OptimizeType::ZOrder(match table.event_time {
            Some(event_time) => vec![event_time.to_owned()],
            None => table.key.iter().map(|&column| column.to_owned()).collect(),
        }),
    }
}
