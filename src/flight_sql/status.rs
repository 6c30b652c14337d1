//! Errors to gRPC statuses.
//!
//! Users get a code that says whose turn it is: theirs (`InvalidArgument` and the like), the
//! operator's (`ResourceExhausted`, `Unavailable`), or ours (`Internal`). Every variant is listed,
//! so that a new one upstream does not compile until it has been thought about.

use datafusion::{
    arrow::error::ArrowError,
    common::{DataFusionError, SchemaError},
    parquet::errors::ParquetError,
};
use tonic::{Code, Status};
use uuid::Uuid;

use crate::engine::Stop;

use crate::{error_text::error_text, security::Refusal};

/// Longer texts travel in headers that C++ and Java clients refuse as a whole.
const MAX_TEXT_BYTES: usize = 2048;

/// The status of an engine error: the code of its root, the text of the whole.
pub(super) fn status(error: &DataFusionError) -> Status {
    Status::new(code(error), capped(error_text(error)))
}

/// A status with our own text.
pub(super) fn refused(code: Code, text: impl Into<String>) -> Status {
    Status::new(code, capped(text.into()))
}

/// The same status with the id under which the query is in `system.queries` and in the log.
pub(super) fn with_query(status: &Status, id: Uuid) -> Status {
    let mark = format!(" (query {id})");
    let mut text = cut(status.message().to_owned(), MAX_TEXT_BYTES - mark.len());
    text.push_str(&mark);
    Status::new(status.code(), text)
}

/// A code as the gRPC documentation writes it.
pub(super) fn code_name(code: Code) -> String {
    format!("{code:?}")
}

/// For bytes of a client that are not the message they claim to be.
pub(super) fn malformed(what: &str, error: impl std::error::Error) -> Status {
    refused(
        Code::InvalidArgument,
        format!("{what} cannot be decoded: {error}"),
    )
}

fn capped(text: String) -> String {
    cut(text, MAX_TEXT_BYTES)
}

fn cut(mut text: String, max_bytes: usize) -> String {
    const MARK: &str = " …";
    if text.len() > max_bytes {
        text.truncate(text.floor_char_boundary(max_bytes - MARK.len()));
        text.push_str(MARK);
    }
    text
}

fn code(error: &DataFusionError) -> Code {
    match error {
        DataFusionError::Plan(_)
        | DataFusionError::SQL(..)
        | DataFusionError::Configuration(_)
        | DataFusionError::Execution(_) => Code::InvalidArgument,
        DataFusionError::SchemaError(error, _) => schema_code(error),
        DataFusionError::NotImplemented(_) | DataFusionError::Substrait(_) => Code::Unimplemented,
        DataFusionError::ResourcesExhausted(_) => Code::ResourceExhausted,
        DataFusionError::ArrowError(error, _) => arrow_code(error),
        DataFusionError::ParquetError(error) => parquet_code(error),
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) => Code::Unavailable,
        DataFusionError::External(error) => external_code(error.as_ref()),
        DataFusionError::Context(_, error) | DataFusionError::Diagnostic(_, error) => code(error),
        DataFusionError::Shared(error) => code(error),
        DataFusionError::Collection(errors) => errors.first().map_or(Code::Internal, code),
        DataFusionError::ExecutionJoin(error) if error.is_cancelled() => Code::Cancelled,
        DataFusionError::ExecutionJoin(_)
        | DataFusionError::Internal(_)
        | DataFusionError::Ffi(_) => Code::Internal,
    }
}

fn schema_code(error: &SchemaError) -> Code {
    match error {
        SchemaError::AmbiguousReference { .. }
        | SchemaError::DuplicateQualifiedField { .. }
        | SchemaError::DuplicateUnqualifiedField { .. }
        | SchemaError::FieldNotFound { .. } => Code::InvalidArgument,
    }
}

fn arrow_code(error: &ArrowError) -> Code {
    match error {
        ArrowError::CastError(_)
        | ArrowError::ParseError(_)
        | ArrowError::ComputeError(_)
        | ArrowError::DivideByZero
        | ArrowError::ArithmeticOverflow(_)
        | ArrowError::InvalidArgumentError(_)
        | ArrowError::CsvError(_)
        | ArrowError::JsonError(_)
        | ArrowError::AvroError(_) => Code::InvalidArgument,
        ArrowError::NotYetImplemented(_) => Code::Unimplemented,
        ArrowError::MemoryError(_)
        | ArrowError::DictionaryKeyOverflowError
        | ArrowError::RunEndIndexOverflowError
        | ArrowError::OffsetOverflowError(_) => Code::ResourceExhausted,
        ArrowError::IoError(..) => Code::Unavailable,
        ArrowError::ParquetError(_) => Code::DataLoss,
        ArrowError::ExternalError(error) => external_code(error.as_ref()),
        ArrowError::SchemaError(_) | ArrowError::IpcError(_) | ArrowError::CDataInterface(_) => {
            Code::Internal
        }
    }
}

fn parquet_code(error: &ParquetError) -> Code {
    match error {
        ParquetError::External(error) => external_code(error.as_ref()),
        // The enum is open; whatever it is, a file could not be read as what it claims to be.
        _ => Code::DataLoss,
    }
}

/// Engines wrap errors in each other's; what lies below decides.
fn external_code(error: &(dyn std::error::Error + 'static)) -> Code {
    if error.is::<Refusal>() {
        Code::PermissionDenied
    } else if let Some(error) = error.downcast_ref::<DataFusionError>() {
        code(error)
    } else if let Some(error) = error.downcast_ref::<ArrowError>() {
        arrow_code(error)
    } else if let Some(error) = error.downcast_ref::<ParquetError>() {
        parquet_code(error)
    } else if error.is::<std::io::Error>() || error.is::<object_store::Error>() {
        Code::Unavailable
    } else if let Some(stop) = error.downcast_ref::<Stop>() {
        stop_code(*stop)
    } else {
        error.source().map_or(Code::Internal, external_code)
    }
}

fn stop_code(stop: Stop) -> Code {
    match stop {
        Stop::Cancelled | Stop::Abandoned | Stop::ShutDown => Code::Cancelled,
        Stop::TimedOut => Code::DeadlineExceeded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_decides_the_code() {
        let plan = || DataFusionError::Plan("no such column".to_owned());
        let wrapped = ArrowError::ExternalError(Box::new(plan().context("while reading")));
        for (error, expected) in [
            (plan(), Code::InvalidArgument),
            (wrapped.into(), Code::InvalidArgument),
            (ArrowError::DivideByZero.into(), Code::InvalidArgument),
            (
                DataFusionError::External(Box::new(std::io::Error::other("gone"))),
                Code::Unavailable,
            ),
            (
                DataFusionError::ResourcesExhausted("full".to_owned()),
                Code::ResourceExhausted,
            ),
        ] {
            assert_eq!(status(&error).code(), expected, "{error}");
        }
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "é".repeat(3000);
        let status = status(&DataFusionError::Plan(text));
        assert!(status.message().len() <= MAX_TEXT_BYTES);
        assert!(status.message().ends_with("é …"));

        let status = with_query(&status, Uuid::nil());
        assert!(status.message().len() <= MAX_TEXT_BYTES);
        let end = "é … (query 00000000-0000-0000-0000-000000000000)";
        assert!(status.message().ends_with(end), "{status}");
    }
}
