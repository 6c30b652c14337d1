//! Scalar functions for the arithmetic of reports: one file each, listed once.

mod ratio;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

pub use ratio::ratio_udf;

/// Every scalar function of this crate.
pub fn scalar_functions() -> Vec<Arc<ScalarUDF>> {
    vec![ratio_udf()]
}
