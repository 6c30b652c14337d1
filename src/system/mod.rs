//! The tables of the schema `system` that describe the reports: one file per table.
//!
//! They answer from the definitions that the asking session sees and with its settings. How
//! queries find them is in [`crate::query::system_table`]; SQL views of the same schema are files
//! below `queries/system/`.

mod metrics;
mod reports;
mod rows;

use std::sync::Arc;

use crate::query::system_table::SystemTable;

/// Every table that is made here.
pub fn tables() -> Vec<Arc<dyn SystemTable>> {
    vec![Arc::new(metrics::Metrics), Arc::new(reports::Reports)]
}
