//! The operator of `attribute()`.
//!
//! ```text
//! conversions ─► conversions: collected, in parts by key, indexed by key and time (part, reach_index)
//!                     │
//! touchpoints ─► collector: one per input partition; kept if inside some conversion's window
//!                     │        (all of this once: gathering)
//!                     ▼
//!                touchpoints: one part per output partition, in the total order (ties, stored_rows)
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
mod gathering;
mod instants;
mod keys;
mod part;
mod paths;
mod reach_index;
mod rows;
mod stored_rows;
mod stream;
mod tasks;
mod ties;
mod touchpoints;
mod value;

pub use exec::AttributeExec;
