//! The tables of the schema `system`: one file per table.
//!
//! Those about reports answer from the definitions that the asking session sees and with its
//! settings; those about the server from its [`Activity`]. How queries find them is in
//! [`crate::query::system_table`]; SQL views of the same schema are files below `queries/system/`.

mod activity;
mod freshness;
mod ledgers;
mod metrics;
mod quarantine;
mod queries;
mod refreshes;
mod reports;
mod restatements;
mod rows;
mod sessions;

use std::sync::Arc;

use crate::query::system_table::SystemTable;

pub use activity::{Activity, Outcome, Peer, Recorded, State, Statement, Usage, ViewState};

/// Every table that is made here.
pub fn tables(activity: &Arc<Activity>) -> Vec<Arc<dyn SystemTable>> {
    vec![
        Arc::new(freshness::Freshness),
        Arc::new(metrics::Metrics),
        Arc::new(quarantine::Quarantine),
        Arc::new(queries::Queries(Arc::clone(activity))),
        Arc::new(refreshes::RefreshRuns),
        Arc::new(reports::Reports),
        Arc::new(restatements::Restatements),
        Arc::new(sessions::Sessions(Arc::clone(activity))),
    ]
}
