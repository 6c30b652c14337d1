//! Who comes in, as whom, and what they get to see.

// What attackers send.
mod attacks;
// Servers for drivers from Python.
pub(crate) mod drivers;
// Tokens that others sign.
mod issuers;
// Passwords, tokens, and what becomes of them.
mod login;
// What users can do to each other.
mod others;
// `tributary password`, `token`, and `sql --server` with a login.
mod program;
// A server that wants a login.
pub(crate) mod support;
// Certificates of both sides.
mod tls;
