//! Which rows and values a query may see, bound to the tables and views that it reads.
//!
//! `rights` decides with whose rights a table or view is read, and what that leaves of it;
//! `apply` builds the plan of what is left; `barrier` keeps everything that the caller wrote
//! above it: a filter that is pushed below a policy sees rows that the policy hides, and tells of
//! them by failing, or by being slow. What cannot tell anything passes (`safe_filters`).
//!
//! A report credits sales from all rows, with its own rights: touchpoints of other teams that were
//! left out first would leave their sales to whoever remains. The caller's policies then hold for
//! the rows of the first view on the way down that has their columns. A report that has none, and
//! would give away what is hidden, does not exist for the caller.

mod apply;
mod attributes;
mod attributes_doc;
mod barrier;
mod barrier_exec;
mod explain;
mod left;
mod rights;
mod safe_filters;

pub use attributes::caller_functions;
pub(super) use barrier::barred;
pub use barrier_exec::BarrierPlanner;
pub use explain::check_explain;
pub(super) use left::{left_of_table, left_of_view};
pub(super) use rights::{Rights, Standing};
pub use safe_filters::PushSafeFilters;
