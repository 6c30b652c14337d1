//! Roles, row policies and masks: what exists for whom.

mod bypass;
mod masks;
mod reports;
mod roles;
mod rows;
mod shop;
