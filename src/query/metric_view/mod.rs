//! Metric views: dimensions and measures defined once, right at any grain.
//!
//! `CREATE METRIC VIEW` names facts, and dimensions and measures over them. A query groups by
//! dimensions and asks for `MEASURE(m)`; that is rewritten into one aggregate per fact, so that a
//! measure never depends on what else is asked for.

mod aggregate;
mod bind;
mod bind_measure;
mod bound;
mod chain;
mod columns;
mod condition;
mod definition;
mod describe;
mod dimension_rows;
mod leg;
mod meaning;
mod measure_udaf;
mod merge;
mod misuse;
mod parse;
mod rewrite;

pub use bind::{Relations, bind};
pub use bound::MetricView;
pub use definition::{Dimension, Fact, Measure, Metrics};
pub use describe::{describe, dimensions_of};
pub use measure_udaf::measure_udaf;
pub(super) use parse::metrics;
pub use rewrite::{has_open_grain, rewrite_measures};
