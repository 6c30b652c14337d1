//! `percent_change(current, previous)`: growth since the period before, NULL where there was none.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_MATH;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::numbers::{doubles, each};

/// Returns the function `percent_change(current, previous)`.
pub fn percent_change_udf() -> Arc<ScalarUDF> {
    static PERCENT_CHANGE: LazyLock<Arc<ScalarUDF>> =
        LazyLock::new(|| Arc::new(ScalarUDF::new_from_impl(PercentChange::new())));
    Arc::clone(&PERCENT_CHANGE)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_MATH,
        "Says by what fraction a value differs from the one before it.\n\
         \n\
         Returns: (current - previous) / previous as DOUBLE, a fraction: 0.25 is growth by a \
         quarter.\n\
         \n\
         NULL: when previous is 0, for growth from nothing is not a number, or when an argument \
         is NULL.\n\
         \n\
         Errors: at planning, when there are not two arguments (`percent_change: arguments must \
         be current and previous, got 1 arguments`) or one is no number (`percent_change: \
         argument current must be a number, got Boolean`).",
        "percent_change(current, previous)",
    )
    .with_argument("current", "The value now: an integer, DECIMAL or float.")
    .with_argument(
        "previous",
        "The value before: an integer, DECIMAL or float.",
    )
    .with_sql_example(
        "```sql\n\
         > select percent_change(150, 120) as grew, percent_change(5, 0) as new;\n\
         +------+------+\n\
         | grew | new  |\n\
         +------+------+\n\
         | 0.25 | NULL |\n\
         +------+------+\n\
         ```",
    )
    .with_related_udf("ratio")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct PercentChange {
    signature: Signature,
}

impl PercentChange {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for PercentChange {
    fn name(&self) -> &str {
        "percent_change"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        doubles(self.name(), ["current", "previous"], types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        each(&args, percent_change)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn percent_change(current: f64, previous: f64) -> Option<f64> {
    (previous != 0.0).then(|| (current - previous) / previous)
}

#[cfg(test)]
mod tests {
    use super::percent_change;

    #[test]
    fn growth_from_nothing_is_null() {
        for (current, previous, expected) in [
            (150.0, 120.0, Some(0.25)),
            (0.0, 4.0, Some(-1.0)),
            (7.0, 7.0, Some(0.0)),
            (5.0, 0.0, None),
            (0.0, 0.0, None),
            (5.0, -0.0, None),
            // The formula as it stands: from -4 up to 2 is -150 %.
            (2.0, -4.0, Some(-1.5)),
        ] {
            assert_eq!(percent_change(current, previous), expected);
        }
    }
}
