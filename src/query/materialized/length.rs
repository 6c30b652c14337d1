//! Lengths of time that are always the same.

use datafusion::common::{Result, plan_datafusion_err, plan_err};
use jiff::{SignedDuration, Span};

/// A length of time such as `1 hour` or `3 days`; a day has 24 hours.
///
/// # Arguments
/// `what`: what errors call it.
///
/// # Errors
/// A plan error for what is no length of time, is negative, or has months or years, which have no
/// fixed length.
pub fn fixed_length(what: &str, text: &str) -> Result<SignedDuration> {
    let expected = "expected a length of time such as '1 hour' or '3 days'";
    let span: Span = text
        .trim()
        .parse()
        .map_err(|_| plan_datafusion_err!("{what}: {expected}, got '{text}'"))?;
    if span.get_months() != 0 || span.get_years() != 0 {
        return plan_err!(
            "{what}: {expected}, got '{text}': months and years have no fixed length"
        );
    }
    if span.is_negative() {
        return plan_err!("{what}: {expected}, got '{text}', which is negative");
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let rest = span.weeks(0).days(0);
    let rest = SignedDuration::try_from(rest)
        .map_err(|error| plan_datafusion_err!("{what}: {expected}, got '{text}': {error}"))?;
    SignedDuration::from_hours(24)
        .checked_mul(i32::try_from(days).unwrap_or(i32::MAX))
        .and_then(|days| days.checked_add(rest))
        .map_or_else(
            || plan_err!("{what}: {expected}, got '{text}', which is too long"),
            Ok,
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fixed_lengths_are_taken() {
        let length = |text| fixed_length("EVERY", text);
        for (text, hours) in [("1 hour", 1), ("3 days", 72), ("1 week", 168), ("PT2H", 2)] {
            assert_eq!(
                length(text).unwrap(),
                SignedDuration::from_hours(hours),
                "{text}"
            );
        }
        assert!(length("0 seconds").unwrap().is_zero());
        for text in ["1 month", "2 years", "often", "-1 hour", ""] {
            let error = length(text).unwrap_err().to_string();
            assert!(error.contains(&format!("got '{text}'")), "{error}");
        }
    }
}
