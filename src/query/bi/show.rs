//! `SHOW SCHEMAS`, `SHOW DATABASES` and `SHOW CATALOGS`, as queries of `information_schema`.

use datafusion::sql::sqlparser::{
    ast::{
        ShowStatementFilter, ShowStatementFilterPosition, ShowStatementOptions, Statement, Value,
    },
    dialect::GenericDialect,
    parser::{Parser, ParserError},
};

use super::refused;

/// The query that a SHOW means; `None` for any other statement.
///
/// # Errors
/// A parser error for a filter other than LIKE and ILIKE.
pub(crate) fn shown(statement: &Statement) -> Result<Option<Statement>, ParserError> {
    let (word, column, name, options) = match statement {
        Statement::ShowSchemas { show_options, .. } => {
            ("SCHEMAS", "schema_name", "schema_name", show_options)
        }
        // A database is what current_database() names: here, as in Postgres, the catalog.
        Statement::ShowDatabases { show_options, .. } => {
            ("DATABASES", "catalog_name", "database_name", show_options)
        }
        Statement::ShowCatalogs { show_options, .. } => {
            ("CATALOGS", "catalog_name", "catalog_name", show_options)
        }
        _ => return Ok(None),
    };
    let filter = filter(word, column, options)?;
    let sql = format!(
        "select distinct {column} as {name} from information_schema.schemata{filter} order by 1"
    );
    let dialect = GenericDialect {};
    let query = Parser::new(&dialect).try_with_sql(&sql)?.parse_query()?;
    Ok(Some(Statement::Query(query)))
}

fn filter(word: &str, column: &str, options: &ShowStatementOptions) -> Result<String, ParserError> {
    let ShowStatementOptions {
        show_in,
        starts_with,
        limit,
        limit_from,
        filter_position,
    } = options;
    if show_in.is_some() || starts_with.is_some() || limit.is_some() || limit_from.is_some() {
        return refused(format!(
            "SHOW {word}: expected nothing more or LIKE 'pattern'"
        ));
    }
    let Some(
        ShowStatementFilterPosition::Infix(filter) | ShowStatementFilterPosition::Suffix(filter),
    ) = filter_position
    else {
        return Ok(String::new());
    };
    match filter {
        ShowStatementFilter::Like(pattern) | ShowStatementFilter::NoKeyword(pattern) => {
            let pattern = Value::SingleQuotedString(pattern.clone());
            Ok(format!(" where {column} like {pattern}"))
        }
        ShowStatementFilter::ILike(pattern) => {
            let pattern = Value::SingleQuotedString(pattern.clone());
            Ok(format!(" where {column} ilike {pattern}"))
        }
        ShowStatementFilter::Where(_) => refused(format!(
            "SHOW {word}: expected LIKE 'pattern', got {filter}"
        )),
    }
}
