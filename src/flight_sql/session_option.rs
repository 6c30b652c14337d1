//! Session options: which catalog and schema a connection is in.
//!
//! There is one catalog, and a stateless server cannot change the schema of a connection, so a
//! client may set what is already so. arrow-flight has no types for these messages; a value other
//! than a string decodes as none.

use std::collections::HashMap;

use prost::Message;
use tonic::Status;

use super::status::malformed;
use crate::query::{catalog::CATALOG, view::DEFAULT_SCHEMA};

const OPTIONS: [(&str, &str); 2] = [("catalog", CATALOG), ("schema", DEFAULT_SCHEMA)];

#[derive(Clone, PartialEq, Message)]
pub(super) struct Value {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Options {
    #[prost(map = "string, message", tag = "1")]
    values: HashMap<String, Value>,
}

#[derive(Clone, PartialEq, Message)]
struct SetResult {
    #[prost(map = "string, message", tag = "1")]
    errors: HashMap<String, SetError>,
}

#[derive(Clone, PartialEq, Message)]
struct SetError {
    #[prost(enumeration = "Reason", tag = "1")]
    reason: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
enum Reason {
    Unspecified = 0,
    UnknownName = 1,
    RefusedValue = 2,
}

#[derive(Clone, PartialEq, Message)]
struct Closed {
    /// 1 means closed.
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Answers GetSessionOptions.
pub(super) fn get() -> Vec<u8> {
    let value = |text: &str| Value {
        text: Some(text.to_owned()),
    };
    let values = OPTIONS.map(|(name, text)| (name.to_owned(), value(text)));
    Options {
        values: values.into(),
    }
    .encode_to_vec()
}

/// Answers SetSessionOptions with what was wrong, by option.
pub(super) fn set(request: &[u8]) -> Result<Vec<u8>, Status> {
    let options =
        Options::decode(request).map_err(|error| malformed("SetSessionOptionsRequest", error))?;
    let errors = options.values.into_iter().filter_map(|(name, value)| {
        let known = OPTIONS.iter().find(|(option, _)| *option == name);
        let reason = match known {
            Some((_, now)) if value.text.as_deref() == Some(*now) => return None,
            Some(_) => Reason::RefusedValue,
            None => Reason::UnknownName,
        };
        let reason = reason.into();
        Some((name, SetError { reason }))
    });
    Ok(SetResult {
        errors: errors.collect(),
    }
    .encode_to_vec())
}

/// Answers CloseSession: there is nothing to close.
pub(super) fn close() -> Vec<u8> {
    Closed { status: 1 }.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_so_can_be_set() {
        let option = |name: &str, text: Option<&str>| {
            let text = text.map(str::to_owned);
            (name.to_owned(), Value { text })
        };
        let request = Options {
            values: [
                option("catalog", Some("tributary")),
                option("schema", Some("revenue")),
                option("autocommit", None),
            ]
            .into(),
        };
        let result = set(&request.encode_to_vec()).unwrap();
        let errors = SetResult::decode(&*result).unwrap().errors;
        assert_eq!(errors.len(), 2);
        assert_eq!(errors["schema"].reason(), Reason::RefusedValue);
        assert_eq!(errors["autocommit"].reason(), Reason::UnknownName);
        assert!(set(b"\xff").is_err());
    }
}
