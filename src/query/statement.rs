//! The one syntax pre-pass: SQL text to statements.
//!
//! DataFusion's parser does the work. This module adds what it does not know, on the same token
//! stream so that every error has its line and column: our view definitions, `?` parameters, and
//! tables as arguments of table functions.

use datafusion::{
    common::{Result, not_impl_err, plan_err},
    sql::{
        parser::{DFParser, DFParserBuilder, Statement as SqlStatement},
        sqlparser::{
            ast,
            dialect::GenericDialect,
            keywords::Keyword,
            parser::{Parser, ParserError},
            tokenizer::{Location, Token, TokenWithSpan, Tokenizer},
        },
    },
};
use datafusion_attribution::{
    ATTRIBUTE_TABLES, TableFunctionArguments, resolve_table_arguments, resolve_table_arguments_in,
};

use super::{
    bi,
    insert::{Insert, insert},
    materialized::{self, Refresh},
    metric_view,
    time::IN_PERIODS,
    view::{Body, Parameter, View, ViewName},
    words::{self, consume_words},
};

const TABLE_ARGUMENTS: [TableFunctionArguments; 2] = [
    ATTRIBUTE_TABLES,
    TableFunctionArguments {
        function: IN_PERIODS,
        arguments: &["rows"],
    },
];
const RECURSION_LIMIT: usize = 100;

/// A statement, ready to be planned.
#[derive(Debug, Clone)]
pub enum Statement {
    CreateView(CreateView),
    DropView {
        name: ViewName,
        if_exists: bool,
        /// Whether the statement calls it materialized.
        is_materialized: bool,
    },
    /// Makes the stored rows of a materialized view again.
    Refresh {
        name: ViewName,
        what: Refresh,
    },
    /// Refreshes a materialized view only when asked, or again on schedule.
    Suspend {
        name: ViewName,
        suspended: bool,
    },
    /// Which columns a table or view has.
    Describe(SqlStatement, ast::ObjectName),
    /// By which dimensions a measure of a metric view can be grouped.
    ShowDimensions {
        view: ViewName,
        measure: String,
    },
    Insert(Box<Insert>),
    /// Where names without a schema are looked up from now on.
    Use(bi::Place),
    Sql(SqlStatement),
}

/// `CREATE VIEW`, of a query, materialized or not, or of metrics.
#[derive(Debug, Clone)]
pub struct CreateView {
    pub view: View,
    pub or_replace: bool,
    /// Whether it is for the session alone.
    pub is_temporary: bool,
}

impl Statement {
    /// The name of the table that it creates, without a schema.
    pub fn created_table(&self) -> Option<String> {
        let Self::Sql(SqlStatement::Statement(statement)) = self else {
            return None;
        };
        match statement.as_ref() {
            ast::Statement::CreateTable(create) => match create.name.0.last()?.as_ident()? {
                name if name.quote_style.is_some() => Some(name.value.clone()),
                name => Some(name.value.to_lowercase()),
            },
            _ => None,
        }
    }
}

/// Parses statements separated by semicolons.
///
/// # Errors
/// A parser error with line and column, saying what was expected and what came.
pub fn parse(sql: &str) -> Result<Vec<Statement>> {
    let dialect = GenericDialect {};
    let mut tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(ParserError::from)?;
    bi::unwrap_keyword_functions(&mut tokens);
    bi::allow_parentheses(&mut tokens);
    let mut parser = DFParserBuilder::new(number_parameters(tokens))
        .with_dialect(&dialect)
        .with_recursion_limit(RECURSION_LIMIT)
        .build()?;
    let mut statements = Vec::new();
    // The comments before a statement are part of its text.
    let mut start = 0;
    loop {
        while parser.parser.peek_token_ref().token == Token::SemiColon {
            parser.parser.advance_token();
            start = offset(sql, parser.parser.get_current_token().span.end);
        }
        if parser.parser.peek_token_ref().token == Token::EOF {
            return Ok(statements);
        }
        let mut statement = statement(&mut parser)?;
        let next = parser.parser.peek_token();
        let end = match next.token {
            Token::SemiColon => offset(sql, next.span.start),
            Token::EOF => sql.len(),
            _ => return Ok(parser.parser.expected("end of statement", next)?),
        };
        if let Statement::CreateView(CreateView { view, .. }) = &mut statement {
            view.told(sql[start..end].trim());
        }
        statements.push(statement);
    }
}

