//! The views that are defined: those shipped in `queries/`, and those of a user's folder.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use datafusion::common::{DataFusionError, Result, plan_err};
use include_dir::{Dir, include_dir};

use super::{
    statement::{self, CreateView, Statement},
    view::{Body, Origin, Parameter, View, ViewName},
};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// Views by schema and name.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    schemas: BTreeMap<String, BTreeMap<String, Arc<View>>>,
    /// Materialized views that no schedule refreshes until they are resumed.
    suspended: BTreeSet<ViewName>,
}

impl Definitions {
    /// The views that come with the program.
    ///
    /// # Errors
    /// An error in a shipped file, which names the file.
    pub fn shipped() -> Result<Self> {
        let mut definitions = Self::default();
        for folder in SHIPPED.dirs() {
            for file in folder.files() {
                if file
                    .path()
                    .extension()
                    .is_some_and(|extension| extension == "sql")
                {
                    let text = file.contents_utf8().unwrap_or_default();
                    definitions
                        .add_file(text, Origin::Shipped(file.path().to_owned()))
                        .map_err(|error| in_file(file.path(), error))?;
                }
            }
        }
        Ok(definitions)
    }

    /// Adds the views of `folder/<schema>/<view>.sql`; a view of the same name is replaced.
    ///
    /// # Errors
    /// An I/O error, or an error in a file, which names the file.
    pub fn add_folder(&mut self, folder: &Path) -> Result<()> {
        for schema in sorted_entries(folder)?.iter().filter(|path| path.is_dir()) {
            for file in sorted_entries(schema)? {
                if file.extension().is_some_and(|extension| extension == "sql") {
                    let text = std::fs::read_to_string(&file)
                        .map_err(|error| in_file(&file, error.into()))?;
                    self.add_file(&text, Origin::File(file.clone()))
                        .map_err(|error| in_file(&file, error))?;
                }
            }
        }
        Ok(())
    }

    /// Adds a view, or replaces the one of its name.
    pub fn add(&mut self, view: View) {
        let schema = self.schemas.entry(view.schema.clone()).or_default();
        schema.insert(view.name.clone(), Arc::new(view));
    }

    /// Adds the view of a statement that was kept.
    ///
    /// # Errors
    /// A parser error, or a plan error for anything but one CREATE VIEW.
    pub(super) fn add_made(&mut self, text: &str) -> Result<()> {
        self.add(only_view(text)?);
        Ok(())
    }

    /// Removes a view, and says whether there was one.
    pub fn remove(&mut self, name: &ViewName) -> bool {
        let Some(views) = self.schemas.get_mut(&name.schema) else {
            return false;
        };
        let removed = views.remove(&name.name);
        if views.is_empty() {
            self.schemas.remove(&name.schema);
        }
        removed.is_some()
    }

    /// Every materialized view, by name.
    pub fn materialized(&self) -> impl Iterator<Item = &Arc<View>> {
        let views = self.schemas.values().flat_map(BTreeMap::values);
        views.filter(|view| view.materialized.is_some())
    }

    /// The materialized view of a name.
    ///
    /// # Arguments
    /// `statement`: what errors call whoever asks, such as `REFRESH`.
    ///
    /// # Errors
    /// A plan error when there is no such view, or it is not materialized.
    pub fn check_materialized(&self, statement: &str, name: &ViewName) -> Result<&Arc<View>> {
        match self.get(&name.schema, &name.name) {
            Some(view) if view.materialized.is_some() => Ok(view),
            Some(view) => plan_err!(
                "{statement}: expected a materialized view, got the {} {name}, which is computed \
                 whenever it is read",
                view.kind()
            ),
            None => plan_err!("{statement}: there is no materialized view {name}"),
        }
    }

    /// Whether a materialized view is refreshed only when asked.
    pub fn is_suspended(&self, name: &ViewName) -> bool {
        self.suspended.contains(name)
    }

