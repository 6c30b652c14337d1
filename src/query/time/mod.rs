//! Local days and named periods.

pub(super) mod day;
mod in_periods;
mod local_date;
mod local_midnight;
pub mod period;
mod periods;

pub(super) use in_periods::in_periods_documentation;
pub use in_periods::{ExpandPeriods, IN_PERIODS, InPeriodsPlanner};
pub use local_date::local_date_udf;
pub use local_midnight::local_midnight_udf;
pub(super) use periods::DOCUMENTATION as PERIODS_DOCUMENTATION;
pub use periods::periods_udtf;
