//! The documentation: what is generated from the code is current, and every example runs.

/// The keys of the configuration.
mod configuration;
/// Lines for clients.
mod connect;
/// SQL examples of all pages, on the sample shop.
mod examples;
/// A page for each function.
mod functions;
/// What the columns and parameters of a schema mean.
mod glossary;
/// Links from page to page.
mod links;
/// Reading, comparing and writing pages.
mod pages;
/// A page for each report.
mod reports;
/// The README of the sample.
mod sample;
/// Types as a SQL user calls them.
mod sql_types;
