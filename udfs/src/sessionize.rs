//! `sessionize(ts, gap) OVER (PARTITION BY … ORDER BY ts)`: which session a row belongs to.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::{
    DataType, Field, FieldRef, IntervalMonthDayNanoType, IntervalUnit,
};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::window_doc_sections::DOC_SECTION_ANALYTICAL;
use datafusion::logical_expr::{
    Documentation, LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::scalar::ScalarValue;

use crate::instant::{counts, instant_type, unit_nanos};
use crate::span::{Interval, Span};

/// Returns the window function `sessionize(ts, gap)`.
pub fn sessionize_udwf() -> Arc<WindowUDF> {
    static SESSIONIZE: LazyLock<Arc<WindowUDF>> =
        LazyLock::new(|| Arc::new(WindowUDF::new_from_impl(Sessionize::new())));
    Arc::clone(&SESSIONIZE)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_ANALYTICAL,
        "Returns the number of the session that a row belongs to, as BIGINT, from 1 within the \
         partition. A row opens a session when it is the first, or when more than gap has passed \
         since the row before; a pause of exactly gap continues. A row without ts is in no \
         session (NULL) and neither opens nor continues one. Rows must come in the order of ts; \
         with ORDER BY ts DESC the latest session is number 1.",
        "sessionize(ts, gap) OVER (PARTITION BY … ORDER BY ts)",
    )
    .with_argument("ts", "TIMESTAMP or DATE: when it happened.")
    .with_argument(
        "gap",
        "INTERVAL of days or shorter units, not negative, a day being 24 hours: the longest pause \
         within a session. It may differ by row and then is the pause before that row.",
    )
    .with_sql_example(
        "```sql\n\
         > select at, sessionize(at, interval '30 minutes') over (order by at) as session\n\
         \x20 from (values (timestamp '2026-08-01T10:00:00'), (timestamp '2026-08-01T10:30:00'),\n\
         \x20              (timestamp '2026-08-01T11:00:01')) as visits (at);\n\
         +---------------------+---------+\n\
         | at                  | session |\n\
         +---------------------+---------+\n\
         | 2026-08-01T10:00:00 | 1       |\n\
         | 2026-08-01T10:30:00 | 1       |\n\
         | 2026-08-01T11:00:01 | 2       |\n\
         +---------------------+---------+\n\
         ```",
    )
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Sessionize {
    signature: Signature,
}

impl Sessionize {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl WindowUDFImpl for Sessionize {
    fn name(&self) -> &str {
        "sessionize"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [ts, gap] = types else {
            return plan_err!(
                "sessionize: arguments must be ts and gap, got {} arguments",
                types.len()
            );
        };
        let Some(ts) = instant_type(ts) else {
            return plan_err!("sessionize: argument ts must be a TIMESTAMP or DATE, got {ts}");
        };
        match gap {
            DataType::Interval(_) | DataType::Duration(_) | DataType::Null => {}
            _ => return plan_err!("sessionize: argument gap must be an INTERVAL, got {gap}"),
        }
        Ok(vec![ts, DataType::Interval(IntervalUnit::MonthDayNano)])
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }

    fn partition_evaluator(
        &self,
        args: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        let gap = args.input_exprs().get(1);
        let gap = gap.and_then(|gap| gap.downcast_ref::<Literal>());
        let gap = match gap.map(|gap| span(gap.value())) {
            Some(Err(got)) => return plan_err!("{}", wrong_gap(&got)),
            Some(Ok(gap)) => Some(gap),
            None => None,
        };
        Ok(Box::new(SessionNumbers { gap }))
    }

    /// A row depends on earlier rows only.
    fn limit_effect(&self, _args: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::None
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The sessions of one partition.
#[derive(Debug)]
struct SessionNumbers {
    /// `None` when each row has its own.
    gap: Option<Span>,
}

impl PartitionEvaluator for SessionNumbers {
    fn evaluate_all(&mut self, values: &[ArrayRef], _num_rows: usize) -> Result<ArrayRef> {
        let [ts, gaps] = values else {
            return exec_err!("sessionize: expected two columns, got {}", values.len());
        };
        let instants = counts(ts)?;
        let unit = unit_nanos(ts.data_type());
        let numbers = match self.gap {
            Some(gap) => number(&instants, unit, |_| Ok(gap)),
            None => {
                let gaps = gaps.as_primitive::<IntervalMonthDayNanoType>();
                number(&instants, unit, |row| {
                    let gap = gaps.is_valid(row).then(|| gaps.value(row));
                    let gap = span(&ScalarValue::IntervalMonthDayNano(gap));
                    gap.or_else(|got| exec_err!("{}", wrong_gap(&got)))
                })
            }
        };
        Ok(Arc::new(numbers?))
    }
}

/// Numbers the sessions of one partition, whose instants are counts of `unit` nanoseconds.
///
/// # Errors
/// At execution, when the instants neither only rise nor only fall, or a gap is wrong.
fn number(
    instants: &Int64Array,
    unit: i128,
    gap_before: impl Fn(usize) -> Result<Span>,
) -> Result<Int64Array> {
    let mut session = 0;
    let mut last = None;
    let mut direction = Ordering::Equal;
    let numbers = instants.iter().enumerate().map(|(row, instant)| {
        let Some(instant) = instant else {
            return Ok(None);
        };
        let gap = gap_before(row)?;
        let Some(before) = last.replace(instant) else {
            session = 1;
            return Ok(Some(session));
        };
        let step = instant.cmp(&before);
        if direction == Ordering::Equal {
            direction = step;
        } else if step == direction.reverse() {
            return exec_err!(
                "sessionize: rows must come in the order of argument ts, got them in another: \
                 write OVER (PARTITION BY … ORDER BY ts) with the same ts"
            );
        }
        let pause = (i128::from(instant) - i128::from(before)).abs() * unit;
        if pause > gap.nanos {
            session += 1;
        }
        Ok(Some(session))
    });
    numbers.collect()
}

/// The gap, or what came instead of one.
fn span(gap: &ScalarValue) -> Result<Span, String> {
    match Interval::from(gap) {
        Interval::Fixed(span) if span.nanos >= 0 => Ok(span),
        Interval::Fixed(span) => Err(span.to_string()),
        Interval::Calendar => Err("months, which differ in length".into()),
        Interval::Other => Err("NULL".into()),
    }
}

fn wrong_gap(got: &str) -> String {
    format!(
        "sessionize: argument gap must be an INTERVAL of days or shorter units and not negative, \
         got {got}"
    )
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;

    use super::number;
    use crate::span::Span;

    fn seconds(seconds: i128) -> Span {
        Span {
            nanos: seconds * 1_000_000_000,
        }
    }

    fn numbers(instants: &[Option<i64>], gaps: &[i128]) -> Vec<Option<i64>> {
        let instants = Int64Array::from(instants.to_vec());
        let gap_before = |row: usize| Ok(seconds(gaps[row % gaps.len()]));
        let numbers = number(&instants, 1_000_000_000, gap_before);
        numbers.unwrap().iter().collect()
    }

    #[test]
    fn a_longer_pause_than_the_gap_opens_a_session() {
        for (instants, gaps, expected) in [
            (&[][..], &[10][..], &[][..]),
            (&[Some(5)], &[10], &[Some(1)]),
            // Exactly the gap, one more, the same instant.
            (
                &[Some(0), Some(10), Some(21), Some(21)],
                &[10],
                &[Some(1), Some(1), Some(2), Some(2)],
            ),
            // The pause is counted from the last row with an instant.
            (
                &[None, Some(0), None, Some(10), Some(21), None],
                &[10],
                &[None, Some(1), None, Some(1), Some(2), None],
            ),
            // With no gap allowed every new instant is a session.
            (
                &[Some(1), Some(1), Some(2)],
                &[0],
                &[Some(1), Some(1), Some(2)],
            ),
            // The gap of a row is the one before it.
            (
                &[Some(0), Some(10), Some(20)],
                &[0, 9, 10],
                &[Some(1), Some(2), Some(2)],
            ),
            // Latest first.
            (
                &[Some(21), Some(10), Some(0)],
                &[10],
                &[Some(1), Some(2), Some(2)],
            ),
            (&[Some(i64::MIN), Some(i64::MAX)], &[1], &[Some(1), Some(2)]),
        ] {
            assert_eq!(numbers(instants, gaps), expected, "{instants:?} {gaps:?}");
        }
    }

    #[test]
    fn rows_in_another_order_are_refused() {
        for instants in [[1, 2, 1], [2, 1, 2]] {
            let instants = Int64Array::from(instants.to_vec());
            let error = number(&instants, 1, |_| Ok(seconds(1))).unwrap_err();
            assert!(error.to_string().contains("in the order of argument ts"));
        }
    }
}
