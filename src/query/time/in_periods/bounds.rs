//! Periods in the unit of the column that they are compared with.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Result, ScalarValue, internal_err},
    logical_expr::{Expr, ident, lit},
};

use super::compare::PeriodSpan;
use crate::query::time::day::to_date32;

/// The span of a period, or of the one before it, as values of a TIMESTAMP or DATE.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bounds {
    pub(super) period: &'static str,
    pub(super) is_previous: bool,
    pub(super) start: i64,
    /// Not part of the span.
    pub(super) end: i64,
}

impl Bounds {
    pub(super) fn try_new(of_period: &PeriodSpan, of: &DataType) -> Result<Self> {
        let span = &of_period.span;
        let instant = |at: jiff::Timestamp| {
            ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), Some("UTC".into()))
                .cast_to(of)
        };
        let (start, end) = match of {
            DataType::Date32 => (
                ScalarValue::Date32(Some(to_date32(span.first_day))),
                ScalarValue::Date32(Some(to_date32(span.end_day))),
            ),
            _ => (instant(span.start)?, instant(span.end)?),
        };
        Ok(Self {
            period: of_period.period,
            is_previous: of_period.is_previous,
            start: as_i64(&start)?,
            end: as_i64(&end)?,
        })
    }

    pub(super) fn contains(&self, at: i64) -> bool {
        self.start <= at && at < self.end
    }
}

fn as_i64(bound: &ScalarValue) -> Result<i64> {
    match bound.cast_to(&DataType::Int64)? {
        ScalarValue::Int64(Some(bound)) => Ok(bound),
        other => internal_err!("in_periods: a bound is {other}"),
    }
}

/// Whether the column `at` lies in any of the spans.
pub(super) fn in_any(bounds: &[Bounds], at: &str, of: &DataType) -> Result<Expr> {
    let literal = |bound| ScalarValue::Int64(Some(bound)).cast_to(of).map(lit);
    let mut spans = merged(bounds).into_iter().map(|(start, end)| {
        Ok(ident(at)
            .gt_eq(literal(start)?)
            .and(ident(at).lt(literal(end)?)))
    });
    let first = spans.next().unwrap_or_else(|| Ok(lit(false)))?;
    spans.try_fold(first, |any, span: Result<Expr>| Ok(any.or(span?)))
}

/// The fewest spans that cover these and nothing else.
fn merged(bounds: &[Bounds]) -> Vec<(i64, i64)> {
    let mut spans: Vec<_> = bounds.iter().map(|it| (it.start, it.end)).collect();
    spans.sort_unstable();
    spans.dedup_by(|next, span| {
        let touches = next.0 <= span.1;
        if touches {
            span.1 = span.1.max(next.1);
        }
        touches
    });
    spans
}

#[cfg(test)]
mod tests {
    use super::{Bounds, merged};

    #[test]
    fn spans_cover_the_periods_and_nothing_else() {
        let spans = |periods: &[(i64, i64)]| {
            let bounds = periods.iter().map(|&(start, end)| Bounds {
                period: "p",
                is_previous: false,
                start,
                end,
            });
            merged(&bounds.collect::<Vec<_>>())
        };
        assert_eq!(spans(&[(5, 9), (1, 3)]), [(1, 3), (5, 9)]);
        assert_eq!(spans(&[(3, 5), (1, 3)]), [(1, 5)]);
        assert_eq!(spans(&[(1, 9), (2, 4), (8, 11)]), [(1, 11)]);
        assert_eq!(spans(&[(1, 1), (1, 2), (4, 4)]), [(1, 2), (4, 4)]);
    }
}
