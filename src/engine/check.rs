//! Whether the user's query files can be planned, asked before anybody waits for an answer.
//!
//! What comes with the program is proven by its tests, and is planned here only where it reads a
//! view that a file of the user defines.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use datafusion::common::{DataFusionError, Result, plan_err};

use super::{check_view::plan, session::Session};
use crate::query::{
    catalog::Query,
    definitions::Definitions,
    statement::{self, Statement},
    view::{DEFAULT_SCHEMA, Origin, View, ViewName},
};

/// A view of the user's folder that cannot be read as long as its tables are what they are.
#[derive(Debug)]
pub struct Waiting {
    pub view: Arc<View>,
    pub reason: String,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let View { origin, .. } = self.view.as_ref();
        let name = self.view.full_name();
        write!(f, "{origin}: view {name} is not available: {}", self.reason)
    }
}

/// A view that cannot be planned, as the user's folder is.
#[derive(Debug)]
pub struct Broken {
    pub view: Arc<View>,
    /// The file, the line and column if they are known, and the views of the user that it reads.
    pub place: String,
    pub error: DataFusionError,
}

/// What the views of the user's folder have done to what can be read.
#[derive(Debug, Default)]
pub struct Views {
    pub waiting: Vec<Waiting>,
    pub broken: Vec<Broken>,
}

impl Views {
    /// The views that wait, or the first error.
    pub(super) fn waiting(self) -> Result<Vec<Waiting>> {
        match self.broken.into_iter().next() {
            Some(Broken { place, error, .. }) => Err(error.context(place)),
            None => Ok(self.waiting),
        }
    }
}

/// The files of a folder of views that are not one CREATE VIEW statement each, with the error.
pub fn check_files(folder: &Path) -> Vec<(PathBuf, DataFusionError)> {
    let entries = |folder: &Path| {
        let entries = std::fs::read_dir(folder)?;
        let paths = entries.map(|entry| Ok(entry?.path()));
        let mut paths = paths.collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let mut broken = Vec::new();
    let mut listed = |folder: &Path| -> Vec<PathBuf> {
        entries(folder).unwrap_or_else(|error: std::io::Error| {
            broken.push((folder.to_owned(), error.into()));
            Vec::new()
        })
    };
    let schemas = listed(folder).into_iter().filter(|it| it.is_dir());
    let files: Vec<_> = schemas.flat_map(|schema| listed(&schema)).collect();
    let files = files.into_iter();
    let files = files.filter(|it| it.extension().is_some_and(|extension| extension == "sql"));
    let checked = files.filter_map(|file| match check_file(&file) {
        Ok(()) => None,
        Err(error) => Some((file, error)),
    });
    let checked: Vec<_> = checked.collect();
    broken.extend(checked);
    broken
}

fn check_file(file: &Path) -> Result<()> {
    match statement::parse(&std::fs::read_to_string(file)?)?.as_slice() {
        [Statement::CreateView(_)] => Ok(()),
        [_] => plan_err!("a statement of another kind"),
        statements => plan_err!("{} statements", statements.len()),
    }
}

pub(super) async fn check(session: &Session) -> Result<Views> {
    let definitions = session.definitions();
    let mut views = definitions.schemas().flat_map(|it| definitions.views(it));
    if !views.any(|view| is_of_user(view)) {
        return Ok(Views::default());
    }
    // Errors then know their line and column.
    session.set("datafusion.sql_parser.collect_spans", "true")?;
    let catalog = session.catalog(None);
    let query = Arc::clone(catalog.query());
    let state = catalog.into_state();
    let reading = query.reading()?;
    let (mut waiting, mut broken): (_, Vec<Broken>) = (Vec::new(), Vec::new());
    // A view comes after those that it reads, so an error is in the view itself.
    for name in reading.views_in_order() {
        let Some(view) = definitions.get(&name.schema, &name.name) else {
            continue;
        };
        let reached = reading.reached_from(&name);
        let of_user = of_user(&definitions, &reached);
        let mut failed = broken.iter().map(|it| (&it.view.schema, &it.view.name));
        let reads_broken = failed.any(|(schema, name)| {
            reached
                .iter()
                .any(|it| (&it.schema, &it.name) == (schema, name))
        });
        if of_user.is_empty() || reads_broken {
            continue;
        }
        match waits_for(&query, &name).await? {
            Some(reason) if is_of_user(view) => waiting.push(Waiting {
                view: Arc::clone(view),
                reason,
            }),
            Some(_) => {}
            None => {
                if let Err(error) = plan(view, &query, &state).await {
                    broken.push(Broken {
                        view: Arc::clone(view),
                        place: place(&error, view, &of_user),
                        error,
                    });
                }
            }
        }
    }
    Ok(Views { waiting, broken })
}

/// Why a view cannot be read, whatever its text: its tables are missing or broken.
async fn waits_for(query: &Arc<Query>, name: &ViewName) -> Result<Option<String>> {
    let missing = query.missing_tables(name)?;
    // An import can bring a table, but not a view of another schema.
    let tables = missing.iter().filter(|it| it.schema == DEFAULT_SCHEMA);
    let tables: Vec<_> = tables.map(ToString::to_string).collect();
    if !tables.is_empty() {
        return Ok(Some(format!("missing tables: {}", tables.join(", "))));
    }
    for ViewName { schema, name } in query.reading()?.reached_from(name) {
        if query.definitions().get(&schema, &name).is_none()
            && let Err(error) = query.table(&schema, &name).await
        {
            // One line for each view.
            return Ok(Some(error.to_string().replace("\ncaused by\n", ": ")));
        }
    }
    Ok(None)
}

fn is_of_user(view: &View) -> bool {
    matches!(view.origin, Origin::File(_))
}

fn of_user<'a>(definitions: &'a Definitions, names: &BTreeSet<ViewName>) -> Vec<&'a View> {
    let views = names.iter().map(|it| definitions.get(&it.schema, &it.name));
    let views = views.flatten().map(|it| &**it);
    views.filter(|view| is_of_user(view)).collect()
}

/// # Arguments
/// `of_user`: the views of the user's folder that the view reads, with itself if it is one.
fn place(error: &DataFusionError, view: &View, of_user: &[&View]) -> String {
    let span = error.diagnostic().and_then(|it| it.span);
    let mut place = view.origin.to_string();
    if let Some(at) = span.map(|span| span.start) {
        place.push_str(&format!(", line {}, column {}", at.line, at.column));
    }
    let others = of_user.iter().filter(|it| it.origin != view.origin);
    let others = others.map(|it| format!("{} of {}", it.full_name(), it.origin));
    let others = others.collect::<Vec<_>>().join(", ");
    if !others.is_empty() {
        place.push_str(&format!(", which reads {others}"));
    }
    place
}
