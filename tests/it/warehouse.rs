//! What queries see of the files in a warehouse.

// Stored columns and types against the fact-table contract.
mod contract;
// Tables in the Delta format.
mod delta;
// States that several processes change.
mod journal;
// Views made by SQL, as files.
mod kept_views;
// Hive partitions of Parquet files.
mod partitions;
// Missing and empty tables, new data, and the clock.
mod presence;
// A warehouse folder and an engine on it.
pub(crate) mod shop;
// Snapshots kept from query to query: they follow the log, and never outlive it.
mod snapshots;
// Tables whose keys are known to be unique.
mod unique;
// Views: parameters, cycles, errors, listing.
mod views;
