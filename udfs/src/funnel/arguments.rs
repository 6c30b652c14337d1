//! The arguments of the funnel functions: `(window, ts, cond1, …, condN [, mode …])`.

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::DocumentationBuilder;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::scalar::ScalarValue;

use super::mode::Mode;
use super::walk::{Funnel, MAX_STEPS};
use crate::groups::refuse_distinct;
use crate::instant::{instant_type, unit_nanos};
use crate::lists::list_type;
use crate::span::{Interval, Span};

/// The types in which the function takes its arguments.
///
/// # Errors
/// At planning, for arguments of other kinds.
pub(super) fn coerce(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    let [window, ts, rest @ ..] = types else {
        return plan_err!(
            "{function}: arguments must be window, ts and conditions, got {} arguments",
            types.len()
        );
    };
    if !matches!(window, DataType::Interval(_) | DataType::Duration(_)) {
        return plan_err!("{function}: argument window must be an INTERVAL, got {window}");
    }
    let Some(ts) = instant_type(ts) else {
        return plan_err!("{function}: argument ts must be a TIMESTAMP or DATE, got {ts}");
    };
    let (conditions, modes) = rest.split_at(condition_count(rest));
    check_conditions(function, conditions)?;
    if let Some(other) = modes.iter().find(|mode| !mode.is_string()) {
        return plan_err!("{function}: argument mode must be text and come last, got {other}");
    }
    let mut coerced = vec![window.clone(), ts];
    coerced.extend(conditions.iter().map(|_| DataType::Boolean));
    coerced.extend(modes.iter().cloned());
    Ok(coerced)
}

/// Adds what the arguments mean, and what both functions make of NULL and of wrong arguments.
pub(super) fn describe(mut builder: DocumentationBuilder, function: &str) -> DocumentationBuilder {
    let edges = format!(
        "\n\n\
         NULL: never. A row whose ts is NULL does not count, and a condition that is NULL is \
         false.\n\
         \n\
         Errors: at planning, for a window that is no literal, has months or is negative \
         (`{function}: argument window must be a literal INTERVAL of days or shorter units and \
         not negative, got months, which differ in length`), a ts that is no time, no condition \
         or more than 32, one that is no BOOLEAN (`{function}: condition 1 must be a BOOLEAN, got \
         Int64`), an unknown mode or one that is no literal, and DISTINCT."
    );
    builder.description.push_str(&edges);
    builder
        .with_argument(
            "window",
            "A literal INTERVAL of days or shorter units, a day being 24 hours: the longest time from \
             the first step to the last, both ends included.",
        )
        .with_argument("ts", "TIMESTAMP or DATE: when it happened.")
        .with_argument(
            "cond1, …, condN",
            "BOOLEAN, up to 32: whether a row is step 1, …, N. A row may be several steps.",
        )
        .with_argument(
            "mode",
            "Literal text, any of these in one argument with commas or in several: `strict_order` \
             (once the first step was seen, a row that is no step, or a step whose predecessor is \
             missing, ends the search), `allow_reentry` (with `strict_order`: such a step is \
             skipped), `strict_deduplication` (a second row for a step already reached, other than \
             the first, ends the search), `strict_increase` (each step later than the one before), \
             `strict_once` (a row is one step only). Default: none of them.",
        )
}

/// # Errors
/// At planning, when there are none or too many, or one is not a BOOLEAN.
pub(super) fn check_conditions(function: &str, conditions: &[DataType]) -> Result<()> {
    if conditions.is_empty() || conditions.len() > MAX_STEPS {
        return plan_err!(
            "{function}: there must be 1 to {MAX_STEPS} conditions, got {}",
            conditions.len()
        );
    }
    for (idx, condition) in conditions.iter().enumerate() {
        if !matches!(condition, DataType::Boolean | DataType::Null) {
            return plan_err!(
                "{function}: condition {} must be a BOOLEAN, got {condition}",
                idx + 1
            );
        }
    }
    Ok(())
}

/// Reads what the literals among the arguments say.
///
/// # Errors
/// At planning, when they are no literals or say what has no meaning.
pub(super) fn funnel(function: &str, args: &AccumulatorArgs<'_>) -> Result<Funnel> {
    refuse_distinct(function, args)?;
    let types: Vec<_> = args
        .expr_fields
        .iter()
        .map(|f| f.data_type().clone())
        .collect();
    let step_count = condition_count(&types[2..]);
    let texts = args.exprs[2 + step_count..].iter().map(|mode| {
        match literal(mode).and_then(|mode| mode.try_as_str().flatten()) {
            Some(text) => Ok(text),
            None => plan_err!("{function}: argument mode must be a literal, got {mode}"),
        }
    });
    let texts: Vec<_> = texts.collect::<Result<_>>()?;
    let window = window(function, &args.exprs[0])?.nanos / unit_nanos(&types[1]);
    Ok(Funnel {
        window: i64::try_from(window).unwrap_or(i64::MAX),
        step_count,
        mode: Mode::parse(function, texts)?,
    })
}

/// The state of a group: the instants of its events, and the steps that each of them is.
pub(super) fn state_fields(args: &StateFieldsArgs<'_>) -> Vec<FieldRef> {
    let field = |part: &str, item: &DataType| {
        let name = format_state_name(args.name, part);
        Field::new(name, list_type(item), true).into()
    };
    vec![
        field("instants", &DataType::Int64),
        field("steps", &DataType::UInt32),
    ]
}

fn window(function: &str, window: &std::sync::Arc<dyn PhysicalExpr>) -> Result<Span> {
    let expected = "must be a literal INTERVAL of days or shorter units and not negative";
    match literal(window).map(Interval::from) {
        Some(Interval::Fixed(span)) if span.nanos >= 0 => Ok(span),
        Some(Interval::Fixed(span)) => {
            plan_err!("{function}: argument window {expected}, got {span}")
        }
        Some(Interval::Calendar) => {
            plan_err!("{function}: argument window {expected}, got months, which differ in length")
        }
        Some(Interval::Other) | None => {
            plan_err!("{function}: argument window {expected}, got {window}")
        }
    }
}

fn literal(expr: &std::sync::Arc<dyn PhysicalExpr>) -> Option<&ScalarValue> {
    Some(expr.downcast_ref::<Literal>()?.value())
}

/// Conditions go on until the first text, which is a mode.
fn condition_count(types: &[DataType]) -> usize {
    let is_mode = |data_type: &DataType| data_type.is_string();
    types.iter().position(is_mode).unwrap_or(types.len())
}
