//! What people read of an error.

use datafusion::common::DataFusionError;

/// The text of an error without the name of its kind, which adds nothing to our own messages.
pub fn error_text(error: &DataFusionError) -> String {
    match error {
        DataFusionError::Plan(_)
        | DataFusionError::Execution(_)
        | DataFusionError::Configuration(_)
        | DataFusionError::External(_) => error.message().into_owned(),
        DataFusionError::Context(place, error) => format!("{place}: {}", error_text(error)),
        _ => error.strip_backtrace(),
    }
}
