//! Session options: where a connection is, and our settings.
//!
//! arrow-flight has no types for these messages; a value other than a string decodes as none.

use std::collections::{BTreeMap, HashMap};

use datafusion::common::{Result as EngineResult, config::ExtensionOptions};
use prost::Message;
use tonic::Status;

use super::{
    client_settings::{CATALOG_OPTION, Change, ClientSettings, SCHEMA_OPTION, Values, apply},
    status::{malformed, status},
};
use crate::{
    engine::Session,
    query::{catalog::CATALOG, settings::Settings},
};

/// What the names of the parameters of views begin with.
const PARAMETER: &str = "tributary.param.";

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, optional, tag = "1")]
    text: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Options {
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
    CannotBeSet = 3,
}

#[derive(Clone, PartialEq, Message)]
struct Closed {
    /// 1 means closed.
    #[prost(int32, tag = "1")]
    status: i32,
}

/// Answers GetSessionOptions.
///
/// # Arguments
/// `session`: a new one of the client.
///
/// # Errors
/// The status of a setting, of a header or of the cookie, that is wrong.
pub(super) fn get(session: &Session, settings: &ClientSettings) -> Result<Vec<u8>, Status> {
    let values = apply(&settings.values(), session).and_then(|()| options(session));
    let values = values.map_err(|error| status(&error))?.into_iter();
    let values = values.map(|(name, text)| (name, Value { text: Some(text) }));
    Ok(Options {
        values: values.collect(),
    }
    .encode_to_vec())
}

/// Answers SetSessionOptions with what was wrong, by option; what was right is set.
///
/// # Arguments
/// `session`: a new one of the client, on which values are tried.
pub(super) fn set(
    session: &Session,
    settings: &mut ClientSettings,
    request: &[u8],
) -> Result<Vec<u8>, Status> {
    let request =
        Options::decode(request).map_err(|error| malformed("SetSessionOptionsRequest", error))?;
    let now = apply(&settings.values(), session).and_then(|()| options(session));
    let now = now.map_err(|error| status(&error))?;
    let mut errors = HashMap::new();
    for (name, Value { text }) in request.values {
        if let Err(reason) = try_one(
            session,
            settings.keeps_cookies(),
            &now,
            &name,
            text.as_deref(),
        ) {
            let reason = reason.into();
            errors.insert(name, SetError { reason });
        } else if text.as_ref() != now.get(&name) {
            settings.change(Change { name, value: text });
        }
    }
    Ok(SetResult { errors }.encode_to_vec())
}

fn try_one(
    session: &Session,
    keeps_cookies: bool,
    now: &Values,
    name: &str,
    text: Option<&str>,
) -> Result<(), Reason> {
    if !is_option(session, name) {
        return Err(Reason::UnknownName);
    }
    if let Some(text) = text {
        let value = BTreeMap::from([(name.to_owned(), text.to_owned())]);
        apply(&value, session).map_err(|_| Reason::RefusedValue)?;
    }
    match keeps_cookies || now.get(name).map(String::as_str) == text {
        true => Ok(()),
        false => Err(Reason::CannotBeSet),
    }
}

fn is_option(session: &Session, name: &str) -> bool {
    if [CATALOG_OPTION, SCHEMA_OPTION].contains(&name) {
        return true;
    }
    match name.strip_prefix(PARAMETER) {
        Some(parameter) => session.definitions().check_known(parameter).is_ok(),
        None => {
            let state = session.context().state();
            let settings = Settings::of(state.config_options());
            settings.is_ok_and(|it| it.entries().iter().any(|entry| entry.key == name))
        }
    }
}

/// What is set in a session, and where it is.
fn options(session: &Session) -> EngineResult<Values> {
    let state = session.context().state();
    let options = state.config_options();
    let entries = Settings::of(options)?.entries().into_iter();
    let entries = entries.filter_map(|entry| Some((entry.key, entry.value?)));
    let place = [
        (CATALOG_OPTION.to_owned(), CATALOG.to_owned()),
        (
            SCHEMA_OPTION.to_owned(),
            options.catalog.default_schema.clone(),
        ),
    ];
    Ok(place.into_iter().chain(entries).collect())
}

/// Answers CloseSession: the client forgets what it has set.
pub(super) fn close(settings: &mut ClientSettings) -> Vec<u8> {
    settings.clear();
    Closed { status: 1 }.encode_to_vec()
}
