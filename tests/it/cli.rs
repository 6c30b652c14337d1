//! The program as people and scripts run it.

// `tributary check`, and what is wrong with configurations.
mod check;
// The text of every --help.
mod help;
// `tributary import`, its counts and exit codes.
mod import;
// Memory, pipes and Ctrl-C.
mod limits;
// Starts the program.
pub(crate) mod program;
// `tributary report`, `demo` and `sample`.
mod report;
// `tributary serve`, and `sql --server`.
mod serve;
// `tributary sql` in every format.
mod sql;
