//! Imports of real files into a warehouse in a temporary folder.

// Exports of vendors through mappings, shipped and of one's own.
mod connectors;
// Which values are refused, and what the quarantine says about them.
mod bad_values;
// How CSV, JSON lines and Parquet are read.
mod formats;
// `INSERT INTO`.
mod insert;
// Folders, patterns and compressed files; files that are known.
mod inputs;
// What `tributary optimize` does to what was imported.
mod optimize;
// What holds for any rows and any corruption of them.
mod laws;
// Rows that are removed, and rows that move in time.
mod deletes;
// Runs larger than memory, and what reaches the disk.
mod scale;
// Rows from a client instead of a file.
mod stream;
// How columns of a file find columns of a table, and requests that are refused.
mod columns;
// A warehouse to import into.
pub(crate) mod shop;
// What an import changes in what is stored, and what it leaves alone.
mod upsert;
