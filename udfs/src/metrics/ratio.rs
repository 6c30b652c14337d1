//! `ratio(n, d)`: a ratio of sums, NULL where there is nothing to divide by.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_MATH;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

use super::numbers::{doubles, each};

/// Returns the function `ratio(n, d)`.
pub fn ratio_udf() -> Arc<ScalarUDF> {
    static RATIO: LazyLock<Arc<ScalarUDF>> =
        LazyLock::new(|| Arc::new(ScalarUDF::new_from_impl(Ratio::new())));
    Arc::clone(&RATIO)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_MATH,
        "Divides one number by another, where there may be nothing to divide by.\n\
         \n\
         Returns: n / d as DOUBLE, neither rounded nor capped.\n\
         \n\
         NULL: when d is 0, or n or d is NULL.\n\
         \n\
         Errors: at planning, when there are not two arguments (`ratio: arguments must be n and \
         d, got 1 arguments`) or one is no number (`ratio: argument n must be a number, got \
         Boolean`).",
        "ratio(n, d)",
    )
    .with_argument("n", "The numerator: an integer, DECIMAL or float.")
    .with_argument("d", "The denominator: an integer, DECIMAL or float.")
    .with_sql_example(
        "```sql\n\
         > select ratio(1, 4) as a_quarter, ratio(1, 0) as of_nothing;\n\
         +-----------+------------+\n\
         | a_quarter | of_nothing |\n\
         +-----------+------------+\n\
         | 0.25      | NULL       |\n\
         +-----------+------------+\n\
         ```",
    )
    .with_related_udf("percent_change")
    .build()
});

#[derive(Debug, PartialEq, Eq, Hash)]
struct Ratio {
    signature: Signature,
}

impl Ratio {
    fn new() -> Self {
        Self {
            signature: Signature::user_defined(Volatility::Immutable),
        }
    }
}

impl ScalarUDFImpl for Ratio {
    fn name(&self) -> &str {
        "ratio"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        doubles(self.name(), ["n", "d"], types)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        each(&args, ratio)
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn ratio(n: f64, d: f64) -> Option<f64> {
    (d != 0.0).then(|| n / d)
}

#[cfg(test)]
mod tests {
    use super::ratio;

    #[test]
    fn nothing_to_divide_by_is_null() {
        for (n, d, expected) in [
            (1.0, 4.0, Some(0.25)),
            (1.0, 0.0, None),
            (0.0, 2.0, Some(0.0)),
            (-3.0, -0.0, None),
        ] {
            assert_eq!(ratio(n, d), expected, "{n} / {d}");
        }
    }
}
