//! Bytes of a client to a command.

use std::fmt::Display;

use arrow_flight::sql::{Any, Command};
use prost::Message;
use tonic::{Code, Status};

use super::status::{malformed, refused};

/// Decodes the command of a descriptor, a ticket or an action.
///
/// # Errors
/// `InvalidArgument`; plain Flight clients send SQL text here, and some forget the wrapper of a
/// command, so the text says what to send.
pub(super) fn decode(bytes: &[u8]) -> Result<Command, Status> {
    let unwrapped = |got: &dyn Display| {
        refused(
            Code::InvalidArgument,
            format!(
                "expected a Flight SQL command such as CommandStatementQuery, wrapped in \
                 google.protobuf.Any: {got}"
            ),
        )
    };
    let any = Any::decode(bytes).map_err(|error| unwrapped(&error))?;
    // The first field of a bare command is text too, and is taken for the name of its type.
    if !any.type_url.contains('/') {
        return Err(unwrapped(&format!("got the type {:?}", any.type_url)));
    }
    Command::try_from(any).map_err(|error| malformed("the command", error))
}

/// The refusal of a command that does not belong where it was sent.
pub(super) fn unexpected(rpc: &str, command: &Command) -> Status {
    let name = command.type_url().rsplit('.').next().unwrap_or_default();
    refused(
        Code::Unimplemented,
        format!("{rpc}: {name} is not supported"),
    )
}

/// There are no transactions, and a statement that believes to be in one must not run.
pub(super) fn without_transaction(id: Option<&[u8]>) -> Result<(), Status> {
    match id {
        None | Some([]) => Ok(()),
        Some(_) => Err(refused(
            Code::InvalidArgument,
            "transactions are not supported: send statements without a transaction",
        )),
    }
}
