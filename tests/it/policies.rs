//! Roles, row policies and masks: what exists for whom.

mod bypass;
mod check;
mod docs;
mod masks;
mod reports;
mod roles;
mod rows;
pub(crate) mod shop;
mod writing;
