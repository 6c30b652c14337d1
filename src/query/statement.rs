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
    time::IN_PERIODS,
    view::{Parameter, View},
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
    CreateView { view: View, or_replace: bool },
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
    if let Some(or_replace) = starts_view(&mut parser.parser) {
        let mut view = view(&mut parser.parser)?;
        resolve_table_arguments_in(view.query.as_mut(), &TABLE_ARGUMENTS);
        return Ok(Statement::CreateView { view, or_replace });
    }
    let mut statement = parser.parse_statement()?;
    resolve_table_arguments(&mut statement, &TABLE_ARGUMENTS);
    Ok(Statement::Sql(statement))
}

/// Consumes `CREATE [OR REPLACE] VIEW` and says whether it replaces; else consumes nothing.
fn starts_view(parser: &mut Parser) -> Option<bool> {
    let or_replace = parser.parse_keywords(&[
        Keyword::CREATE,
        Keyword::OR,
        Keyword::REPLACE,
        Keyword::VIEW,
    ]);
    (or_replace || parser.parse_keywords(&[Keyword::CREATE, Keyword::VIEW])).then_some(or_replace)
}

/// `name [PARAMETERS name TYPE [IN ('choice', …)] DEFAULT value, …] AS query`
fn view(parser: &mut Parser) -> Result<View, ParserError> {
    let name = parser.parse_object_name(false)?;
    let mut parameters = Vec::new();
    if consume_word(parser, "parameters") {
        parameters = parser.parse_comma_separated(parameter)?;
    }
    parser.expect_keyword_is(Keyword::AS)?;
    let query = parser.parse_query()?;
    View::try_new(&name, parameters, query)
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

fn consume_word(parser: &mut Parser, word: &str) -> bool {
    let is_word = matches!(
        &parser.peek_token_ref().token,
        Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word)
    );
    if is_word {
        parser.advance_token();
    }
    is_word
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
