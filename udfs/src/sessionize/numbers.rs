//! Which session a row belongs to, from the row before, and the gap that decides.

use std::cmp::Ordering;
use std::sync::Arc;

use datafusion::common::{Result, exec_err};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::scalar::ScalarValue;

use crate::span::{Interval, Span};

/// The number of the present session.
#[derive(Debug, Clone)]
pub(super) struct Numbers {
    session: i64,
    /// Nanoseconds since 1970.
    last: Option<i128>,
    direction: Ordering,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            session: 1,
            last: None,
            direction: Ordering::Equal,
        }
    }
}

impl Numbers {
    /// The session of a row at this instant, which may continue one for as long as `gap`.
    ///
    /// # Errors
    /// At execution, when the instants neither only rise nor only fall.
    pub(super) fn next(&mut self, instant: i128, gap: Span) -> Result<i64> {
        let Some(last) = self.last.replace(instant) else {
            return Ok(self.session);
        };
        let step = instant.cmp(&last);
        if self.direction == Ordering::Equal {
            self.direction = step;
        } else if step == self.direction.reverse() {
            return exec_err!(
                "sessionize: rows must come in the order of argument ts, got them in another: \
                 write OVER (PARTITION BY … ORDER BY ts) with the same ts"
            );
        }
        if (instant - last).abs() > gap.nanos {
            self.session += 1;
        }
        Ok(self.session)
    }
}

/// The gap of all rows, or what is wrong with it; `None` if it may differ by row.
pub(super) fn gap_of(expr: &Arc<dyn PhysicalExpr>) -> Option<Result<Span, String>> {
    let literal = expr.downcast_ref::<Literal>()?;
    Some(span(literal.value()))
}

/// The gap, or what came instead of one.
pub(super) fn span(gap: &ScalarValue) -> Result<Span, String> {
    match Interval::from(gap) {
        Interval::Fixed(span) if span.nanos >= 0 => Ok(span),
        Interval::Fixed(span) => Err(span.to_string()),
        Interval::Calendar => Err("months, which differ in length".into()),
        Interval::Other => Err("NULL".into()),
    }
}

pub(super) fn wrong_gap(got: &str) -> String {
    format!(
        "sessionize: argument gap must be an INTERVAL of days or shorter units and not negative, \
         got {got}"
    )
}

#[cfg(test)]
mod tests {
    use super::Numbers;
    use crate::span::Span;

    fn numbers(instants: &[i128], gaps: &[i128]) -> Vec<i64> {
        let mut numbers = Numbers::default();
        let gaps = gaps.iter().cycle();
        let rows = instants.iter().zip(gaps);
        rows.map(|(instant, gap)| numbers.next(*instant, Span { nanos: *gap }).unwrap())
            .collect()
    }

    #[test]
    fn a_longer_pause_than_the_gap_opens_a_session() {
        for (instants, gaps, expected) in [
            (&[5][..], &[10][..], &[1][..]),
            // Exactly the gap, one more, the same instant.
            (&[0, 10, 21, 21], &[10], &[1, 1, 2, 2]),
            // With no gap allowed every new instant is a session.
            (&[1, 1, 2], &[0], &[1, 1, 2]),
            // The gap of a row is the one before it.
            (&[0, 10, 20], &[0, 9, 10], &[1, 2, 2]),
            // Latest first.
            (&[21, 10, 0], &[10], &[1, 2, 2]),
        ] {
            assert_eq!(numbers(instants, gaps), expected, "{instants:?} {gaps:?}");
        }
    }

    #[test]
    fn rows_in_another_order_are_refused() {
        for [a, b, c] in [[1, 2, 1], [2, 1, 2]] {
            let mut numbers = Numbers::default();
            let gap = Span { nanos: 9 };
            assert_eq!(
                (numbers.next(a, gap).unwrap(), numbers.next(b, gap).unwrap()),
                (1, 1)
            );
            let error = numbers.next(c, gap).unwrap_err();
            assert!(error.to_string().contains("in the order of argument ts"));
        }
    }
}
