//! What the text of a view says without being planned: the tables, views and functions it names, and
//! its columns.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::{
    common::Result,
    sql::{
        resolve::resolve_table_references,
        sqlparser::ast::{Expr, SelectItem, SetExpr, visit_expressions},
    },
};

use super::{
    view::{Body, DEFAULT_SCHEMA, ViewName, statement},
    words,
};

/// What the text of a view says.
#[derive(Debug, Default)]
pub struct ViewText {
    /// The tables and views that it names itself.
    pub names: BTreeSet<ViewName>,
    /// The functions that it calls itself, but for those in FROM, which are among the names.
    pub functions: BTreeSet<String>,
    /// The names of its columns; `None` for those that its text alone does not tell.
    pub columns: Option<BTreeSet<String>>,
}

impl ViewText {
    /// # Errors
    /// A plan error for the name of a table that is none.
    pub fn of(body: &Body) -> Result<Self> {
        let (queries, columns) = match body {
            Body::Query(query) => (vec![query.as_ref()], columns(&query.body)),
            Body::Metrics(metrics) => {
                let facts = metrics.facts.iter().map(|fact| fact.rows.as_ref());
                (facts.chain(metrics.conditions()).collect(), None)
            }
        };
        let mut names = BTreeSet::new();
        let mut functions = BTreeSet::new();
        for query in queries {
            let _: ControlFlow<()> = visit_expressions(query, |expr| {
                if let Expr::Function(function) = expr
                    && let Some(name) = function.name.0.last().and_then(|part| part.as_ident())
                {
                    functions.insert(words::name(name));
                }
                ControlFlow::Continue(())
            });
            let query = statement(Box::new(query.clone()));
            let (references, _) = resolve_table_references(&query, true)?;
            names.extend(references.iter().map(|reference| ViewName {
                schema: reference.schema().unwrap_or(DEFAULT_SCHEMA).to_owned(),
                name: reference.table().to_owned(),
            }));
        }
        Ok(Self {
            names,
            functions,
            columns,
        })
    }
}

/// The first branch of a UNION names its columns.
fn columns(body: &SetExpr) -> Option<BTreeSet<String>> {
    match body {
        SetExpr::Select(select) => select.projection.iter().map(column).collect(),
        SetExpr::Query(query) => columns(&query.body),
        SetExpr::SetOperation { left, .. } => columns(left),
        _ => None,
    }
}

fn column(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(words::name(alias)),
        SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(words::name(name)),
        SelectItem::UnnamedExpr(Expr::CompoundIdentifier(names)) => names.last().map(words::name),
        _ => None,
    }
}
