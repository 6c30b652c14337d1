//! The arguments of `attribute()`: their names, and the literals they hold.

use datafusion::common::utils::datafusion_strsim::levenshtein;
use datafusion::common::{DFSchema, DataFusionError, Result};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, FunctionArg, FunctionArgExpr};

use crate::span::{Interval, Span};

/// One argument of the function: its name, and an example if it is required.
struct Known {
    name: &'static str,
    required: Option<&'static str>,
}

const fn required(name: &'static str, example: &'static str) -> Known {
    Known {
        name,
        required: Some(example),
    }
}

const fn optional(name: &'static str) -> Known {
    Known {
        name,
        required: None,
    }
}

/// Every argument, in the order of the documentation.
const KNOWN: &[Known] = &[
    required("conversions", "orders"),
    required("touchpoints", "(SELECT * FROM activities)"),
    required("key", "'customer_id'"),
    required("conversion_id", "'order_id'"),
    required("conversion_time", "'ordered_at'"),
    required("value", "'total'"),
    required("touchpoint_id", "'activity_id'"),
    required("touchpoint_time", "'occurred_at'"),
    optional("touchpoint_end"),
    required("model", "'last_touch'"),
    required("lookback", "INTERVAL '14 days'"),
    optional("half_life"),
    optional("direct"),
    optional("unattributed"),
];

/// Every argument, in the order of the documentation.
#[cfg(test)]
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|argument| argument.name)
}

/// Returns the error of a wrong argument, in the one form that all of them have.
pub(crate) fn wrong(name: &str, expected: &str, got: impl std::fmt::Display) -> DataFusionError {
    DataFusionError::Plan(format!(
        "attribute: argument {name} must {expected}, got {got}"
    ))
}

/// The arguments of one call, each known, given once, and none missing.
#[derive(Debug)]
pub(crate) struct Arguments {
    given: Vec<(&'static str, SqlExpr)>,
}

impl Arguments {
    pub(crate) fn try_new(args: Vec<FunctionArg>) -> Result<Self> {
        let mut given: Vec<(&'static str, SqlExpr)> = Vec::with_capacity(args.len());
        for (idx, arg) in args.into_iter().enumerate() {
            let (name, value) = named(idx + 1, arg)?;
            let name = known(&name)?;
            if given.iter().any(|(earlier, _)| *earlier == name) {
                return Err(wrong(name, "be given once", "it twice"));
            }
            given.push((name, value));
        }
        let is_given = |name| given.iter().any(|(given, _)| *given == name);
        for argument in KNOWN {
            if let Some(example) = argument.required
                && !is_given(argument.name)
            {
                return Err(missing(argument.name, example));
            }
        }
        Ok(Self { given })
    }

    /// Returns the expression of an argument that every call has.
    pub(crate) fn required(&self, name: &'static str) -> Result<&SqlExpr> {
        self.get(name).ok_or_else(|| missing(name, "…"))
    }

    /// Returns the expression of this argument, if it was given.
    pub(crate) fn get(&self, name: &str) -> Option<&SqlExpr> {
        let found = self.given.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| value)
    }

    /// Returns the text of an argument that must be a string literal.
    pub(crate) fn text(
        &self,
        name: &'static str,
        expected: &str,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<String> {
        let value = self.required(name)?;
        let literal = literal(value, ctx)?;
        match literal.as_ref().and_then(ScalarValue::try_as_str).flatten() {
            Some(text) => Ok(text.to_owned()),
            None => Err(wrong(name, expected, value)),
        }
    }

    /// Returns the length of an argument that must be a positive INTERVAL without months.
    pub(crate) fn span(
        &self,
        name: &str,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<Option<Span>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match literal(value, ctx)?.as_ref().map(Interval::from) {
            Some(Interval::Fixed(span)) if span.nanos > 0 => Ok(Some(span)),
            Some(Interval::Fixed(span)) => Err(wrong(name, "be a positive INTERVAL", span)),
            Some(Interval::Calendar) => {
                let expected = "be an INTERVAL of days or shorter units, because months differ in \
                                length";
                Err(wrong(name, expected, value))
            }
            Some(Interval::Other) | None => Err(wrong(name, "be a positive INTERVAL", value)),
        }
    }

    /// Returns an argument that must be TRUE or FALSE.
    pub(crate) fn flag(
        &self,
        name: &str,
        ctx: &mut dyn RelationPlannerContext,
    ) -> Result<Option<bool>> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match literal(value, ctx)? {
            Some(ScalarValue::Boolean(Some(flag))) => Ok(Some(flag)),
            _ => Err(wrong(name, "be TRUE or FALSE", value)),
        }
    }
}

/// Returns the error of an argument that is not there.
pub(crate) fn missing(name: &str, example: &str) -> DataFusionError {
    wrong(
        name,
        &format!("be given, such as {name} => {example}"),
        "none",
    )
}

fn named(position: usize, arg: FunctionArg) -> Result<(String, SqlExpr)> {
    let (name, value) = match arg {
        FunctionArg::Named { name, arg, .. } => (name.value, arg),
        FunctionArg::ExprNamed {
            name: SqlExpr::Identifier(name),
            arg,
            ..
        } => (name.value, arg),
        FunctionArg::ExprNamed { .. } | FunctionArg::Unnamed(_) => {
            return Err(wrong(
                &position.to_string(),
                "have a name, such as conversions => orders",
                arg,
            ));
        }
    };
    match value {
        FunctionArgExpr::Expr(value) => Ok((name.to_lowercase(), value)),
        other => Err(wrong(&name.to_lowercase(), "be one expression", other)),
    }
}

fn known(name: &str) -> Result<&'static str> {
    if let Some(argument) = KNOWN.iter().find(|argument| argument.name == name) {
        return Ok(argument.name);
    }
    let nearest = KNOWN
        .iter()
        .min_by_key(|argument| levenshtein(argument.name, name));
    let nearest = nearest.map_or("", |argument| argument.name);
    Err(wrong(
        name,
        &format!("be one that attribute() has, perhaps {nearest}"),
        name,
    ))
}

/// Returns the value of a constant expression; `None` when it depends on anything.
fn literal(value: &SqlExpr, ctx: &mut dyn RelationPlannerContext) -> Result<Option<ScalarValue>> {
    if matches!(
        value,
        SqlExpr::Identifier(_) | SqlExpr::CompoundIdentifier(_) | SqlExpr::Subquery(_)
    ) {
        return Ok(None);
    }
    let expr = ctx.sql_to_expr(value.clone(), &DFSchema::empty())?;
    match ExprSimplifier::new(SimplifyContext::default()).simplify(expr)? {
        Expr::Literal(value, _) => Ok(Some(value)),
        _ => Ok(None),
    }
}
