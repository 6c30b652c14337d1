//! The argument `direct`: a condition in a string, planned over the touchpoints.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result};
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::sql::sqlparser::ast::Expr as SqlExpr;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::arguments::{Arguments, missing, wrong};
use super::models::AttributionModel;

const EXPECTED: &str = "be a condition over touchpoint columns";

/// Plans the condition, if one of the models needs it; a condition nobody needs is still checked.
pub(crate) fn plan_direct(
    args: &Arguments,
    models: &[&AttributionModel],
    touchpoints: &DFSchema,
    ctx: &mut dyn RelationPlannerContext,
) -> Result<Option<Expr>> {
    let needed = models.iter().any(|model| model.skips_direct);
    if args.get("direct").is_none() {
        return match needed {
            true => Err(missing(
                "direct",
                "'channel = ''direct''' (a non-direct model needs it)",
            )),
            false => Ok(None),
        };
    }
    let expected = "be a condition in quotes, such as 'channel = ''direct'''";
    let text = args.text("direct", expected, ctx)?;
    let because = |error: DataFusionError| error.context(wrong_text(&text));
    let parsed = parse(&text).map_err(|error| because(error.into()))?;
    let condition = ctx.sql_to_expr(parsed, touchpoints).map_err(because)?;
    let data_type = condition.get_type(touchpoints).map_err(because)?;
    if data_type != DataType::Boolean {
        return Err(wrong(
            "direct",
            EXPECTED,
            format!("{text} of type {data_type}"),
        ));
    }
    if spans_rows(&condition)? {
        let expected = "look at one touchpoint, without aggregates, windows and subqueries";
        return Err(wrong("direct", expected, text));
    }
    Ok(needed.then_some(condition))
}

fn wrong_text(text: &str) -> String {
    format!("attribute: argument direct must {EXPECTED}, got {text}")
}

fn parse(text: &str) -> std::result::Result<SqlExpr, ParserError> {
    let mut parser = Parser::new(&GenericDialect {}).try_with_sql(text)?;
    let expr = parser.parse_expr()?;
    parser.expect_token(&Token::EOF)?;
    Ok(expr)
}

fn spans_rows(condition: &Expr) -> Result<bool> {
    let mut found = false;
    condition.apply(|expr| {
        found |= matches!(
            expr,
            Expr::AggregateFunction(_)
                | Expr::WindowFunction(_)
                | Expr::ScalarSubquery(_)
                | Expr::InSubquery(_)
                | Expr::Exists(_)
        );
        Ok(match found {
            true => TreeNodeRecursion::Stop,
            false => TreeNodeRecursion::Continue,
        })
    })?;
    Ok(found)
}
