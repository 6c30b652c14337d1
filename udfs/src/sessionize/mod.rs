//! `sessionize(ts, gap) OVER (PARTITION BY … ORDER BY ts)`: which session a row belongs to.

mod batches;
mod exec;
mod numbers;
mod rule;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, IntervalUnit};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::window_doc_sections::DOC_SECTION_ANALYTICAL;
use datafusion::logical_expr::{
    Documentation, LimitEffect, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::scalar::ScalarValue;

use crate::instant::{instant, instant_type};
use crate::span::Span;
use numbers::{Numbers, gap_of, span, wrong_gap};

pub use rule::SessionsInBatches;

/// Returns the window function `sessionize(ts, gap)`.
pub fn sessionize_udwf() -> Arc<WindowUDF> {
    static SESSIONIZE: LazyLock<Arc<WindowUDF>> =
        LazyLock::new(|| Arc::new(WindowUDF::new_from_impl(Sessionize::new())));
    Arc::clone(&SESSIONIZE)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_ANALYTICAL,
        "Numbers the sessions of a customer, or of any partition: rows without a long pause \
         between them.\n\
         \n\
         A row opens a session when it is the first, or when more than gap has passed since the \
         row before; a pause of exactly gap continues. With ORDER BY ts DESC the latest session \
         is number 1. Rows stream through, so a partition need not fit in memory.\n\
         \n\
         Returns: BIGINT, the number of the row's session, from 1 within the partition.\n\
         \n\
         NULL: a row whose ts is NULL is in no session, and neither opens nor continues one.\n\
         \n\
         Errors: at execution, when rows do not come in the order of ts (`sessionize: rows must \
         come in the order of argument ts, got them in another: write OVER (PARTITION BY … ORDER \
         BY ts) with the same ts`), and for a gap of a row that is NULL, has months or is \
         negative. At planning, for such a literal, a ts that is no time (`sessionize: argument \
         ts must be a TIMESTAMP or DATE, got Int64`), and a gap that is no INTERVAL.",
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
         \x20 from (values\n\
         \x20     (timestamp '2026-08-01T10:00:00'),\n\
         \x20     (timestamp '2026-08-01T10:30:00'),\n\
         \x20     (timestamp '2026-08-01T11:00:01')\n\
         \x20 ) as visits (at)\n\
         \x20 order by at;\n\
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
        let gap = match args.input_exprs().get(1).and_then(gap_of) {
            Some(Err(got)) => return plan_err!("{}", wrong_gap(&got)),
            Some(Ok(gap)) => Some(gap),
            None => None,
        };
        Ok(Box::new(Sessions {
            gap,
            numbers: Numbers::default(),
        }))
    }

    /// A row depends on earlier rows only.
    fn limit_effect(&self, _args: &[Arc<dyn PhysicalExpr>]) -> LimitEffect {
        LimitEffect::None
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

/// The sessions of one partition. Rows stream through, so that a partition need not fit in memory.
#[derive(Debug)]
struct Sessions {
    /// `None` when each row has its own.
    gap: Option<Span>,
    numbers: Numbers,
}

impl PartitionEvaluator for Sessions {
    /// Called once for each row, in their order.
    fn evaluate(&mut self, values: &[ArrayRef], range: &Range<usize>) -> Result<ScalarValue> {
        let [ts, gaps] = values else {
            return exec_err!("sessionize: expected two columns, got {}", values.len());
        };
        let Some(instant) = instant(ts, range.start) else {
            return Ok(ScalarValue::Int64(None));
        };
        let gap = match self.gap {
            Some(gap) => gap,
            None => span(&ScalarValue::try_from_array(gaps, range.start)?)
                .or_else(|got| exec_err!("{}", wrong_gap(&got)))?,
        };
        let number = self.numbers.next(instant, gap)?;
        Ok(ScalarValue::Int64(Some(number)))
    }

    fn supports_bounded_execution(&self) -> bool {
        true
    }

    fn is_causal(&self) -> bool {
        true
    }
}
