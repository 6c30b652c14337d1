//! What object stores are asked, and what becomes of requests that fail.

// Requests that fail in every way that a network knows.
mod faults;
// A proxy that makes them fail.
mod proxy;
// How many requests a query needs.
mod requests;
