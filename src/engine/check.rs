//! Whether the user's query files can be planned, asked before anybody waits for an answer.
//!
//! What comes with the program is proven by its tests, and is planned here only where it reads a
//! view that a file of the user defines.

use std::{collections::BTreeSet, fmt, sync::Arc};

use datafusion::{
    common::{DataFusionError, Result},
    execution::SessionState,
};

use super::session::Session;
use crate::query::{
    catalog::Query,
    definitions::Definitions,
    metric_view::rewrite_measures,
    statement::{self, Statement},
    view::{Body, DEFAULT_SCHEMA, Origin, View, ViewName},
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

pub(super) async fn check(session: &Session) -> Result<Vec<Waiting>> {
    let definitions = session.definitions();
    let mut views = definitions.schemas().flat_map(|it| definitions.views(it));
    if !views.any(|view| is_of_user(view)) {
        return Ok(Vec::new());
    }
    // Errors then know their line and column.
    session.set("datafusion.sql_parser.collect_spans", "true")?;
    let catalog = session.catalog(None);
    let query = Arc::clone(catalog.query());
    let state = catalog.into_state();
    let reading = query.reading()?;
    let mut waiting = Vec::new();
    // A view comes after those that it reads, so an error is in the view itself.
    for name in reading.views_in_order() {
        let Some(view) = definitions.get(&name.schema, &name.name) else {
            continue;
        };
        let of_user = of_user(&definitions, &reading.reached_from(&name));
        if of_user.is_empty() {
            continue;
        }
        match waits_for(&query, &name).await? {
            Some(reason) if is_of_user(view) => waiting.push(Waiting {
                view: Arc::clone(view),
                reason,
            }),
            Some(_) => {}
            None => plan(view, &state)
                .await
                .map_err(|error| located(error, view, &of_user))?,
        }
    }
    Ok(waiting)
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

/// Plans a query for everything in a view, and resolves its types.
async fn plan(view: &View, state: &SessionState) -> Result<()> {
    let columns = match &view.body {
        Body::Query(_) => "*".to_owned(),
        Body::Metrics(metrics) => {
            let measures = metrics.measures.iter();
            let measures = measures.map(|it| format!("measure(\"{}\")", it.name));
            measures.collect::<Vec<_>>().join(", ")
        }
    };
    let View { schema, name, .. } = view;
    let sql = format!("select {columns} from \"{schema}\".\"{name}\"");
    for statement in statement::parse(&sql)? {
        if let Statement::Sql(statement) = statement {
            let plan = rewrite_measures(state.statement_to_plan(statement).await?)?;
            let analyzed =
                (state.analyzer()).execute_and_check(plan, state.config_options(), |_, _| {});
            analyzed.map_err(|error| error.context(format!("view {schema}.{name}")))?;
        }
    }
    Ok(())
}

/// # Arguments
/// `of_user`: the views of the user's folder that the view reads, with itself if it is one.
fn located(error: DataFusionError, view: &View, of_user: &[&View]) -> DataFusionError {
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
    error.context(place)
}
