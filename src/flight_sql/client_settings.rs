//! What a client has set for its connection: in headers, and in a cookie that it keeps.
//!
//! The server keeps nothing about a client. Clients that connect anew for every query send
//! headers; what SET, USE and SetSessionOptions change goes into a cookie, which any replica can
//! read. Nothing here says who the client is, so the cookie needs no signature: a forged one
//! sets what its forger may set anyway.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use datafusion::common::{Result, config_err};
use prost::Message;
use tonic::{
    Code, Response, Status,
    metadata::{KeyAndValueRef, MetadataMap},
};

use super::{
    compression,
    status::{malformed, refused},
};
use crate::{engine::Session, query::catalog::CATALOG};

pub(super) const CATALOG_OPTION: &str = "catalog";
pub(super) const SCHEMA_OPTION: &str = "schema";
/// What the names of our settings begin with.
pub(super) const SETTING: &str = "tributary.";
const HEADER: &str = "x-tributary-";
const COOKIE: &str = "tributary";
/// Browsers and proxies take no longer cookies.
const MAX_COOKIE_BYTES: usize = 4000;

/// Values by name: `schema`, `tributary.timezone` and the like.
pub(super) type Values = BTreeMap<String, String>;

/// The settings of the client that makes a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ClientSettings {
    of_headers: Values,
    of_cookie: Values,
    keeps_cookies: bool,
    is_changed: bool,
}

/// A setting that a statement changes.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Change {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    /// `None` forgets it.
    #[prost(string, optional, tag = "2")]
    pub(super) value: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Cookie {
    #[prost(btree_map = "string, string", tag = "1")]
    values: Values,
}

impl ClientSettings {
    /// # Errors
    /// `InvalidArgument` for a cookie of our name that this server did not make.
    pub(super) fn of(metadata: &MetadataMap) -> Result<Self, Status> {
        let mut settings = Self::default();
        for header in metadata.iter() {
            let KeyAndValueRef::Ascii(key, value) = header else {
                continue;
            };
            let (Some(name), Ok(value)) = (name_of_header(key.as_str()), value.to_str()) else {
                continue;
            };
            settings.of_headers.insert(name, value.to_owned());
        }
        if let Some(cookie) = cookie(metadata) {
            settings.keeps_cookies = true;
            let bytes = URL_SAFE_NO_PAD.decode(cookie);
            let bytes = bytes.map_err(|error| malformed("the cookie tributary", error))?;
            let cookie = Cookie::decode(&*bytes);
            settings.of_cookie = cookie
                .map_err(|error| malformed("the cookie tributary", error))?
                .values;
        }
        Ok(settings)
    }

    /// All values; those that were set later hide those of headers.
    pub(super) fn values(&self) -> Values {
        let headers = self.of_headers.clone().into_iter();
        headers.chain(self.of_cookie.clone()).collect()
    }

    /// Whether the client sends cookies back: else it would forget at once what it sets.
    pub(super) fn keeps_cookies(&self) -> bool {
        self.keeps_cookies
    }

    pub(super) fn change(&mut self, change: Change) {
        self.is_changed = true;
        match change.value {
            Some(value) => self.of_cookie.insert(change.name, value),
            None => self.of_cookie.remove(&change.name),
        };
    }

    /// Forgets what was set, not what the headers say.
    pub(super) fn clear(&mut self) {
        self.is_changed = true;
        self.of_cookie.clear();
    }

    /// Gives the client its cookie where that is new to it.
    ///
    /// # Errors
    /// `InvalidArgument` for more settings than a cookie holds.
    pub(super) fn keep_in<T>(&self, response: &mut Response<T>) -> Result<(), Status> {
        if self.keeps_cookies && !self.is_changed {
            return Ok(());
        }
        let values = self.of_cookie.clone();
        let cookie = URL_SAFE_NO_PAD.encode(Cookie { values }.encode_to_vec());
        let cookie = format!("{COOKIE}={cookie}");
        if cookie.len() > MAX_COOKIE_BYTES {
            return Err(refused(
                Code::InvalidArgument,
                format!(
                    "expected settings of at most {MAX_COOKIE_BYTES} bytes, got {}",
                    cookie.len()
                ),
            ));
        }
        if let Ok(cookie) = cookie.parse() {
            response.metadata_mut().insert("set-cookie", cookie);
        }
        Ok(())
    }
}

/// Sets the settings of a session; its user is none of them.
///
/// # Errors
/// A configuration or plan error that names the setting, what was expected and what came.
pub(super) fn apply(values: &Values, session: &Session) -> Result<()> {
    for (name, value) in values {
        match name.as_str() {
            CATALOG_OPTION if value == CATALOG => {}
            CATALOG_OPTION => return config_err!("catalog: expected {CATALOG}, got {value}"),
            SCHEMA_OPTION => session.use_schema(value)?,
            name if name.starts_with(SETTING) => session.set(name, value)?,
            name => {
                return config_err!("expected a setting catalog, schema or {SETTING}…, got {name}");
            }
        }
    }
    Ok(())
}

/// gRPC sends names of headers in small letters, and proxies drop those with an underscore.
fn name_of_header(header: &str) -> Option<String> {
    match header {
        CATALOG_OPTION | SCHEMA_OPTION => Some(header.to_owned()),
        compression::HEADER => None,
        _ => {
            let name = header.strip_prefix(HEADER)?;
            Some(format!("{SETTING}{}", name.replace('-', "_")))
        }
    }
}

fn cookie(metadata: &MetadataMap) -> Option<&str> {
    let headers = metadata.get_all("cookie").iter();
    headers
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &str)]) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        for (name, value) in headers {
            metadata.append(*name, value.parse().unwrap());
        }
        metadata
    }

    #[test]
    fn what_is_set_later_hides_headers_until_it_is_reset() {
        let timezone = |value: Option<&str>| Change {
            name: "tributary.timezone".to_owned(),
            value: value.map(str::to_owned),
        };
        let headers = [
            ("schema", "revenue"),
            ("x-tributary-timezone", "Asia/Tokyo"),
        ];
        let mut settings = ClientSettings::of(&asked(&headers)).unwrap();
        settings.change(timezone(Some("Europe/Berlin")));
        let mut response = Response::new(());
        settings.keep_in(&mut response).unwrap();
        let cookie = response.metadata().get("set-cookie").unwrap();
        let cookie = format!("other=1; {}", cookie.to_str().unwrap());

        let again = [headers[0], headers[1], ("cookie", cookie.as_str())];
        let mut settings = ClientSettings::of(&asked(&again)).unwrap();
        assert!(settings.keeps_cookies());
        assert_eq!(settings.values()["schema"], "revenue");
        assert_eq!(settings.values()["tributary.timezone"], "Europe/Berlin");
        settings.change(timezone(None));
        assert_eq!(settings.values()["tributary.timezone"], "Asia/Tokyo");
    }

    #[test]
    fn a_client_gets_a_cookie_once_and_is_not_believed_any() {
        let mut response = Response::new(());
        let new = ClientSettings::of(&asked(&[])).unwrap();
        assert!(!new.keeps_cookies());
        new.keep_in(&mut response).unwrap();
        assert_eq!(response.metadata().get("set-cookie").unwrap(), "tributary=");

        let known = ClientSettings::of(&asked(&[("cookie", "tributary=")])).unwrap();
        let mut response = Response::new(());
        known.keep_in(&mut response).unwrap();
        assert!(response.metadata().is_empty());

        let status = ClientSettings::of(&asked(&[("cookie", "tributary=%")])).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}
