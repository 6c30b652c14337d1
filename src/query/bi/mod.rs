//! SQL that BI tools and their drivers write, and DataFusion does not know.
//!
//! Tools made for other databases page with `FETCH FIRST`, call `{fn year(x)}`, ask where and who
//! they are, and list schemas with SHOW. All of it is put in terms of what DataFusion plans before
//! planning, on the parsed statement; only where the parser refuses a form, on its tokens.

mod limit;
mod odbc_functions;
mod session_functions;
mod show;
mod tokens;
mod use_schema;

use std::ops::ControlFlow;

use datafusion::sql::{
    parser::Statement as SqlStatement,
    sqlparser::{
        ast::{
            Expr, Function, FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query,
            TableFactor, VisitMut, VisitorMut,
        },
        parser::ParserError,
    },
};

pub use session_functions::session_functions;
pub(super) use show::shown;
pub(super) use tokens::{allow_parentheses, unwrap_keyword_functions};
pub use use_schema::Place;
pub(super) use use_schema::used;

/// Standard SQL calls it without parentheses, as `current_user`, but the parser knows it as a name
/// only.
const CURRENT_SCHEMA: &str = "current_schema";

/// Rewrites every query below a statement.
///
/// # Errors
/// A parser error for what has no equivalent here, which says what to write.
pub(super) fn rewrite(statement: &mut SqlStatement) -> Result<(), ParserError> {
    match statement {
        SqlStatement::Statement(statement) => rewrite_in(statement.as_mut()),
        SqlStatement::Explain(explain) => rewrite(&mut explain.statement),
        SqlStatement::CopyTo(_) | SqlStatement::CreateExternalTable(_) | SqlStatement::Reset(_) => {
            Ok(())
        }
    }
}

/// The same for a part of a statement.
pub(super) fn rewrite_in(node: &mut impl VisitMut) -> Result<(), ParserError> {
    match node.visit(&mut Rewriter) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Rewriter;

impl VisitorMut for Rewriter {
    type Break = ParserError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<ParserError> {
        broken(limit::rewrite(query))
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<ParserError> {
        if let TableFactor::Table {
            name,
            args: Some(_),
            ..
        }
        | TableFactor::Function { name, .. } = table
        {
            fold(name);
        }
        ControlFlow::Continue(())
    }

    /// After the children, so that the arguments of a function are rewritten already.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<ParserError> {
        match expr {
            Expr::Function(function) if function.uses_odbc_syntax => {
                match odbc_functions::translated(function) {
                    Ok(Some(translated)) => *expr = translated,
                    Ok(None) => {}
                    Err(error) => return ControlFlow::Break(error),
                }
            }
            Expr::Identifier(ident)
                if ident.quote_style.is_none()
                    && ident.value.eq_ignore_ascii_case(CURRENT_SCHEMA) =>
            {
                let name = ObjectName::from(vec![ident.clone()]);
                *expr = Expr::Function(called(name));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn called(name: ObjectName) -> Function {
    Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: Vec::new(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }
}

/// Table functions are found by their exact name, and tools write them in capitals.
fn fold(name: &mut ObjectName) {
    if let [part] = name.0.as_mut_slice()
        && let Some(ident) = part.as_ident()
        && ident.quote_style.is_none()
    {
        let folded = Ident {
            value: ident.value.to_lowercase(),
            ..ident.clone()
        };
        *name = ObjectName::from(vec![folded]);
    }
}

fn broken(result: Result<(), ParserError>) -> ControlFlow<ParserError> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}

fn refused<T>(message: impl Into<String>) -> Result<T, ParserError> {
    Err(ParserError::ParserError(message.into()))
}
