//! Table names as arguments of table functions: the pre-pass that makes a session look them up.
//!
//! DataFusion collects the tables of a statement before it plans it. In
//! `attribute(conversions => orders, …)` it sees only an identifier, so the table is never looked
//! up. [`resolve_table_arguments`] rewrites the argument to `(SELECT * FROM orders)`, which it does
//! see, and in which CTE names work too.

use std::ops::ControlFlow;

use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, SetExpr, TableFactor, VisitMut,
    VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

/// A table function and those of its arguments that are tables.
#[derive(Debug, Clone, Copy)]
pub struct TableFunctionArguments {
    /// Name of the function, in any case.
    pub function: &'static str,
    /// Names of its table arguments, in any case.
    pub arguments: &'static [&'static str],
}

/// The table arguments of `attribute()`.
pub const ATTRIBUTE_TABLES: TableFunctionArguments = TableFunctionArguments {
    function: "attribute",
    arguments: &["conversions", "touchpoints"],
};

/// Rewrites each bare table name among these arguments to a subquery, at any depth of `statement`.
///
/// Call it between parsing and planning. Subqueries and everything else stay as they are.
pub fn resolve_table_arguments(statement: &mut Statement, functions: &[TableFunctionArguments]) {
    match statement {
        Statement::Statement(statement) => {
            resolve_table_arguments_in(statement.as_mut(), functions);
        }
        Statement::Explain(explain) => resolve_table_arguments(&mut explain.statement, functions),
        Statement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                resolve_table_arguments_in(query.as_mut(), functions);
            }
        }
        Statement::CreateExternalTable(_) | Statement::Reset(_) => {}
    }
}

/// The same for a part of a statement, such as a sqlparser `Statement` or `Query`.
pub fn resolve_table_arguments_in(node: &mut impl VisitMut, functions: &[TableFunctionArguments]) {
    let _: ControlFlow<()> = node.visit(&mut Rewriter { functions });
}

/// Returns what to plan for a table argument: a subquery or a table; `None` for anything else.
pub(crate) fn table_factor(argument: &Expr) -> Option<TableFactor> {
    match argument {
        Expr::Nested(inner) => table_factor(inner),
        Expr::Subquery(subquery) => Some(TableFactor::Derived {
            lateral: false,
            subquery: subquery.clone(),
            alias: None,
            sample: None,
        }),
        _ => table_named(table_name(argument)?),
    }
}

struct Rewriter<'a> {
    functions: &'a [TableFunctionArguments],
}

impl VisitorMut for Rewriter<'_> {
    type Break = ();

    /// Before the children, so that what the rewrite adds is visited as well.
    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        let (name, args) = match table {
            TableFactor::Table {
                name,
                args: Some(args),
                ..
            } => (name, &mut args.args),
            TableFactor::Function { name, args, .. } => (name, args),
            _ => return ControlFlow::Continue(()),
        };
        let called = self.functions.iter().find(|known| match name.0.as_slice() {
            [part] => part
                .as_ident()
                .is_some_and(|ident| is(ident, known.function)),
            _ => false,
        });
        if let Some(called) = called {
            args.iter_mut()
                .for_each(|arg| rewrite(arg, called.arguments));
        }
        ControlFlow::Continue(())
    }
}

fn rewrite(arg: &mut FunctionArg, tables: &[&str]) {
    let (name, value) = match arg {
        FunctionArg::Named { name, arg, .. } => (name, arg),
        FunctionArg::ExprNamed {
            name: Expr::Identifier(name),
            arg,
            ..
        } => (name, arg),
        FunctionArg::ExprNamed { .. } | FunctionArg::Unnamed(_) => return,
    };
    if let FunctionArgExpr::Expr(value) = value
        && tables.iter().any(|table| is(name, table))
        && let Some(table) = table_name(value)
        && let Some(query) = select_all(&table)
    {
        *value = Expr::Subquery(query);
    }
}

fn is(ident: &Ident, name: &str) -> bool {
    ident.value.eq_ignore_ascii_case(name)
}

fn table_name(argument: &Expr) -> Option<ObjectName> {
    match argument {
        Expr::Identifier(part) => Some(ObjectName::from(vec![part.clone()])),
        Expr::CompoundIdentifier(parts) => Some(ObjectName::from(parts.clone())),
        _ => None,
    }
}

/// Parsed and not built, because the syntax tree has dozens of fields that change with the parser.
fn select_all(table: &ObjectName) -> Option<Box<Query>> {
    let sql = format!("SELECT * FROM {table}");
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(&sql).ok()?;
    parser.parse_query().ok()
}

fn table_named(table: ObjectName) -> Option<TableFactor> {
    match *select_all(&table)?.body {
        SetExpr::Select(mut select) => Some(select.from.pop()?.relation),
        _ => None,
    }
}
