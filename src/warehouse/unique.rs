//! Whether the keys of a table are known to be unique.
//!
//! An import writes rows by key. As long as nothing else writes to its table, there is one row for
//! each key, and no query has to look for a second one. Every commit of ours that leaves it so says
//! so, with the version that it makes. A commit of another program says nothing, which ends what was
//! known; so does one of ours that comes out as another version than it was made for.

use std::{collections::HashMap, sync::Mutex};

use datafusion::{
    common::Result,
    functions_aggregate::expr_fn::count,
    logical_expr::{ident, lit},
    prelude::SessionContext,
};
use deltalake_core::{
    DeltaResult, DeltaTable,
    kernel::{
        Action,
        transaction::{CommitBuilder, CommitProperties, TableReference},
    },
    protocol::{DeltaOperation, SaveMode},
};
use serde::{Deserialize, Serialize};

use super::{contract::Table, delta};

/// The entry of a commit that says so.
const UNIQUE: &str = "tributary.unique";

/// What a commit says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Claim {
    /// The version that has no two rows with the same key.
    version: u64,
    key: Vec<String>,
}

impl Claim {
    fn new(version: u64, key: &[&str]) -> Self {
        Self {
            version,
            key: key.iter().map(|&column| column.to_owned()).collect(),
        }
    }
}

/// Commits that also say that the version they make has no two rows with the same key.
pub(super) fn claiming(
    properties: CommitProperties,
    version: u64,
    key: &[&str],
) -> DeltaResult<CommitProperties> {
    let claim = serde_json::to_value(Claim::new(version, key))?;
    Ok(properties.with_metadata([(UNIQUE.to_owned(), claim)]))
}

/// Whether a version of a table is known to have no two rows with the same key.
///
/// # Errors
/// An error of the object store, or of a broken log.
pub(super) async fn is_unique(table: &DeltaTable, key: &[&str]) -> DeltaResult<bool> {
    if key.is_empty() {
        return Ok(false);
    }
    let snapshot = table.snapshot()?;
    if snapshot.log_data().num_files() == 0 {
        return Ok(true);
    }
    let version = snapshot.version();
    let Some(actions) = delta::actions(table, version).await? else {
        return Ok(false);
    };
    let mut claims = actions.into_iter().filter_map(|action| match action {
        Action::CommitInfo(mut info) => info.info.remove(UNIQUE),
        _ => None,
    });
    let claim = claims.find_map(|claim| serde_json::from_value::<Claim>(claim).ok());
    Ok(claim.is_some_and(|claim| claim == Claim::new(version, key)))
}

/// Looks at all rows of a version for two with the same key.
///
/// # Errors
/// An error of reading the table.
pub(super) async fn has_repeated(
    session: &SessionContext,
    table: &DeltaTable,
    key: &[&str],
) -> Result<bool> {
    let rows = session.read_table(delta::provider(table, &session.state())?)?;
    let groups = key.iter().map(|column| ident(*column)).collect();
    let repeated = rows
        .aggregate(groups, vec![count(lit(1)).alias(UNIQUE)])?
        .filter(ident(UNIQUE).gt(lit(1)))?
        .limit(0, Some(1))?;
    Ok(repeated.count().await? > 0)
}

/// Says of a version what was true of an earlier one, by a commit of nothing else, if it does not
/// say so and no rows were added since.
///
/// # Arguments
/// `since`: the version that had no two rows with the same key.
///
/// # Errors
/// An error of the object store; none if somebody else commits meanwhile, who may add a row.
pub(super) async fn record(table: &DeltaTable, key: &[&str], since: u64) -> DeltaResult<()> {
    let snapshot = table.snapshot()?;
    if is_unique(table, key).await? {
        return Ok(());
    }
    for version in since + 1..=snapshot.version() {
        let actions = delta::actions(table, version).await?;
        let adds_rows = |it: &Action| matches!(it, Action::Add(file) if file.data_change);
        if actions.is_none_or(|actions| actions.iter().any(adds_rows)) {
            return Ok(());
        }
    }
    let operation = DeltaOperation::Write {
        mode: SaveMode::Append,
        partition_by: None,
        predicate: None,
    };
    let properties = claiming(delta::only_here(), snapshot.version() + 1, key)?;
    let commit = CommitBuilder::from(properties).build(
        Some(snapshot.snapshot() as &dyn TableReference),
        table.log_store(),
        operation,
    );
    match commit.await {
        Err(error) if !delta::is_conflict(&error) => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What is known of the newest versions of tables: reading a commit once is enough.
#[derive(Debug, Default)]
pub(super) struct UniqueKeys(Mutex<HashMap<String, (u64, bool)>>);

impl UniqueKeys {
    /// The columns of which no two rows of a table have the same values; empty if none are known.
    ///
    /// # Errors
    /// An error of the object store, or of a broken log.
    pub(super) async fn of(
        &self,
        table: &DeltaTable,
        name: &str,
    ) -> Result<&'static [&'static str]> {
        let Some(Table { key, .. }) = Table::named(name) else {
            return Ok(&[]);
        };
        let snapshot = table.snapshot().map_err(delta::external)?;
        let (id, version) = (snapshot.metadata().id(), snapshot.version());
        let known = self.known(id).filter(|(of, _)| *of == version);
        let is_unique = match known {
            Some((_, is_unique)) => is_unique,
            None => {
                let is_unique = is_unique(table, key).await.map_err(delta::external)?;
                self.remember(id, version, is_unique);
                is_unique
            }
        };
        Ok(if is_unique { key } else { &[] })
    }

    fn known(&self, id: &str) -> Option<(u64, bool)> {
        self.0.lock().expect("no holder panics").get(id).copied()
    }

    fn remember(&self, id: &str, version: u64, is_unique: bool) {
        let mut known = self.0.lock().expect("no holder panics");
        let newest = known.entry(id.to_owned()).or_insert((version, is_unique));
        if newest.0 <= version {
            *newest = (version, is_unique);
        }
    }
}
