//! The operator of `attribute()`.
//!
//! ```text
//! conversions ─► conversions: collected, indexed by key (key_index) and time ─┐
//!                                                                             ▼
//! touchpoints ─► collector: streamed, kept if inside some conversion's window
//!                     │
//!                     ▼
//!                touchpoints: by key, in the total order (groups, ties, facts, stored_rows)
//!                     │
//!                     ▼
//!                rows: one conversion and model after the other (paths, division, value)
//!                     │
//!                     ▼
//!                batch: the columns of a batch of rows ─► output
//! ```
//!
//! Pairs of conversion and touchpoint are never held all at once: `rows` remembers where it stopped
//! and goes on for the next batch. A customer may have a million touchpoints and a thousand
//! conversions. What is held are the conversions and the kept touchpoints; nothing spills to disk.

mod batch;
mod collector;
mod conversions;
mod division;
mod exec;
mod facts;
mod groups;
mod instants;
mod key_index;
mod paths;
mod rows;
mod stored_rows;
mod stream;
mod ties;
mod touchpoints;
mod value;

pub use exec::AttributeExec;
