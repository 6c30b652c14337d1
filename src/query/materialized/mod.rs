//! Materialized views: views whose rows may have been stored.
//!
//! Such a view has a query like any other, and whoever reads it gets the same answer, stored or
//! not. `syntax` is how one is defined, `check` what cannot be stored, `basis` what stored rows
//! were made from, `rows` the query that makes them, and `stored` the decision to read them, or
//! [`Why`] not. Who makes them, `materialize`, is not known here.

mod basis;
mod check;
mod length;
mod order;
mod rights;
mod rows;
mod schedule;
mod stored;
mod syntax;
mod why;

use std::fmt;

use datafusion::sql::sqlparser::ast::Expr;
use jiff::{SignedDuration, civil::Date};

pub use basis::{AS_OF, Basis, reads_clock};
pub use check::check;
pub use length::fixed_length;
pub use rows::{Rows, rows};
pub use schedule::{Due, due};
pub(super) use stored::open;
pub use stored::{Stored, differs, stored, stored_view_of};
pub(super) use syntax::{alter, clauses, refresh};
pub use why::Why;

/// How the rows of a view are stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Materialization {
    /// What divides the stored rows into days; without it they are always made again as a whole.
    pub day: Option<Day>,
    /// How often to refresh them; `None`: when somebody asks.
    pub every: Option<SignedDuration>,
    /// How much before now is made again by every refresh.
    pub restate: Option<SignedDuration>,
}

/// The DATE column that divides the rows of a view into days.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub column: String,
    /// What it is over the columns of the view; `None` if it is one of them.
    pub expr: Option<Expr>,
}

/// Which rows a refresh makes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// Those that may have changed.
    Stale,
    Full,
    /// Those of these days, both included.
    Days {
        from: Date,
        to: Date,
    },
}

impl fmt::Display for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stale => f.write_str("what is stale"),
            Self::Full => f.write_str("all"),
            Self::Days { from, to } => write!(f, "{from} to {to}"),
        }
    }
}