/// The byte at which a line and column of a text begin, both counted from 1.
fn offset(sql: &str, at: Location) -> usize {
    let before = (at.line as usize).saturating_sub(1);
    let lines: usize = sql.split_inclusive('\n').take(before).map(str::len).sum();
    let mut columns = sql[lines..].char_indices().map(|(idx, _)| idx);
    let column = columns.nth((at.column as usize).saturating_sub(1));
    lines + column.unwrap_or(sql.len() - lines)
}

fn statement(parser: &mut DFParser) -> Result<Statement> {
    if let Some(start) = starts_view(&mut parser.parser) {
        start.check()?;
        let mut view = view(&mut parser.parser, &start)?;
        bi::rewrite_in(&mut view.body)?;
        resolve_table_arguments_in(&mut view.body, &TABLE_ARGUMENTS);
        return Ok(Statement::CreateView(CreateView {
            view,
            or_replace: start.or_replace,
            is_temporary: start.is_temporary,
        }));
    }
    if consume_words(
        &mut parser.parser,
        &["SHOW", "DIMENSIONS", "FOR", "MEASURE"],
    ) {
        return Ok(show_dimensions(&mut parser.parser)?);
    }
    if let Some(refresh) = materialized::refresh(&mut parser.parser)? {
        return Ok(refresh);
    }
    if let Some(alter) = materialized::alter(&mut parser.parser)? {
        return Ok(alter);
    }
    let mut statement = parser.parse_statement()?;
    if let Some(drop) = dropped(&statement) {
        return Ok(drop);
    }
    if let Some(name) = described(&statement) {
        return Ok(Statement::Describe(statement, name));
    }
    if let SqlStatement::Statement(statement) = &mut statement {
        refuse_transaction(statement)?;
        if let Some(place) = bi::used(statement)? {
            return Ok(Statement::Use(place));
        }
        if let Some(query) = bi::shown(statement)? {
            **statement = query;
        }
    }
    bi::rewrite(&mut statement)?;
    resolve_table_arguments(&mut statement, &TABLE_ARGUMENTS);
    Ok(match insert(&statement)? {
        Some(insert) => Statement::Insert(Box::new(insert)),
        None => Statement::Sql(statement),
    })
}

/// How the definition of a view begins.
struct Start {
    or_replace: bool,
    is_temporary: bool,
    is_materialized: bool,
    is_metric: bool,
}

impl Start {
    fn check(&self) -> Result<()> {
        match self {
            Self {
                is_materialized: true,
                is_metric: true,
                ..
            } => plan_err!(
                "CREATE MATERIALIZED METRIC VIEW: a metric view has no rows to store: materialize \
                 the views that are its facts"
            ),
            Self {
                is_materialized: true,
                is_temporary: true,
                ..
            } => plan_err!(
                "CREATE TEMPORARY MATERIALIZED VIEW: what is stored outlives the session: leave \
                 out TEMPORARY or MATERIALIZED"
            ),
            _ => Ok(()),
        }
    }
}

/// Consumes `CREATE [OR REPLACE] [TEMPORARY | TEMP] [MATERIALIZED] [METRIC] VIEW`; else consumes
/// nothing.
fn starts_view(parser: &mut Parser) -> Option<Start> {
    let start = parser.maybe_parse(|parser| {
        parser.expect_keyword(Keyword::CREATE)?;
        let start = Start {
            or_replace: parser.parse_keywords(&[Keyword::OR, Keyword::REPLACE]),
            is_temporary: consume_words(parser, &["TEMPORARY"]) || consume_words(parser, &["TEMP"]),
            is_materialized: consume_words(parser, &["MATERIALIZED"]),
            is_metric: consume_words(parser, &["METRIC"]),
        };
        parser.expect_keyword(Keyword::VIEW)?;
        Ok(start)
    });
    start.ok().flatten()
}

