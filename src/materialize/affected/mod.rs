//! Which days of a view may differ because rows of its tables changed.
//!
//! The question is asked of the plan of the view, and answered by queries. Wherever the plan reads
//! a changed table, the changed rows alone take its place, as they were and as they are, and are
//! followed upwards: through a filter if they pass it, through a join to the rows that they meet,
//! through a group to the whole group, through `attribute()` to the conversions of their key and
//! lookback. What arrives at the top are the rows of the view that may be others now. Their days
//! are to be made again, and no other day is.
//!
//! On the way some columns of these rows are not known any more, such as the sum of a group. So a
//! plan of touched rows has some of the columns of the plan it stands for, always at least those
//! that are needed above. What cannot be decided without an unknown column is taken for true, and
//! what cannot be followed touches everything: the answer may name a day too many, never one too few.
//!
//! The way is walked from below, and where touched rows meet others they are computed: mostly they
//! are few, and the rest of the way asks for little more than what they meet.
//!
//! Touched rows are those of both versions: what was and is not, and what is and was not. A row that
//! is gone met rows that are still there, or that are touched themselves; so what touched rows meet
//! is read from the tables as they are, and from the touched rows of the other side. Groups, windows
//! and `attribute()` make other rows of what they read: theirs are computed from both versions of
//! the tables, as far as they are touched, and those that are the same go no further.

mod among;
mod attributed;
mod columns;
mod condition;
mod credited;
mod days;
mod deep;
mod grouped;
mod held;
mod joined;
mod net;
mod reading;
mod reduced;
mod reduced_join;
mod rows;
mod scanned;
mod settled;
mod versions;
mod walk;

pub use days::{Affected, GONE, affected_days, rows_of_days};
pub(super) use net::net;
