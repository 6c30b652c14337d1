//! The one syntax pre-pass: SQL text to statements.
//!
//! DataFusion's parser does the work. This module adds what it does not know, on the same token
//! stream so that every error has its line and column: our view definitions, `?` parameters, and
//! tables as arguments of table functions.

use datafusion::{
    common::Result,
    sql::{
        parser::{DFParser, DFParserBuilder, Statement as SqlStatement},
        sqlparser::{
            ast,
            dialect::GenericDialect,
            keywords::Keyword,
            parser::{Parser, ParserError},
            tokenizer::{Token, TokenWithSpan, Tokenizer},
        },
    },
};
use datafusion_attribution::{
    ATTRIBUTE_TABLES, TableFunctionArguments, resolve_table_arguments, resolve_table_arguments_in,
};

use super::{
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
    CreateView {
        view: View,
        or_replace: bool,
    },
    /// Which columns a table or view has.
    Describe(SqlStatement, ViewName),
    /// By which dimensions a measure of a metric view can be grouped.
    ShowDimensions {
        view: ViewName,
        measure: String,
    },
    Sql(SqlStatement),
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
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .map_err(ParserError::from)?;
    let mut parser = DFParserBuilder::new(number_parameters(tokens))
        .with_dialect(&dialect)
        .with_recursion_limit(RECURSION_LIMIT)
        .build()?;
    let mut statements = Vec::new();
    loop {
        while parser.parser.consume_token(&Token::SemiColon) {}
        if parser.parser.peek_token_ref().token == Token::EOF {
            return Ok(statements);
        }
        statements.push(statement(&mut parser)?);
        let next = parser.parser.peek_token();
        if !matches!(next.token, Token::SemiColon | Token::EOF) {
            return Ok(parser.parser.expected("end of statement", next)?);
        }
    }
}

fn statement(parser: &mut DFParser) -> Result<Statement> {
    if let Some(start) = starts_view(&mut parser.parser) {
        let mut view = view(&mut parser.parser, start.is_metric)?;
        resolve_table_arguments_in(&mut view.body, &TABLE_ARGUMENTS);
        return Ok(Statement::CreateView {
            view,
            or_replace: start.or_replace,
        });
    }
    if consume_words(
        &mut parser.parser,
        &["SHOW", "DIMENSIONS", "FOR", "MEASURE"],
    ) {
        return Ok(show_dimensions(&mut parser.parser)?);
    }
    let mut statement = parser.parse_statement()?;
    if let Some(name) = described(&statement) {
        return Ok(Statement::Describe(statement, name));
    }
    resolve_table_arguments(&mut statement, &TABLE_ARGUMENTS);
    Ok(Statement::Sql(statement))
}

/// How the definition of a view begins.
struct Start {
    or_replace: bool,
    is_metric: bool,
}

/// Consumes `CREATE [OR REPLACE] [METRIC] VIEW`; else consumes nothing.
fn starts_view(parser: &mut Parser) -> Option<Start> {
    let starts: [(&[&str], bool, bool); 4] = [
        (&["CREATE", "VIEW"], false, false),
        (&["CREATE", "METRIC", "VIEW"], false, true),
        (&["CREATE", "OR", "REPLACE", "VIEW"], true, false),
        (&["CREATE", "OR", "REPLACE", "METRIC", "VIEW"], true, true),
    ];
    let mut starts = starts.into_iter();
    let (_, or_replace, is_metric) = starts.find(|(words, ..)| consume_words(parser, words))?;
    Some(Start {
        or_replace,
        is_metric,
    })
}

/// `name [PARAMETERS name TYPE [IN ('choice', …)] DEFAULT value, …]`, then `AS query` or the facts,
/// dimensions and measures of a metric view.
fn view(parser: &mut Parser, is_metric: bool) -> Result<View, ParserError> {
    let name = parser.parse_object_name(false)?;
    let mut parameters = Vec::new();
    if consume_words(parser, &["PARAMETERS"]) {
        parameters = parser.parse_comma_separated(parameter)?;
    }
    let body = if is_metric {
        Body::Metrics(Box::new(metric_view::metrics(parser)?))
    } else {
        parser.expect_keyword_is(Keyword::AS)?;
        Body::Query(parser.parse_query()?)
    };
    View::try_new(&name, parameters, body)
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

fn described(statement: &SqlStatement) -> Option<ViewName> {
    let SqlStatement::Statement(statement) = statement else {
        return None;
    };
    match statement.as_ref() {
        ast::Statement::ExplainTable { table_name, .. } => ViewName::of(table_name),
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
