//! Which files a table holds already.
//!
//! The commit that writes the rows of a file also writes a Delta application transaction named
//! after the file: either both are there or neither is, and Delta keeps transactions when it
//! cleans up old commits. A file with bad rows is not remembered, so that it is told of them
//! every time, and neither is a file whose rows changed nothing, because nothing was committed.

use std::{path::Path, time::SystemTime};

use datafusion::common::{Result, exec_datafusion_err};
use deltalake_core::DeltaTable;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{ImportRequest, source::Stamp};
use crate::warehouse::delta;

/// The transaction of a file: its path, size and time of change, and how the run reads it.
pub(super) fn id(file: &Stamp, request: &ImportRequest) -> Result<String> {
    let mut mapping = request.mapping.clone();
    mapping.sort();
    let format = request.format.map(|format| format!("{format:?}"));
    let (path, size_bytes, modified_at) = told_by(file)?;
    let deleted_when = &request.deleted_when;
    transaction(
        file,
        &(path, size_bytes, modified_at, format, mapping, deleted_when),
    )
}

/// The transaction of a file whose rows a statement makes.
pub(super) fn mapped_id(file: &Stamp, statement: &str) -> Result<String> {
    transaction(file, &(told_by(file)?, statement))
}

fn told_by(file: &Stamp) -> Result<(&Path, u64, String)> {
    let modified_at = file.modified_at.duration_since(SystemTime::UNIX_EPOCH);
    let modified_at = modified_at.map_err(|error| {
        exec_datafusion_err!("import: the time of {}: {error}", file.path.display())
    })?;
    Ok((
        &file.path,
        file.size_bytes,
        modified_at.as_nanos().to_string(),
    ))
}

fn transaction(file: &Stamp, all: &impl Serialize) -> Result<String> {
    let all = serde_json::to_vec(all).map_err(|error| {
        exec_datafusion_err!(
            "import: expected a path of UTF-8 text, got {}: {error}",
            file.path.display()
        )
    })?;
    let digest = Sha256::digest(&all);
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("tributary.import/{digits}"))
}

/// Whether the table holds what the transaction wrote.
pub(super) async fn knows(stored: &DeltaTable, id: &str) -> Result<bool> {
    let log = stored.log_store();
    let snapshot = stored.snapshot().map_err(delta::external)?;
    let version = snapshot.transaction_version(log.as_ref(), id).await;
    Ok(version.map_err(delta::external)?.is_some())
}
