//! The files of a run: which of them a table knows, and those that are open.

use std::path::PathBuf;

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{Result, runtime::SpawnedTask},
    prelude::SessionContext,
};

use super::{
    super::{
        contract_table, destination, inputs,
        read::{joined, sources},
        remembered,
        source::{Source, Stamp},
    },
    source_table::{SourceTable, Watch, schema_of},
};
use crate::warehouse::location::Location;

/// The files of a run, of which each table may know some already.
#[derive(Debug)]
pub struct MappedFiles(Vec<File>);

#[derive(Debug)]
struct File {
    stamp: Stamp,
    /// Once it is open.
    source: Option<Source>,
}

impl MappedFiles {
    /// # Arguments
    /// `named`: local files, folders and patterns, as in an [`ImportRequest`](super::super::ImportRequest).
    ///
    /// # Errors
    /// An error with the name of a file, folder or pattern that there is not.
    pub async fn list(named: &[PathBuf]) -> Result<Self> {
        let named = named.to_owned();
        let listing = SpawnedTask::spawn_blocking(move || {
            let files = inputs::files(&named, None)?;
            let files = files.iter().map(|file| {
                let stamp = Stamp::of(file)?;
                Ok(File {
                    stamp,
                    source: None,
                })
            });
            files.collect::<Result<Vec<_>>>()
        });
        Ok(Self(joined(listing.join().await)??))
    }

    /// The files that a table has not imported by this statement, or that have changed since.
    ///
    /// # Arguments
    /// `again`: all of them.
    pub async fn unknown(
        &self,
        session: &SessionContext,
        warehouse: &Location,
        (table, statement): (&str, &str),
        again: bool,
    ) -> Result<Vec<usize>> {
        let stored = destination(session, warehouse, contract_table(table)?)?
            .stored()
            .await?;
        let mut unknown = Vec::new();
        for position in 0..self.count() {
            let id = self.id(position, statement)?;
            let is_known = match &stored {
                Some(stored) if !again => remembered::knows(stored, &id).await?,
                _ => false,
            };
            if !is_known {
                unknown.push(position);
            }
        }
        Ok(unknown)
    }

    /// Under which name the rows that a statement makes of a file are remembered.
    pub(super) fn id(&self, file: usize, statement: &str) -> Result<String> {
        remembered::mapped_id(&self.0[file].stamp, statement)
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Opens some of the files, and finds the columns that they have together.
    ///
    /// # Arguments
    /// `optional`: columns that read as NULL if no file has them.
    ///
    /// # Errors
    /// An error with the name of a file that cannot be read, or whose columns do not fit the others.
    pub async fn open(&mut self, files: &[usize], optional: &[String]) -> Result<SchemaRef> {
        let paths = files.iter().map(|file| self.0[*file].stamp.path.clone());
        let opened = sources(paths.collect(), None).await?;
        let schema = schema_of(&opened, optional)?;
        for (file, source) in files.iter().zip(opened) {
            self.0[*file].source = Some(source);
        }
        Ok(schema)
    }

    /// Open files as the table that a statement reads.
    pub fn table(&self, files: &[usize], schema: &SchemaRef, watch: Watch) -> Result<SourceTable> {
        let files = files.iter().filter_map(|file| self.0[*file].source.clone());
        SourceTable::new(files.collect(), SchemaRef::clone(schema), watch)
    }
}