/// `name [PARAMETERS name TYPE [IN ('choice', …)] DEFAULT value, …]`, then how it is stored if it
/// is, then `AS query` or the facts, dimensions and measures of a metric view.
fn view(parser: &mut Parser, start: &Start) -> Result<View, ParserError> {
    let name = parser.parse_object_name(false)?;
    let mut parameters = Vec::new();
    if consume_words(parser, &["PARAMETERS"]) {
        parameters = parser.parse_comma_separated(parameter)?;
    }
    let materialized = match start.is_materialized {
        true => Some(materialized::clauses(parser)?),
        false => None,
    };
    let body = if start.is_metric {
        Body::Metrics(Box::new(metric_view::metrics(parser)?))
    } else {
        parser.expect_keyword_is(Keyword::AS)?;
        Body::Query(parser.parse_query()?)
    };
    let mut view = View::try_new(&name, parameters, body)?;
    view.materialized = materialized.map(Box::new);
    Ok(view)
}

fn parameter(parser: &mut Parser) -> Result<Parameter, ParserError> {
    let name = parser.parse_identifier()?.value.to_lowercase();
    let data_type = parser.parse_data_type()?;
    let choices = if parser.parse_keyword(Keyword::IN) {
        parser.expect_token(&Token::LParen)?;
        let choices = parser.parse_comma_separated(Parser::parse_literal_string)?;
        parser.expect_token(&Token::RParen)?;
        Some(choices)
    } else {
        None
    };
    parser.expect_keyword_is(Keyword::DEFAULT)?;
    let default = parser.parse_expr()?;
    Ok(Parameter {
        name,
        data_type,
        choices,
        default,
    })
}

/// `[schema.]view.measure`
fn show_dimensions(parser: &mut Parser) -> Result<Statement, ParserError> {
    let start = parser.peek_token();
    let mut name = parser.parse_object_name(false)?;
    let measure = name
        .0
        .pop()
        .and_then(|part| part.as_ident().map(words::name));
    match (ViewName::of(&name), measure) {
        (Some(view), Some(measure)) => Ok(Statement::ShowDimensions { view, measure }),
        _ => parser.expected("[schema.]view.measure", start),
    }
}

/// `DROP [MATERIALIZED] VIEW [IF EXISTS] name`; several names at once are left to DataFusion, which refuses them.
fn dropped(statement: &SqlStatement) -> Option<Statement> {
    let SqlStatement::Statement(statement) = statement else {
        return None;
    };
    match statement.as_ref() {
        ast::Statement::Drop {
            object_type: object_type @ (ast::ObjectType::View | ast::ObjectType::MaterializedView),
            if_exists,
            names,
            ..
        } => match names.as_slice() {
            [name] => Some(Statement::DropView {
                name: ViewName::of(name)?,
                if_exists: *if_exists,
                is_materialized: *object_type == ast::ObjectType::MaterializedView,
            }),
            _ => None,
        },
        _ => None,
    }
}

/// Tools that were made for transactions must not believe to be in one.
fn refuse_transaction(statement: &ast::Statement) -> Result<()> {
    match statement {
        ast::Statement::StartTransaction { .. }
        | ast::Statement::Commit { .. }
        | ast::Statement::Rollback { .. }
        | ast::Statement::Savepoint { .. }
        | ast::Statement::ReleaseSavepoint { .. } => {
            not_impl_err!("{statement}: there are no transactions, every statement stands alone")
        }
        _ => Ok(()),
    }
}

fn described(statement: &SqlStatement) -> Option<ast::ObjectName> {
    let SqlStatement::Statement(statement) = statement else {
        return None;
    };
    match statement.as_ref() {
        ast::Statement::ExplainTable { table_name, .. } => Some(table_name.clone()),
        _ => None,
    }
}

/// Drivers send `?` where DataFusion knows `$1`, `$2` …
fn number_parameters(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut count = 0;
    for token in &mut tokens {
        match &mut token.token {
            Token::SemiColon => count = 0,
            Token::Placeholder(name) if name == "?" => {
                count += 1;
                *name = format!("${count}");
            }
            _ => {}
        }
    }
    tokens
}
