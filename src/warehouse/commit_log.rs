//! The log of a Delta table, whose writer knows its own commits.
//!
//! A commit is a PUT that a store refuses when the file is there. When its answer is lost on the
//! way, the file may be written all the same: asked once more, the store refuses it, and a writer
//! who took that for somebody else's commit would write its rows a second time. Therefore whatever
//! is not a clear success is settled by reading what the log has.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use deltalake_core::{
    DeltaResult,
    kernel::{Version, transaction::TransactionError},
    logstore::{CommitOrBytes, LogStore, LogStoreConfig},
};
use object_store::ObjectStore;
use uuid::Uuid;

/// How often a commit is tried that the log turns out not to have.
const ATTEMPTS: usize = 3;

#[derive(Debug)]
pub(super) struct CommitLog(pub(super) Arc<dyn LogStore>);

#[async_trait]
impl LogStore for CommitLog {
    /// That of the log behind it: deltalake-core 1.1.3 hands commits over as bytes to logs of that
    /// name alone.
    fn name(&self) -> String {
        self.0.name()
    }

    async fn read_commit_entry(&self, version: Version) -> DeltaResult<Option<Bytes>> {
        self.0.read_commit_entry(version).await
    }

    async fn write_commit_entry(
        &self,
        version: Version,
        commit: CommitOrBytes,
        operation: Uuid,
    ) -> Result<(), TransactionError> {
        let CommitOrBytes::LogBytes(ours) = &commit else {
            return self.0.write_commit_entry(version, commit, operation).await;
        };
        let mut attempt = 1;
        loop {
            let write = self
                .0
                .write_commit_entry(version, commit.clone(), operation);
            let Err(error) = write.await else {
                return Ok(());
            };
            // Commits name files and instants of their own: an equal one is this one.
            match self.0.read_commit_entry(version).await {
                Ok(Some(found)) if found == *ours => return Ok(()),
                Ok(Some(_)) => return Err(TransactionError::VersionAlreadyExists(version)),
                Ok(None) if attempt < ATTEMPTS => attempt += 1,
                Ok(None) | Err(_) => return Err(error),
            }
        }
    }

    async fn abort_commit_entry(
        &self,
        version: Version,
        commit: CommitOrBytes,
        operation: Uuid,
    ) -> Result<(), TransactionError> {
        self.0.abort_commit_entry(version, commit, operation).await
    }

    async fn get_latest_version(&self, start: Version) -> DeltaResult<Version> {
        self.0.get_latest_version(start).await
    }

    fn object_store(&self, operation: Option<Uuid>) -> Arc<dyn ObjectStore> {
        self.0.object_store(operation)
    }

    fn root_object_store(&self, operation: Option<Uuid>) -> Arc<dyn ObjectStore> {
        self.0.root_object_store(operation)
    }

    fn config(&self) -> &LogStoreConfig {
        self.0.config()
    }
}
