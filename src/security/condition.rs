//! SQL of a policy: an expression over the columns of one row.

use std::{collections::BTreeSet, ops::ControlFlow};

use datafusion::sql::{
    planner::IdentNormalizer,
    sqlparser::{
        ast::{Expr, Visit, Visitor},
        dialect::GenericDialect,
        parser::{Parser, ParserError},
        tokenizer::Token,
    },
};

/// An expression as its author wrote it, and the columns it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    text: String,
    columns: BTreeSet<String>,
}

impl Condition {
    /// # Errors
    /// A text that is not one expression, or that asks a query: what a subquery reads would need
    /// policies of its own.
    pub fn parse(text: &str) -> Result<Self, ParserError> {
        let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text)?;
        let expr = parser.parse_expr()?;
        parser.expect_token(&Token::EOF)?;
        let mut found = Columns::default();
        if let ControlFlow::Break(error) = expr.visit(&mut found) {
            return Err(error);
        }
        Ok(Self {
            text: text.to_owned(),
            columns: found.0,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns that a table or view must have.
    pub fn columns(&self) -> &BTreeSet<String> {
        &self.columns
    }
}

#[derive(Default)]
struct Columns(BTreeSet<String>);

impl Visitor for Columns {
    type Break = ParserError;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<ParserError> {
        let refused = |text: String| ControlFlow::Break(ParserError::ParserError(text));
        match expr {
            Expr::Identifier(name) => {
                self.0
                    .insert(IdentNormalizer::default().normalize(name.clone()));
                ControlFlow::Continue(())
            }
            Expr::CompoundIdentifier(_) => refused(format!(
                "expected a column without the name of its table, got {expr}"
            )),
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => refused(format!(
                "expected an expression over the columns of one row, got the query {expr}"
            )),
            _ => ControlFlow::Continue(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_queries_refused() {
        let condition = Condition::parse(
            "Team_id = current_attribute('team_id') or \"Kind\" in ('a', kind) and not f(x + 1)",
        );
        let condition = condition.unwrap();
        let columns: Vec<_> = condition.columns().iter().map(String::as_str).collect();
        assert_eq!(columns, ["Kind", "kind", "team_id", "x"]);
        for (text, reason) in [
            ("a = 1; drop table orders", "Expected: EOF"),
            ("a in (select b from c)", "got the query"),
            ("exists (select 1)", "got the query"),
            ("orders.a = 1", "without the name of its table"),
            ("a =", "Expected"),
        ] {
            let error = Condition::parse(text).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
