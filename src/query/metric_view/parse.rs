//! The body of `CREATE METRIC VIEW`: facts, dimensions and measures.

use datafusion::sql::sqlparser::{
    ast::{Query, SetExpr, TableFactor, TableWithJoins},
    dialect::GenericDialect,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::Token,
};

use super::definition::{Dimension, Fact, Measure, Metrics};
use crate::query::words::{consume_words, expect_word, name};

/// `FACTS relation AS alias TIME expr, …  DIMENSIONS name = { alias: expr, … }, …
/// MEASURES name = aggregate ON alias [WHEN EXISTS (query)], name = formula, …`
pub(in crate::query) fn metrics(parser: &mut Parser) -> Result<Metrics, ParserError> {
    expect_word(parser, "FACTS")?;
    let facts = parser.parse_comma_separated(fact)?;
    expect_word(parser, "DIMENSIONS")?;
    let dimensions = parser.parse_comma_separated(dimension)?;
    expect_word(parser, "MEASURES")?;
    let measures = parser.parse_comma_separated(measure)?;
    let metrics = Metrics {
        facts,
        dimensions,
        measures,
    };
    metrics.check()?;
    Ok(metrics)
}

fn fact(parser: &mut Parser) -> Result<Fact, ParserError> {
    let relation = parser.parse_table_factor()?;
    let (TableFactor::Table { alias, .. }
    | TableFactor::Derived { alias, .. }
    | TableFactor::Function { alias, .. }) = &relation
    else {
        return parser.expected("a table or a (subquery) AS alias", parser.peek_token());
    };
    let Some(alias) = alias.as_ref().map(|alias| name(&alias.name)) else {
        return parser.expected("AS alias", parser.peek_token());
    };
    expect_word(parser, "TIME")?;
    let time = parser.parse_expr()?;
    Ok(Fact {
        alias,
        rows: rows_of(relation)?,
        time,
    })
}

fn rows_of(relation: TableFactor) -> Result<Box<Query>, ParserError> {
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql("select * from relation")?;
    let mut query = parser.parse_query()?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.from = vec![TableWithJoins {
            relation,
            joins: Vec::new(),
        }];
    }
    Ok(query)
}

fn dimension(parser: &mut Parser) -> Result<Dimension, ParserError> {
    let name_of_dimension = name(&parser.parse_identifier()?);
    parser.expect_token(&Token::Eq)?;
    parser.expect_token(&Token::LBrace)?;
    let by_fact = parser.parse_comma_separated(|parser| {
        let fact = name(&parser.parse_identifier()?);
        parser.expect_token(&Token::Colon)?;
        Ok((fact, parser.parse_expr()?))
    })?;
    parser.expect_token(&Token::RBrace)?;
    Ok(Dimension {
        name: name_of_dimension,
        by_fact,
        comment: text_after(parser, "COMMENT")?,
    })
}

fn measure(parser: &mut Parser) -> Result<Measure, ParserError> {
    let name_of_measure = name(&parser.parse_identifier()?);
    parser.expect_token(&Token::Eq)?;
    let formula = parser.parse_expr()?;
    let fact = match parser.parse_keyword(Keyword::ON) {
        true => Some(name(&parser.parse_identifier()?)),
        false => None,
    };
    Ok(Measure {
        name: name_of_measure,
        formula,
        fact,
        known_when: known_when(parser)?,
        format: text_after(parser, "FORMAT")?,
        comment: text_after(parser, "COMMENT")?,
    })
}

fn known_when(parser: &mut Parser) -> Result<Option<Box<Query>>, ParserError> {
    if !consume_words(parser, &["WHEN"]) {
        return Ok(None);
    }
    parser.expect_keyword_is(Keyword::EXISTS)?;
    parser.expect_token(&Token::LParen)?;
    let query = parser.parse_query()?;
    parser.expect_token(&Token::RParen)?;
    Ok(Some(query))
}

fn text_after(parser: &mut Parser, word: &str) -> Result<Option<String>, ParserError> {
    match consume_words(parser, &[word]) {
        true => parser.parse_literal_string().map(Some),
        false => Ok(None),
    }
}
