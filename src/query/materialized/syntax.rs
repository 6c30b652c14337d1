//! How materialized views are written: the clauses of their definition, REFRESH, SUSPEND, RESUME.

use datafusion::sql::sqlparser::{
    ast::Expr,
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::Token,
};
use jiff::{SignedDuration, civil::Date};

use super::{
    super::{
        statement::Statement,
        view::ViewName,
        words::{self, consume_words, expect_word},
    },
    Day, Materialization, Refresh, fixed_length,
};

/// `[PARTITIONED BY (column | expression AS column)] [REFRESH EVERY 'length'] [RESTATE LAST
/// 'length']`, in this order.
pub(in crate::query) fn clauses(parser: &mut Parser) -> Result<Materialization, ParserError> {
    let mut materialized = Materialization {
        day: None,
        every: None,
        restate: None,
    };
    if consume_words(parser, &["PARTITIONED", "BY"]) {
        parser.expect_token(&Token::LParen)?;
        materialized.day = Some(day(parser)?);
        parser.expect_token(&Token::RParen)?;
    }
    if consume_words(parser, &["REFRESH", "EVERY"]) {
        let every = length(parser, "REFRESH EVERY")?;
        if every.is_zero() {
            return Err(ParserError::ParserError(
                "REFRESH EVERY: expected a length of time above zero".to_owned(),
            ));
        }
        materialized.every = Some(every);
    }
    if consume_words(parser, &["RESTATE", "LAST"]) {
        if materialized.day.is_none() {
            return Err(ParserError::ParserError(
                "RESTATE LAST: expected PARTITIONED BY (column) before it, which says what a day is"
                    .to_owned(),
            ));
        }
        materialized.restate = Some(length(parser, "RESTATE LAST")?);
    }
    Ok(materialized)
}

fn day(parser: &mut Parser) -> Result<Day, ParserError> {
    let start = parser.peek_token();
    let expr = parser.parse_expr()?;
    if parser.parse_keyword(Keyword::AS) {
        let column = words::name(&parser.parse_identifier()?);
        return Ok(Day {
            column,
            expr: Some(expr),
        });
    }
    match &expr {
        Expr::Identifier(column) => Ok(Day {
            column: words::name(column),
            expr: None,
        }),
        _ => parser.expected("a column, or (expression AS column)", start),
    }
}

/// `'1 hour'`, or with the word INTERVAL before it.
fn length(parser: &mut Parser, what: &str) -> Result<SignedDuration, ParserError> {
    consume_words(parser, &["INTERVAL"]);
    let text = parser.parse_literal_string()?;
    fixed_length(what, &text)
        .map_err(|error| ParserError::ParserError(error.message().into_owned()))
}

/// `REFRESH MATERIALIZED VIEW name [FULL | FROM 'date' TO 'date']`; `None` if nothing of it comes.
pub(in crate::query) fn refresh(parser: &mut Parser) -> Result<Option<Statement>, ParserError> {
    if !consume_words(parser, &["REFRESH", "MATERIALIZED", "VIEW"]) {
        return Ok(None);
    }
    let name = name(parser)?;
    let what = if consume_words(parser, &["FULL"]) {
        Refresh::Full
    } else if parser.parse_keyword(Keyword::FROM) {
        let from = date(parser)?;
        expect_word(parser, "TO")?;
        let to = date(parser)?;
        if to < from {
            return Err(ParserError::ParserError(format!(
                "REFRESH: expected a last day that is not before the first, got FROM '{from}' TO \
                 '{to}'"
            )));
        }
        Refresh::Days { from, to }
    } else {
        Refresh::Stale
    };
    Ok(Some(Statement::Refresh { name, what }))
}

/// `SUSPEND | RESUME MATERIALIZED VIEW name`, or `ALTER MATERIALIZED VIEW name SUSPEND | RESUME`;
/// `None` if nothing of it comes.
pub(in crate::query) fn alter(parser: &mut Parser) -> Result<Option<Statement>, ParserError> {
    for (word, suspended) in [("SUSPEND", true), ("RESUME", false)] {
        if consume_words(parser, &[word, "MATERIALIZED", "VIEW"]) {
            let name = name(parser)?;
            return Ok(Some(Statement::Suspend { name, suspended }));
        }
    }
    if !consume_words(parser, &["ALTER", "MATERIALIZED", "VIEW"]) {
        return Ok(None);
    }
    let name = name(parser)?;
    let suspended = match consume_words(parser, &["SUSPEND"]) {
        true => true,
        false => {
            expect_word(parser, "RESUME")
                .or_else(|_| parser.expected("SUSPEND or RESUME", parser.peek_token()))?;
            false
        }
    };
    Ok(Some(Statement::Suspend { name, suspended }))
}

