//! The definitions that the sessions of an engine share, and where those made by SQL are kept.
//!
//! A view made by SQL is a file of the warehouse, `_tributary/catalog/<schema>/<view>.sql`, which
//! whoever opens the warehouse reads. Two that make a view of one name at once do not overwrite
//! each other: the store refuses the second. A file `<view>.suspended` beside it, or alone for a
//! view of a file, says that no schedule refreshes the view.

use std::sync::{Arc, RwLock};

use datafusion::common::{DataFusionError, Result, plan_err};
use futures::{TryStreamExt, stream};
use object_store::{
    Error as StoreError, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    path::Path,
};
use tokio::sync::Mutex;

use super::{
    definitions::Definitions,
    view::{View, ViewName},
};
use crate::warehouse::{SYSTEM_FOLDER, location::Location, stored_view};

const FOLDER: &str = "catalog";
const VIEW: &str = "sql";
const SUSPENDED: &str = "suspended";
const CONCURRENT_READS: usize = 16;

/// The views of an engine: shipped, made by SQL, and of a user's folder.
#[derive(Debug)]
pub struct DefinitionStore {
    current: RwLock<Arc<Definitions>>,
    shipped: Definitions,
    /// Of the user's folder.
    of_folder: Definitions,
    /// Where views made by SQL are kept; `None` keeps them as long as the engine lives.
    kept_in: Option<Location>,
    /// The files there when they were last read. Whoever changes or reads them holds it.
    files: Mutex<Vec<ObjectMeta>>,
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
        let mut of_folder = Definitions::default();
        if let Some(folder) = folder {
            of_folder.add_folder(folder)?;
        }
        let store = Self {
            current: RwLock::default(),
            shipped: Definitions::shipped()?,
            of_folder,
            kept_in,
            files: Mutex::default(),
        };
        let files = store.files().await?;
        store.read(&files).await?;
        *store.files.lock().await = files;
        Ok(store)
    }

    /// Sees what others who have the warehouse open made and dropped since the last time.
    ///
    /// # Errors
    /// An error of the object store, or in a definition, which names its file; the views then stay
    /// as they were.
    pub async fn refresh(&self) -> Result<()> {
        let mut known = self.files.lock().await;
        let files = self.files().await?;
        if *known != files {
            self.read(&files).await?;
            *known = files;
        }
        Ok(())
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
        let _writing = self.files.lock().await;
        let exists = || plan_err!("view {}.{} exists already", view.schema, view.name);
        if let Some(replaced) = self.current().get(&view.schema, &view.name) {
            if !or_replace {
                return exists();
            }
            let is_other_kind = replaced.materialized.is_some() != view.materialized.is_some();
            if is_other_kind && replaced.is_of_users() {
                let (name, kind) = (view.full_name(), replaced.kind());
                return plan_err!(
                    "CREATE OR REPLACE: {name} is a {kind}: drop it first, with DROP {} {name}",
                    kind.to_uppercase().replace("METRIC VIEW", "VIEW")
                );
            }
        }
        if let Some(file) = self.of_folder.get(&view.schema, &view.name) {
            return plan_err!(
                "CREATE VIEW: {} is defined in {}, which counts: change it there",
                view.full_name(),
                file.origin
            );
        }
        if let Some(warehouse) = &self.kept_in {
            let mode = match or_replace {
                true => PutMode::Overwrite,
                false => PutMode::Create,
            };
            let text = PutPayload::from(view.statement_text().unwrap_or_default().to_owned());
            let path = path(warehouse, &view.schema, &view.name, VIEW);
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

    /// Removes a view that was made by SQL, with its stored rows, and says whether there was one.
    ///
    /// # Arguments
    /// `is_materialized`: what whoever drops it takes it for.
    ///
    /// # Errors
    /// A plan error for a view of the other kind, or one that came with the program or a folder; an
    /// error of the object store.
    pub async fn remove(&self, name: &ViewName, is_materialized: bool) -> Result<bool> {
        let _writing = self.files.lock().await;
        let ViewName { schema, name: view } = name;
        let current = self.current();
        let Some(found) = current.get(schema, view) else {
            return Ok(false);
        };
        if found.materialized.is_some() != is_materialized {
            let (drop, right) = match is_materialized {
                true => ("DROP MATERIALIZED VIEW", "DROP VIEW"),
                false => ("DROP VIEW", "DROP MATERIALIZED VIEW"),
            };
            return plan_err!("{drop}: {name} is a {}: use {right} {name}", found.kind());
        }
        if found.statement_text().is_none() {
            return plan_err!(
                "DROP VIEW: {schema}.{view} is a file of queries/, not made by SQL: it cannot be dropped"
            );
        }
        if let Some(warehouse) = &self.kept_in {
            delete(warehouse, &path(warehouse, schema, view, VIEW)).await?;
            if is_materialized {
                delete(warehouse, &path(warehouse, schema, view, SUSPENDED)).await?;
                stored_view::delete(warehouse, schema, view).await?;
            }
        }
        // A dropped view gives way to that of its name.
        let given = self.of_folder.get(schema, view);
        let given = given.or_else(|| self.shipped.get(schema, view));
        self.change(|definitions| {
            definitions.suspend(name.clone(), false);
            match given {
                Some(given) => definitions.add(View::clone(given)),
                None => drop(definitions.remove(name)),
            }
        });
        Ok(true)
    }

    /// Has a materialized view refreshed only when asked, or again on its schedule.
    ///
    /// # Errors
    /// A plan error when there is no such view; an error of the object store.
    pub async fn suspend(&self, name: &ViewName, suspended: bool) -> Result<()> {
        let _writing = self.files.lock().await;
        let statement = if suspended { "SUSPEND" } else { "RESUME" };
        self.current().check_materialized(statement, name)?;
        if let Some(warehouse) = &self.kept_in {
            let path = path(warehouse, &name.schema, &name.name, SUSPENDED);
            match suspended {
                true => drop(warehouse.store().put(&path, PutPayload::new()).await?),
                false => delete(warehouse, &path).await?,
            }
        }
        self.change(|definitions| definitions.suspend(name.clone(), suspended));
        Ok(())
    }

    /// Whether what is made by SQL outlives the engine.
    pub fn keeps(&self) -> bool {
        self.kept_in.is_some()
    }

    fn change(&self, change: impl FnOnce(&mut Definitions)) {
        let mut current = self.current.write().expect("no writer panics");
        change(Arc::make_mut(&mut current));
    }

    /// The files of views made by SQL, in order.
    async fn files(&self) -> Result<Vec<ObjectMeta>> {
        let Some(warehouse) = &self.kept_in else {
            return Ok(Vec::new());
        };
        let files = warehouse.store().list(Some(&folder(warehouse)));
        let mut files: Vec<ObjectMeta> = files.try_collect().await?;
        let is_known = |file: &ObjectMeta| {
            let extension = file.location.extension();
            extension.is_some_and(|it| [VIEW, SUSPENDED].contains(&it))
        };
        files.retain(is_known);
        files.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(files)
    }

    /// Takes the views of these files in place of those that it had.
    async fn read(&self, files: &[ObjectMeta]) -> Result<()> {
        let kept = match &self.kept_in {
            Some(warehouse) => kept_views(warehouse, files).await?,
            None => Definitions::default(),
        };
        let views = self.shipped.hidden_by(&kept).hidden_by(&self.of_folder);
        *self.current.write().expect("no writer panics") = Arc::new(views);
        Ok(())
    }
}

async fn kept_views(warehouse: &Location, files: &[ObjectMeta]) -> Result<Definitions> {
    let store = warehouse.store();
    let paths = files.iter().map(|it| it.location.clone());
    let (views, marks): (Vec<_>, Vec<_>) = paths.partition(|it| it.extension() == Some(VIEW));
    let paths = views.into_iter().map(Ok::<_, DataFusionError>);
    let mut texts = stream::iter(paths)
        .map_ok(|path| async move {
            let bytes = store.get(&path).await?.bytes().await?;
            Ok((path, String::from_utf8_lossy(&bytes).into_owned()))
        })
        .try_buffered(CONCURRENT_READS);
    let mut kept = Definitions::default();
    for mark in &marks {
        if let Some(name) = marked(mark) {
            kept.suspend(name, true);
        }
    }
    while let Some((path, text)) = texts.try_next().await? {
        kept.add_made(&text)
            .map_err(|error| error.context(format!("view file {path}")))?;
    }
    Ok(kept)
}

fn folder(warehouse: &Location) -> Path {
    warehouse.path(&format!("{SYSTEM_FOLDER}/{FOLDER}"))
}

fn path(warehouse: &Location, schema: &str, name: &str, extension: &str) -> Path {
    let file = format!("{name}.{extension}");
    folder(warehouse).join(schema).join(file)
}

/// The view that a mark is about.
fn marked(mark: &Path) -> Option<ViewName> {
    let parts: Vec<_> = mark.parts().collect();
    let [.., schema, file] = parts.as_slice() else {
        return None;
    };
    let name = file.as_ref().strip_suffix(SUSPENDED)?.strip_suffix('.')?;
    Some(ViewName {
        schema: schema.as_ref().to_owned(),
        name: name.to_owned(),
    })
}

/// Deletes a file, unless somebody else was faster.
async fn delete(warehouse: &Location, path: &Path) -> Result<()> {
    match warehouse.store().delete(path).await {
        Err(StoreError::NotFound { .. }) => Ok(()),
        deleted => Ok(deleted?),
    }
}
