//! Materialized views: which days of them a change of their tables reaches.

pub mod affected;
