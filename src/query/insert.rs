//! `INSERT INTO table [(columns)] query`, as far as the text goes.

use datafusion::{
    common::{Result, not_impl_err},
    sql::{
        parser::Statement as SqlStatement,
        sqlparser::ast::{self, ObjectName},
    },
};

use super::words;

/// Rows to be written into a table.
#[derive(Debug, Clone)]
pub struct Insert {
    pub table: ObjectName,
    /// The columns that the query's are for, in its order; empty: all of the table, in its order.
    pub columns: Vec<String>,
    pub rows: Box<ast::Query>,
    /// The whole statement.
    pub statement: SqlStatement,
}

/// The statement as an INSERT, if it is one.
///
/// # Errors
/// Not implemented, for clauses that would change which rows are written.
pub(super) fn insert(statement: &SqlStatement) -> Result<Option<Insert>> {
    let SqlStatement::Statement(inner) = statement else {
        return Ok(None);
    };
    let ast::Statement::Insert(insert) = inner.as_ref() else {
        return Ok(None);
    };
    let (ast::TableObject::TableName(table), Some(rows)) = (&insert.table, &insert.source) else {
        return not_impl_err!("{inner}: expected INSERT INTO table [(columns)] query");
    };
    let is_plain = insert.or.is_none()
        && !insert.ignore
        && !insert.overwrite
        && !insert.replace_into
        && insert.assignments.is_empty()
        && insert.partitioned.is_none()
        && insert.on.is_none()
        && insert.returning.is_none()
        && insert.output.is_none()
        && insert.multi_table_into_clauses.is_empty();
    if !is_plain {
        return not_impl_err!(
            "INSERT INTO {table}: expected INSERT INTO table [(columns)] query, without further \
             clauses: in a table with a key, a row replaces the one that has its key"
        );
    }
    let columns = insert.columns.iter();
    let columns = columns.map(|column| match column.0.as_slice() {
        [part] if let Some(name) = part.as_ident() => Ok(words::name(name)),
        _ => not_impl_err!("INSERT INTO {table}: expected the name of a column, got {column}"),
    });
    Ok(Some(Insert {
        table: table.clone(),
        columns: columns.collect::<Result<_>>()?,
        rows: rows.clone(),
        statement: statement.clone(),
    }))
}
