//! Materialized views: stored or not, the same answer.

/// Views that read what is stored of others.
mod chains;
/// Making, refreshing, suspending and dropping one.
mod ddl;
/// Tables that are folders of Parquet files.
mod files;
/// What is refreshed is what would be computed, whatever happened.
mod laws;
/// Tables that clients write rows into.
mod loads;
/// The rows of others: Python programs that read the tables.
mod others;
/// When stored rows are read, and what a query of them reads.
mod reading;
/// Who gets stored rows, and who does not.
mod rights;
/// Runs of a schedule: one at a time, tried again, remembered.
mod runs;
/// The views that come with the program.
mod shipped;
/// A shop whose clock the test moves.
mod shop;
/// What is in the folder, and what happens when several write it.
mod storage;
