//! The definitions that the sessions of an engine share, and where those made by SQL are kept.
//!
//! A view made by SQL is a file of the warehouse, `_tributary/catalog/<schema>/<view>.sql`, which
//! whoever opens the warehouse reads. Two that make a view of one name at once do not overwrite
//! each other: the store refuses the second.

use std::sync::{Arc, RwLock};

use datafusion::common::{DataFusionError, Result, plan_err};
use futures::{TryStreamExt, stream};
use object_store::{
    Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, path::Path,
};

use super::{
    definitions::Definitions,
    view::{View, ViewName},
};
use crate::warehouse::{SYSTEM_FOLDER, location::Location};

const FOLDER: &str = "catalog";
const CONCURRENT_READS: usize = 16;

/// The views of an engine: shipped, made by SQL, and of a user's folder.
#[derive(Debug)]
pub struct DefinitionStore {
    current: RwLock<Arc<Definitions>>,
    /// The views that are no statement's: a dropped one gives way to that of its name.
    given: Definitions,
    /// Where views made by SQL are kept; `None` keeps them as long as the engine lives.
    kept_in: Option<Location>,
}

impl DefinitionStore {
    /// Reads every definition; one of the folder replaces that of the warehouse, and that a
    /// shipped one.
    ///
    /// # Arguments
    /// `kept_in`: the warehouse whose views made by SQL are read and kept.
    ///
    /// # Errors
    /// An I/O error or one of the object store, or an error in a definition, which names its file.
    pub async fn open(kept_in: Option<Location>, folder: Option<&std::path::Path>) -> Result<Self> {
        let mut current = Definitions::shipped()?;
        let mut given = current.clone();
        if let Some(warehouse) = &kept_in {
            add_kept(&mut current, warehouse).await?;
        }
        if let Some(folder) = folder {
            current.add_folder(folder)?;
            given.add_folder(folder)?;
        }
        Ok(Self {
            current: RwLock::new(Arc::new(current)),
            given,
            kept_in,
        })
    }

    /// The views as they are now.
    pub fn current(&self) -> Arc<Definitions> {
        Arc::clone(&self.current.read().expect("no writer panics"))
    }

    /// Adds a view, or replaces the one of its name.
    ///
    /// # Errors
    /// A plan error when there is one and it is not to be replaced; an error of the object store.
    pub async fn create(&self, view: View, or_replace: bool) -> Result<()> {
        let exists = || plan_err!("view {}.{} exists already", view.schema, view.name);
        if !or_replace && self.current().get(&view.schema, &view.name).is_some() {
            return exists();
        }
        if let Some(warehouse) = &self.kept_in {
            let mode = match or_replace {
                true => PutMode::Overwrite,
                false => PutMode::Create,
            };
            let text = PutPayload::from(view.statement_text().unwrap_or_default().to_owned());
            let path = path(warehouse, &view.schema, &view.name);
            let written = warehouse
                .store()
                .put_opts(&path, text, PutOptions::from(mode));
            match written.await {
                Err(StoreError::AlreadyExists { .. }) => return exists(),
                written => drop(written?),
            }
        }
        self.change(|definitions| definitions.add(view));
        Ok(())
    }

    /// Removes a view that was made by SQL, and says whether there was one.
    ///
    /// # Errors
    /// A plan error for a view that came with the program or a folder; an error of the object
    /// store.
    pub async fn remove(&self, name: &ViewName) -> Result<bool> {
        let ViewName { schema, name: view } = name;
        let current = self.current();
        let Some(found) = current.get(schema, view) else {
            return Ok(false);
        };
        if found.statement_text().is_none() {
            return plan_err!(
                "DROP VIEW: {schema}.{view} is a file of queries/, not made by SQL: it cannot be dropped"
            );
        }
        if let Some(warehouse) = &self.kept_in {
            match warehouse
                .store()
                .delete(&path(warehouse, schema, view))
                .await
            {
                // Somebody else was faster.
                Err(StoreError::NotFound { .. }) => {}
                deleted => deleted?,
            }
        }
        self.change(|definitions| match self.given.get(schema, view) {
            Some(given) => definitions.add(View::clone(given)),
            None => drop(definitions.remove(name)),
        });
        Ok(true)
    }

    fn change(&self, change: impl FnOnce(&mut Definitions)) {
        let mut current = self.current.write().expect("no writer panics");
        change(Arc::make_mut(&mut current));
    }
}

async fn add_kept(definitions: &mut Definitions, warehouse: &Location) -> Result<()> {
    let folder = folder(warehouse);
    let store = warehouse.store();
    let mut paths: Vec<Path> = store
        .list(Some(&folder))
        .map_ok(|file| file.location)
        .try_collect()
        .await?;
    paths.retain(|path| path.extension() == Some("sql"));
    paths.sort();
    let texts = paths.into_iter().map(Ok::<_, DataFusionError>);
    let mut texts = stream::iter(texts)
        .map_ok(|path| async move {
            let bytes = store.get(&path).await?.bytes().await?;
            Ok((path, String::from_utf8_lossy(&bytes).into_owned()))
        })
        .try_buffered(CONCURRENT_READS);
    while let Some((path, text)) = texts.try_next().await? {
        definitions
            .add_made(&text)
            .map_err(|error| error.context(format!("view file {path}")))?;
    }
    Ok(())
}

fn folder(warehouse: &Location) -> Path {
    warehouse.path(&format!("{SYSTEM_FOLDER}/{FOLDER}"))
}

fn path(warehouse: &Location, schema: &str, name: &str) -> Path {
    folder(warehouse).join(schema).join(format!("{name}.sql"))
}
