//! `ratio(n, d)`: a ratio of sums, NULL where there is nothing to divide by.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_MATH;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

/// Returns the function `ratio(n, d)`.
pub fn ratio_udf() -> Arc<ScalarUDF> {
    static RATIO: LazyLock<Arc<ScalarUDF>> =
        LazyLock::new(|| Arc::new(ScalarUDF::new_from_impl(Ratio::new())));
    Arc::clone(&RATIO)
}

static DOCUMENTATION: LazyLock<Documentation> = LazyLock::new(|| {
    Documentation::builder(
        DOC_SECTION_MATH,
        "Returns n / d as DOUBLE; NULL when d is 0 or either argument is NULL.",
        "ratio(n, d)",
    )
    .with_argument("n", "The numerator: an integer, DECIMAL or float.")
    .with_argument("d", "The denominator: an integer, DECIMAL or float.")
    .with_sql_example(
        "```sql\n> select ratio(1, 4), ratio(1, 0);\n+-----------------+-----------------+\n\
         | ratio(1,4)      | ratio(1,0)      |\n+-----------------+-----------------+\n\
         | 0.25            | NULL            |\n+-----------------+-----------------+\n```",
    )
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
        let [n, d] = types else {
            return Err(DataFusionError::Plan(format!(
                "ratio: arguments must be n and d, got {} arguments",
                types.len()
            )));
        };
        for (name, data_type) in [("n", n), ("d", d)] {
            if !data_type.is_numeric() && !data_type.is_null() {
                return Err(DataFusionError::Plan(format!(
                    "ratio: argument {name} must be a number, got {data_type}"
                )));
            }
        }
        Ok(vec![DataType::Float64; 2])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let ratio = divide(arrays[0].as_primitive(), arrays[1].as_primitive());
        Ok(ColumnarValue::Array(Arc::new(ratio) as ArrayRef))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&DOCUMENTATION)
    }
}

fn divide(n: &Float64Array, d: &Float64Array) -> Float64Array {
    let pairs = n.iter().zip(d.iter());
    pairs
        .map(|(n, d)| match (n, d) {
            (Some(n), Some(d)) if d != 0.0 => Some(n / d),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Float64Array;

    use super::divide;

    #[test]
    fn nothing_to_divide_by_is_null() {
        let n = Float64Array::from(vec![Some(1.0), Some(1.0), None, Some(0.0), Some(-3.0)]);
        let d = Float64Array::from(vec![Some(4.0), Some(0.0), Some(1.0), Some(2.0), Some(-0.0)]);
        let expected = Float64Array::from(vec![Some(0.25), None, None, Some(0.0), None]);
        assert_eq!(divide(&n, &d), expected);
    }
}
