//! Functions over the ordered steps of one customer: how far a funnel was walked, and who came back.

mod arguments;
mod entries;
mod funnel_groups;
mod funnel_udaf;
mod mode;
mod retention;
mod walk;
mod window_funnel;
mod window_funnel_events;

pub use retention::retention_udaf;
pub use window_funnel::window_funnel_udaf;
pub use window_funnel_events::window_funnel_events_udaf;
