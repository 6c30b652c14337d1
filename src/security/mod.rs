//! Who asks, and what they may see and change.
//!
//! Here are the rules: a caller has roles, roles have rights, row policies and masks. `query` binds
//! them to what a statement reads, wherever it reads it.

mod access;
mod caller;
mod condition;
pub mod login;
mod pattern;
mod refusal;
mod role;

pub use access::Access;
pub use caller::{Caller, Login};
pub use condition::Condition;
pub use pattern::{Pattern, PatternError};
pub use refusal::Refusal;
pub use role::{Mask, Role, RoleError, Roles, RowPolicy};

/// The schema of a table that is named without one.
const DEFAULT_SCHEMA: &str = "public";
