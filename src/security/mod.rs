//! Who asks, and what they may see and change.

mod caller;

pub use caller::Caller;