    pub(super) fn suspend(&mut self, name: ViewName, suspended: bool) {
        match suspended {
            true => self.suspended.insert(name),
            false => self.suspended.remove(&name),
        };
    }

    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }

    /// These views, but for those of a name that others have.
    pub fn hidden_by(&self, others: &Self) -> Self {
        let mut seen = self.clone();
        seen.suspended.extend(others.suspended.iter().cloned());
        for (schema, views) in &others.schemas {
            let seen = seen.schemas.entry(schema.clone()).or_default();
            seen.extend(
                views
                    .iter()
                    .map(|(name, view)| (name.clone(), Arc::clone(view))),
            );
        }
        seen
    }

    pub fn get(&self, schema: &str, name: &str) -> Option<&Arc<View>> {
        self.schemas.get(schema)?.get(name)
    }

    pub fn schemas(&self) -> impl Iterator<Item = &str> {
        self.schemas.keys().map(String::as_str)
    }

    /// The views of a schema, by name.
    pub fn views(&self, schema: &str) -> impl Iterator<Item = &Arc<View>> {
        self.schemas
            .get(schema)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// The page that defines the numbers of a view: its own, or that of the report's metric view.
    pub fn source_page<'a>(&'a self, view: &'a View) -> Option<&'a str> {
        let views = self.views(&view.schema).map(|it| &**it);
        let of_report = views.filter(|it| matches!(it.body, Body::Metrics(_)));
        [view]
            .into_iter()
            .chain(of_report)
            .find_map(|it| it.comment.source.as_deref())
    }

    /// Checks a value for the parameter `schema.name` of one view or several.
    ///
    /// # Errors
    /// A plan error when no view has it, or one does not take the value.
    pub fn check_parameter(&self, key: &str, value: &str) -> Result<()> {
        self.check_known(key)?;
        let (schema, _) = key.split_once('.').unwrap_or_default();
        let mut parameters = self.parameters(key);
        parameters.try_for_each(|parameter| parameter.value(schema, value).map(drop))
    }

    /// Checks that there is a parameter `schema.name`.
    ///
    /// # Errors
    /// A plan error when no view has it.
    pub fn check_known(&self, key: &str) -> Result<()> {
        match self.parameters(key).next() {
            Some(_) => Ok(()),
            None => plan_err!("tributary.param: there is no parameter {key}"),
        }
    }

    fn parameters(&self, key: &str) -> impl Iterator<Item = &Parameter> {
        let (schema, name) = key.split_once('.').unwrap_or_default();
        let parameters = self.views(schema).flat_map(|view| &view.parameters);
        parameters.filter(move |parameter| parameter.name == name)
    }

    fn add_file(&mut self, text: &str, origin: Origin) -> Result<()> {
        let mut view = only_view(text)?;
        view.origin = origin;
        self.add(view);
        Ok(())
    }
}

fn only_view(text: &str) -> Result<View> {
    let mut statements = statement::parse(text)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(Statement::CreateView(CreateView { view, .. })), true) => Ok(view),
        _ => plan_err!("expected one CREATE VIEW statement"),
    }
}

fn sorted_entries(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| in_file(folder, error.into()))?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn in_file(path: &Path, error: DataFusionError) -> DataFusionError {
    error.context(format!("query file {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Definitions;

    #[test]
    fn a_parameter_is_the_same_in_every_view_of_its_report() {
        let definitions = Definitions::shipped().unwrap();
        let mut parameters = BTreeMap::new();
        for view in definitions.schemas().flat_map(|it| definitions.views(it)) {
            for it in &view.parameters {
                let meaning = format!("{} {:?} {}", it.data_type, it.choices, it.default);
                let key = (&view.schema, &it.name);
                let known = parameters.entry(key).or_insert_with(|| meaning.clone());
                assert_eq!(
                    *known, meaning,
                    "{}.{}: {}",
                    view.schema, view.name, it.name
                );
            }
        }
        assert!(!parameters.is_empty());
    }
}
