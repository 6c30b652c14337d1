//! The query layer: from SQL text to a plan over the warehouse.

pub mod bi;
mod branches;
pub mod catalog;
pub mod comment;
mod data_health;
pub mod definition_store;
pub mod definitions;
pub mod explain_order;
pub mod filters_first;
pub mod glossary;
pub mod held_filters;
pub mod insert;
pub mod json;
pub mod materialized;
pub mod metric_view;
pub mod money;
pub mod policy;
pub mod reading;
pub mod settings;
mod sources;
pub mod statement;
pub mod system_table;
pub mod table_functions;
pub mod time;
pub mod view;
pub mod view_text;
mod words;
