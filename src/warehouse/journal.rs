//! A small state in the warehouse that several processes change, one after the other.
//!
//! Each state is a file with the next number. A store that creates a file only if there is none
//! of its name lets one writer win, whichever store it is; the others read again and decide anew.

use std::marker::PhantomData;

use datafusion::common::{DataFusionError, Result, exec_err};
use futures::{StreamExt, TryStreamExt};
use object_store::{
    Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, path::Path,
};
use serde::{Serialize, de::DeserializeOwned};

use super::location::Location;

/// How many states stay, for whoever is reading one while newer ones are written.
const KEPT: u64 = 10;
/// How often a change is worked out again after another writer was faster.
const ATTEMPTS: usize = 50;

/// The states in one folder.
#[derive(Debug, Clone)]
pub struct Journal<T> {
    folder: Location,
    states: PhantomData<fn() -> T>,
}

impl<T: Default + Serialize + DeserializeOwned> Journal<T> {
    /// The journal in a folder, which need not be there yet.
    pub fn in_folder(folder: Location) -> Self {
        Self {
            folder,
            states: PhantomData,
        }
    }

    /// The newest state; the default one before the first change.
    ///
    /// # Errors
    /// An error of the object store, or a file that is no such state, which is named.
    pub async fn read(&self) -> Result<T> {
        Ok(self.newest().await?.1)
    }

    /// Changes the state, unless `change` finds nothing to do.
    ///
    /// # Arguments
    /// `change`: from the newest state; it is asked again when somebody else was faster. `None`
    /// leaves the state as it is.
    ///
    /// # Returns
    /// What `change` returned for the state that was written; `None` if it left it.
    ///
    /// # Errors
    /// As [`Self::read`], or an execution error if others are faster again and again.
    pub async fn change<R>(
        &self,
        mut change: impl FnMut(&mut T) -> Option<R>,
    ) -> Result<Option<R>> {
        for _ in 0..ATTEMPTS {
            let (numbers, mut state) = self.newest().await?;
            let number = numbers.iter().max().map_or(1, |newest| newest + 1);
            let Some(result) = change(&mut state) else {
                return Ok(None);
            };
            if self.write(number, &state).await? && !self.is_outdated(number).await? {
                let old = numbers.into_iter().filter(|old| old + KEPT < number);
                self.remove(old).await;
                return Ok(Some(result));
            }
        }
        exec_err!(
            "{}: expected to write within {ATTEMPTS} attempts, got a newer state each time",
            self.folder.url()
        )
    }

    /// The newest state, and the numbers of all that are there.
    async fn newest(&self) -> Result<(Vec<u64>, T)> {
        loop {
            let numbers = self.numbers().await?;
            let Some(number) = numbers.iter().copied().max() else {
                return Ok((numbers, T::default()));
            };
            let path = self.path(number);
            let bytes = match self.folder.store().get(&path).await {
                Ok(found) => found.bytes().await?,
                // Ten newer ones were written meanwhile.
                Err(StoreError::NotFound { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            let state = serde_json::from_slice(&bytes).map_err(|error| {
                DataFusionError::External(Box::new(error)).context(format!("reading {path}"))
            })?;
            return Ok((numbers, state));
        }
    }

    /// Writes a state, and says whether it is the one of its number.
    async fn write(&self, number: u64, state: &T) -> Result<bool> {
        let bytes = serde_json::to_vec(state);
        let bytes = bytes.map_err(|error| DataFusionError::External(Box::new(error)))?;
        let (store, path) = (self.folder.store(), self.path(number));
        let options = PutOptions::from(PutMode::Create);
        let payload = PutPayload::from(bytes.clone());
        match store.put_opts(&path, payload, options).await {
            Ok(_) => {}
            // Perhaps by this very request, sent again because its answer was lost.
            Err(StoreError::AlreadyExists { .. } | StoreError::Precondition { .. }) => {
                let found = match store.get(&path).await {
                    Ok(found) => found.bytes().await?,
                    Err(StoreError::NotFound { .. }) => return Ok(false),
                    Err(error) => return Err(error.into()),
                };
                if found != bytes {
                    return Ok(false);
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }

    /// Whether a state was written long after its number was: its file had been removed as an old
    /// one, so that the store took it, and nobody will read it.
    async fn is_outdated(&self, number: u64) -> Result<bool> {
        let newest = self.numbers().await?.into_iter().max();
        Ok(newest.is_some_and(|newest| number + KEPT < newest))
    }

    /// Whoever writes next tries again what could not be removed.
    async fn remove(&self, numbers: impl Iterator<Item = u64>) {
        for old in numbers {
            if let Err(error) = self.folder.store().delete(&self.path(old)).await {
                tracing::debug!(%error, "an old state stays");
            }
        }
    }

    async fn numbers(&self) -> Result<Vec<u64>> {
        let files = self.folder.store().list(Some(&self.folder.path("")));
        let numbers = files
            .map_ok(|file| number(&file.location))
            .filter_map(async |number| number.transpose());
        Ok(numbers.try_collect().await?)
    }

    fn path(&self, number: u64) -> Path {
        self.folder.path(&format!("{number:020}.json"))
    }
}

fn number(path: &Path) -> Option<u64> {
    path.filename()?.strip_suffix(".json")?.parse().ok()
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tokio::test blocks on its own runtime"
)]
mod tests {
    use datafusion::common::runtime::SpawnedTask;

    use super::*;

    fn journal(folder: &tempfile::TempDir) -> Journal<Vec<u32>> {
        let folder = folder.path().to_str().unwrap();
        Journal::in_folder(Location::open(folder, &Default::default()).unwrap())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_writers_that_race_each_is_heard_once() {
        let folder = tempfile::tempdir().unwrap();
        let writers = (0..16_u32).map(|writer| {
            let journal = journal(&folder);
            SpawnedTask::spawn(async move {
                let push = |state: &mut Vec<u32>| {
                    state.push(writer);
                    Some(())
                };
                journal.change(push).await.unwrap();
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.join().await.unwrap();
        }
        let mut state = journal(&folder).read().await.unwrap();
        state.sort_unstable();
        assert_eq!(state, Vec::from_iter(0..16));
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert!(files <= 12, "{files} states are kept");
    }

    #[tokio::test]
    async fn nothing_is_written_for_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal(&folder);
        assert_eq!(journal.change(|_| None::<()>).await.unwrap(), None);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(journal.read().await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_file_that_is_no_state_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("00000000000000000007.json"), "no state").unwrap();
        let error = journal(&folder).read().await.unwrap_err().to_string();
        assert!(error.contains("00000000000000000007.json"), "{error}");
    }
}