fn name(parser: &mut Parser) -> Result<ViewName, ParserError> {
    let start = parser.peek_token();
    let name = parser.parse_object_name(false)?;
    match ViewName::of(&name) {
        Some(name) => Ok(name),
        None => parser.expected("[schema.]view", start),
    }
}

fn date(parser: &mut Parser) -> Result<Date, ParserError> {
    consume_words(parser, &["DATE"]);
    let start = parser.peek_token();
    let text = parser.parse_literal_string()?;
    match text.parse() {
        Ok(date) => Ok(date),
        Err(_) => parser.expected("a day such as '2026-08-31'", start),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::statement::parse, *};

    fn statement(sql: &str) -> Statement {
        parse(sql).unwrap().remove(0)
    }

    fn materialization(sql: &str) -> Materialization {
        match statement(sql) {
            Statement::CreateView(create) => *create.view.materialized.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_clause_may_be_left_out() {
        let all = materialization(
            "create or replace materialized view a.b parameters n interval default interval '1 day'
             partitioned by (local_date(at) as date) refresh every '1 hour' restate last '3 days'
             as select 1",
        );
        let day = all.day.unwrap();
        assert_eq!(day.column, "date");
        assert_eq!(day.expr.unwrap().to_string(), "local_date(at)");
        assert_eq!(all.every, Some(SignedDuration::from_hours(1)));
        assert_eq!(all.restate, Some(SignedDuration::from_hours(72)));
        let none = materialization("create materialized view a as select 1 as n");
        assert_eq!((none.day, none.every, none.restate), (None, None, None));
        let own =
            materialization("create materialized view a partitioned by (\"Day\") as select 1");
        assert_eq!(own.day.unwrap().column, "Day");
    }

    #[test]
    fn both_ways_to_suspend_are_one() {
        for sql in [
            "suspend materialized view a.b",
            "alter materialized view a.b suspend",
        ] {
            let is_suspend = matches!(
                statement(sql),
                Statement::Suspend { name, suspended: true } if name.to_string() == "a.b"
            );
            assert!(is_suspend, "{sql}");
        }
        assert!(matches!(
            statement("alter materialized view a resume"),
            Statement::Suspend {
                suspended: false,
                ..
            }
        ));
    }

    #[test]
    fn a_refresh_says_which_days() {
        let what = |sql: &str| match statement(sql) {
            Statement::Refresh { what, .. } => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what("refresh materialized view a"), Refresh::Stale);
        assert_eq!(what("refresh materialized view a full"), Refresh::Full);
        let days = what("refresh materialized view a from '2026-08-01' to date '2026-08-31'");
        assert_eq!(days.to_string(), "2026-08-01 to 2026-08-31");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (sql, expected) in [
            (
                "create materialized view a refresh every '1 month' as select 1",
                "fixed length",
            ),
            (
                "create materialized view a refresh every '0 hours' as select 1",
                "above zero",
            ),
            (
                "create materialized view a restate last '1 day' as select 1",
                "PARTITIONED BY",
            ),
            (
                "create materialized view a partitioned by (b + 1) as select 1",
                "expression AS column",
            ),
            (
                "create materialized metric view a facts b as b",
                "MATERIALIZED METRIC VIEW",
            ),
            (
                "create temporary materialized view a as select 1",
                "TEMPORARY",
            ),
            (
                "refresh materialized view a from '2026-08-02' to '2026-08-01'",
                "not before",
            ),
            (
                "refresh materialized view a from 'monday' to '2026-08-01'",
                "a day such as",
            ),
            ("alter materialized view a stop", "SUSPEND or RESUME"),
        ] {
            let error = parse(sql).unwrap_err().to_string();
            assert!(error.contains(expected), "{sql}: {error}");
        }
    }
}
