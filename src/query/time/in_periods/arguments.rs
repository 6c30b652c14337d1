//! The arguments of `in_periods()`.

use datafusion::{
    common::{Result, plan_err},
    sql::sqlparser::ast::{
        Expr, FunctionArg, FunctionArgExpr, TableFactor, TableFunctionArgs, Value,
    },
};

use super::compare::Comparison;

pub(super) struct Arguments {
    pub(super) rows: TableFactor,
    pub(super) at: String,
    /// `None` if the periods are not compared with those before.
    pub(super) comparison: Option<Comparison>,
}

impl Arguments {
    pub(super) fn try_new(args: TableFunctionArgs) -> Result<Self> {
        let (mut rows, mut at, mut comparison) = (None, None, None);
        for arg in args.args {
            let (name, value) = match arg {
                FunctionArg::Named {
                    name,
                    arg: FunctionArgExpr::Expr(value),
                    ..
                } => (name, value),
                other => {
                    return plan_err!("in_periods: expected rows => …, at => '…', got {other}");
                }
            };
            match (name.value.to_lowercase().as_str(), value) {
                ("rows", Expr::Subquery(subquery)) if rows.is_none() => {
                    rows = Some(TableFactor::Derived {
                        lateral: false,
                        subquery,
                        alias: None,
                        sample: None,
                    });
                }
                ("at", Expr::Value(value)) if at.is_none() => match value.value {
                    Value::SingleQuotedString(column) => at = Some(column),
                    other => {
                        return plan_err!("in_periods: argument at must be a string, got {other}");
                    }
                },
                ("compare", Expr::Value(value)) if comparison.is_none() => {
                    comparison = Some(comparison_of(&value.value)?);
                }
                (name, value) => {
                    return plan_err!(
                        "in_periods: expected rows => …, at => '…' [, compare => true], \
                         got {name} => {value}"
                    );
                }
            }
        }
        match (rows, at) {
            (Some(rows), Some(at)) => Ok(Self {
                rows,
                at,
                comparison: comparison.flatten(),
            }),
            (None, _) => plan_err!("in_periods: argument rows is missing"),
            (_, None) => plan_err!("in_periods: argument at is missing"),
        }
    }
}

fn comparison_of(value: &Value) -> Result<Option<Comparison>> {
    let comparison = match value {
        Value::Boolean(false) => return Ok(None),
        Value::Boolean(true) => Some(Comparison::PreviousPeriod),
        Value::SingleQuotedString(name) => Comparison::named(name),
        _ => None,
    };
    match comparison {
        Some(comparison) => Ok(Some(comparison)),
        None => plan_err!(
            "in_periods: argument compare must be true, 'previous_period' or \
             'same_days_prev_month', got {value}"
        ),
    }
}
