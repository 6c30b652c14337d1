//! The newest snapshots of Delta tables, kept from query to query.
//!
//! A snapshot is the newest one as long as the log still has the very commit that it ends with,
//! and none after it. Two small requests at the same time tell, without a listing: one for the
//! last commit, whose tag a table that was deleted and made anew does not have, and one for the
//! next. Whatever else they find makes the log be read again.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard},
};

use datafusion::common::Result;
use deltalake_core::DeltaTable;
use object_store::{Error as StoreError, ObjectMeta, ObjectStoreExt};

use super::{delta, location::Location};

/// Snapshots by the name of their table. The lock is never held while a store is asked.
#[derive(Default)]
pub(super) struct Snapshots(Mutex<HashMap<String, Kept>>);

#[derive(Clone)]
struct Kept {
    table: DeltaTable,
    version: u64,
    /// The commit of that version.
    commit: ObjectMeta,
}

enum State {
    Newest,
    /// There are newer commits.
    Behind,
    /// The log is another one, or its last commit was cleaned up.
    Lost,
}

impl Snapshots {
    /// The newest version of the table in a folder; `None` if the folder holds no Delta table.
    pub(super) async fn newest(&self, folder: &Location, name: &str) -> Result<Option<DeltaTable>> {
        let kept = self.kept().get(name).cloned();
        if let Some(kept) = kept {
            let newer = match kept.state(folder).await? {
                State::Newest => return Ok(Some(kept.table)),
                State::Behind => kept.brought_up_to_date(folder).await?,
                State::Lost => None,
            };
            if let Some(newer) = newer {
                let table = newer.table.clone();
                self.kept().insert(name.to_owned(), newer);
                return Ok(Some(table));
            }
        }
        let loaded = delta::load(folder).await?;
        let kept = match &loaded {
            Some(table) => Kept::of(folder, table).await?,
            None => None,
        };
        match kept {
            Some(kept) => drop(self.kept().insert(name.to_owned(), kept)),
            None => drop(self.kept().remove(name)),
        }
        Ok(loaded)
    }

    /// Whether the table was a Delta table when it was last opened.
    pub(super) fn has(&self, name: &str) -> bool {
        self.kept().contains_key(name)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().expect("no holder panics")
    }
}

impl fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        let versions = kept.iter().map(|(name, kept)| (name, kept.version));
        f.debug_map().entries(versions).finish()
    }
}

impl Kept {
    /// A table just loaded, with the commit that it ends with; `None` if the log no longer has it.
    async fn of(folder: &Location, table: &DeltaTable) -> Result<Option<Self>> {
        let Some(version) = table.version() else {
            return Ok(None);
        };
        let Some(commit) = commit(folder, version).await? else {
            return Ok(None);
        };
        // A table that was made anew meanwhile would have a younger commit. Answers to HEAD know
        // seconds only.
        let state = table.snapshot().map_err(delta::external)?;
        let read = state.version_timestamp(version);
        let is_same = read.is_none_or(|at| at.div_euclid(1000) == commit.last_modified.timestamp());
        Ok(is_same.then(|| Self {
            table: table.clone(),
            version,
            commit,
        }))
    }

    async fn state(&self, folder: &Location) -> Result<State> {
        let (last, next) = futures::join!(
            commit(folder, self.version),
            commit(folder, self.version + 1)
        );
        Ok(match (last?, next?) {
            (Some(last), None) if self.ends_with(&last) => State::Newest,
            (Some(last), Some(_)) if self.ends_with(&last) => State::Behind,
            _ => State::Lost,
        })
    }

    /// The table with the commits that were added; `None` if that cannot be trusted.
    async fn brought_up_to_date(&self, folder: &Location) -> Result<Option<Self>> {
        let mut table = self.table.clone();
        if let Err(error) = table.update_incremental(None).await {
            tracing::debug!("{}: read anew, because {error}", folder.url());
            return Ok(None);
        }
        // The new commits belong to the old snapshot only if the log is still the same.
        let last = commit(folder, self.version).await?;
        if !last.is_some_and(|last| self.ends_with(&last)) {
            return Ok(None);
        }
        let newer = Self::of(folder, &table).await?;
        Ok(newer.filter(|newer| newer.version > self.version))
    }

    fn ends_with(&self, last: &ObjectMeta) -> bool {
        match (&self.commit.e_tag, &last.e_tag) {
            (Some(kept), Some(found)) => kept == found,
            _ => {
                let key = |it: &ObjectMeta| (it.last_modified, it.size);
                key(&self.commit) == key(last)
            }
        }
    }
}

/// What the store says of the file of a commit; `None` if there is none.
async fn commit(folder: &Location, version: u64) -> Result<Option<ObjectMeta>> {
    let path = folder.path(&format!("_delta_log/{version:020}.json"));
    match folder.store().head(&path).await {
        Ok(file) => Ok(Some(file)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
