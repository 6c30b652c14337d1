//! Tests of whole parts with real files: one binary, because each links the engine again.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on panics, and tokio::test blocks on its own runtime"
)]

/// Which days of a view a change of its tables reaches.
mod affected;
/// A warehouse in an Azure container.
mod azure;
/// The program as people and scripts run it: output, exit codes, signals.
mod cli;
/// Runs that are killed.
mod crashes;
/// The SQL examples of the documentation.
mod docs;
/// What Flight SQL clients see and do.
mod flight_sql;
/// Files into contract tables, and what becomes of bad rows.
mod import;
/// Views whose rows are stored.
mod materialized;
/// Dimensions and measures at any grain.
mod metric_views;
/// Packages of Node.js for tests that need other people's programs.
mod node;
/// What object stores are asked, and what becomes of requests that fail.
mod object_stores;
/// The same answers from other engines.
mod peers;
/// What EXPLAIN must show: which filters and columns reach the files.
mod plans;
/// Roles, row policies and masks: what exists for whom.
mod policies;
/// The server when more is asked of it than it has.
mod pressure;
/// What the pages promise that the reports answer.
mod promises;
/// Environments for tests that need other people's programs.
mod python;
/// Public data, on which others have the same numbers.
mod real_data;
/// What holds between the numbers of the reports.
mod reports;
/// A warehouse in an S3 bucket.
mod s3;
/// The sample that demos and other tests read.
mod sample;
/// A small shop for tests that are not about the sample.
mod sample_shop;
/// Who comes in, as whom, and what they get to see.
mod security;
/// A server for a while, under crashes and faults.
mod soak;
/// Apache Superset, its package and the dashboards of the reports.
mod superset;
/// What the engine says of its own reports.
mod system;
/// What holds for the source tree itself.
mod tidy;
/// What queries see of the files in a warehouse.
mod warehouse;
