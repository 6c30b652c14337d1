//! The handle of a statement: everything a replica needs to plan it again.

use prost::{Message, bytes::Bytes};
use tonic::{Code, Status};
use uuid::Uuid;

use super::{
    client_settings::{Change, ClientSettings, Values},
    status::{malformed, refused},
};

/// A handle made by a newer server must be refused, not misread.
const VERSION: u32 = 1;

/// SQL text and bound parameters, as bytes that travel through the client.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Handle {
    #[prost(uint32, tag = "1")]
    version: u32,
    #[prost(string, tag = "2")]
    pub(super) sql: String,
    /// An IPC stream of one row; empty while nothing is bound.
    #[prost(bytes = "bytes", tag = "3")]
    pub(super) parameters: Bytes,
    #[prost(bytes = "vec", tag = "4")]
    id: Vec<u8>,
    /// What the client had set when it asked: rows come as they were announced.
    #[prost(btree_map = "string, string", tag = "5")]
    pub(super) settings: Values,
    #[prost(bool, tag = "6")]
    pub(super) keeps_cookies: bool,
    /// What the statement sets for the client that fetches its result.
    #[prost(message, optional, tag = "7")]
    pub(super) change: Option<Change>,
    /// It has taken effect, and there are no rows to fetch.
    #[prost(bool, tag = "8")]
    pub(super) is_done: bool,
}

impl Handle {
    pub(super) fn new(sql: String) -> Self {
        Self {
            version: VERSION,
            sql,
            parameters: Bytes::new(),
            id: Uuid::new_v4().into(),
            settings: Values::new(),
            keeps_cookies: false,
            change: None,
            is_done: false,
        }
    }

    /// # Errors
    /// `InvalidArgument` for bytes that this version did not make.
    pub(super) fn decode_from(bytes: &Bytes) -> Result<Self, Status> {
        let handle = Self::decode(&**bytes).map_err(|error| malformed("the handle", error))?;
        if handle.version != VERSION {
            return Err(refused(
                Code::InvalidArgument,
                format!(
                    "the handle was made by another version of the server: expected {VERSION}, \
                     got {}; prepare the statement again",
                    handle.version
                ),
            ));
        }
        Ok(handle)
    }

    pub(super) fn to_bytes(&self) -> Bytes {
        self.encode_to_vec().into()
    }

    /// What a statement keeps through all its bindings, and what cancels a query.
    pub(super) fn id(&self) -> Uuid {
        Uuid::from_slice(&self.id).unwrap_or_default()
    }

    pub(super) fn with_parameters(self, parameters: Bytes) -> Self {
        Self { parameters, ..self }
    }

    pub(super) fn with_settings(self, settings: &ClientSettings) -> Self {
        Self {
            settings: settings.values(),
            keeps_cookies: settings.keeps_cookies(),
            ..self
        }
    }

    pub(super) fn with_change(self, change: Option<Change>) -> Self {
        Self { change, ..self }
    }

    pub(super) fn done(self) -> Self {
        Self {
            is_done: true,
            ..self
        }
    }

    /// The same statement as a query of its own.
    pub(super) fn with_new_id(self) -> Self {
        Self {
            id: Uuid::new_v4().into(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_survives_the_client_and_foreign_bytes_do_not() {
        let handle = Handle::new("SELECT 1".to_owned()).with_parameters(vec![1, 2].into());
        assert_eq!(Handle::decode_from(&handle.to_bytes()).unwrap(), handle);

        let newer = Handle {
            version: 2,
            ..handle
        };
        for (bytes, text) in [
            (newer.to_bytes(), "expected 1, got 2"),
            (Bytes::from_static(b"SELECT 1"), "cannot be decoded"),
        ] {
            let status = Handle::decode_from(&bytes).unwrap_err();
            assert!(status.message().contains(text), "{status}");
        }
    }
}
