//! Every scalar and window function of this crate, once.

use std::sync::Arc;

use datafusion::logical_expr::{ScalarUDF, WindowUDF};

use crate::metrics::{percent_change_udf, ratio_udf};
use crate::sessionize::sessionize_udwf;

/// Every scalar function of this crate.
pub fn scalar_functions() -> Vec<Arc<ScalarUDF>> {
    vec![percent_change_udf(), ratio_udf()]
}

/// Every window function of this crate.
pub fn window_functions() -> Vec<Arc<WindowUDF>> {
    vec![sessionize_udwf()]
}
