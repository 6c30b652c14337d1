//! Whether one view can be planned.

use std::sync::Arc;

use datafusion::{common::Result, execution::SessionState};

use super::session::Session;
use crate::query::{
    catalog::{Query, QueryCatalog, Sources},
    materialized,
    metric_view::{has_open_grain, rewrite_measures},
    statement::{self, Statement},
    view::{Body, View, ViewName},
};

/// Plans a view that is about to be made, unless it is too early: views are made in any order, and
/// before their tables are imported.
///
/// # Errors
/// What is wrong with the view whatever comes later.
pub(super) async fn check_new(session: &Session, view: &View) -> Result<()> {
    let mut definitions = session.definitions().as_ref().clone();
    definitions.add(view.clone());
    let sources = Sources {
        definitions: Arc::new(definitions),
        ..session.sources.clone()
    };
    let catalog = QueryCatalog::new(sources, session.settled_state(), None);
    let query = Arc::clone(catalog.query());
    match is_complete(&query, &view.full_name())? {
        true => plan(view, &query, &catalog.into_state()).await,
        false => Ok(()),
    }
}

/// Whether everything that a view reads is there. What the caller may not see is not there, or
/// this would tell that it is.
fn is_complete(query: &Query, name: &ViewName) -> Result<bool> {
    let are_there = query.reading()?.named_in(name).all(|it| query.can_name(it));
    Ok(are_there && query.missing_tables(name)?.is_empty())
}

/// Plans a query for everything in a view, and resolves its types. A materialized one must be such
/// that it can be stored.
pub(super) async fn plan(view: &View, query: &Query, state: &SessionState) -> Result<()> {
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
            let plan = state.statement_to_plan(statement).await?;
            // Who reads it says by what to group.
            if has_open_grain(&plan)? {
                continue;
            }
            let plan = rewrite_measures(plan)?;
            let analyzed =
                (state.analyzer()).execute_and_check(plan, state.config_options(), |_, _| {});
            analyzed.map_err(|error| error.context(format!("view {schema}.{name}")))?;
        }
    }
    materialized::check(query, view, state).await
}
