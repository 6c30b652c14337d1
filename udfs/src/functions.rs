//! Every scalar, aggregate and window function of this crate, once.

use std::sync::Arc;

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

use crate::funnel::{retention_udaf, window_funnel_events_udaf, window_funnel_udaf};
use crate::metrics::{money_sum_udaf, percent_change_udf, ratio_udf, sum_once_udaf};
use crate::sessionize::sessionize_udwf;

/// Every scalar function of this crate.
pub fn scalar_functions() -> Vec<Arc<ScalarUDF>> {
    vec![percent_change_udf(), ratio_udf()]
}

/// Every aggregate function of this crate.
pub fn aggregate_functions() -> Vec<Arc<AggregateUDF>> {
    vec![
        money_sum_udaf(),
        retention_udaf(),
        sum_once_udaf(),
        window_funnel_udaf(),
        window_funnel_events_udaf(),
    ]
}

/// Every window function of this crate.
pub fn window_functions() -> Vec<Arc<WindowUDF>> {
    vec![sessionize_udwf()]
}
