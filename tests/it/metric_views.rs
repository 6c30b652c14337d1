//! Metric views: laws between answers, and filters that reach the files.

mod laws;
mod scans;
