//! Functions for the arithmetic of reports, one file each.

mod money_sum;
mod numbers;
mod percent_change;
mod ratio;
mod sum_once;
mod sums;

pub use money_sum::money_sum_udaf;
pub use percent_change::percent_change_udf;
pub use ratio::ratio_udf;
pub use sum_once::sum_once_udaf;
