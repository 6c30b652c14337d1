//! Functions for the arithmetic of reports, one file each.

mod numbers;
mod percent_change;
mod ratio;

pub use percent_change::percent_change_udf;
pub use ratio::ratio_udf;
