//! The public keys of an issuer: a JSON Web Key Set in a file or at a URL.
//!
//! Keys are read when the first token asks for them, and again when a token names an unknown one
//! or an hour has passed, because issuers replace their keys. Whatever tokens come, a set is read
//! at most twice a minute, and one that cannot be read leaves the old keys in place.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use datafusion::common::{DataFusionError, Result, plan_err};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use reqwest::{Client, redirect::Policy};
use serde::Deserialize;
use serde_json::value::RawValue;
use thiserror::Error;
use url::{Host, Url};

use super::with_causes;
use crate::clock::Clock;

const MAX_AGE: Duration = Duration::from_secs(60 * 60);
const PAUSE: Duration = Duration::from_secs(30);
const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 1 << 20;

/// A public key, and what it may verify.
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    pub(super) key: DecodingKey,
    /// The kind of the key decides: what a token says of itself never makes a public key a
    /// shared secret, or a signature unnecessary.
    pub(super) algorithms: Vec<Algorithm>,
}

#[derive(Debug)]
pub(super) struct KeySet {
    source: Source,
    clock: Clock,
    read: Mutex<Read>,
    /// When the set was last asked for; held while it is.
    asked_at: tokio::sync::Mutex<Option<Duration>>,
}

#[derive(Debug)]
enum Source {
    File(PathBuf),
    Url { url: Url, client: Client },
}

#[derive(Debug, Default)]
struct Read {
    keys: Vec<Arc<Key>>,
    at: Option<Duration>,
}

#[derive(Debug, Error)]
enum ReadError {
    #[error("file {}", .path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("expected at most {MAX_BYTES} bytes, got more")]
    TooLong,
    #[error("expected a JSON Web Key Set with a key for RS, PS, ES or EdDSA, got none")]
    NoKey,
    #[error("expected a JSON Web Key Set")]
    NoSet(#[from] serde_json::Error),
}

impl KeySet {
    /// # Errors
    /// A URL that anybody on the way could answer.
    pub(super) fn try_new(keys: &str, clock: Clock) -> Result<Self> {
        let source = if keys.contains("://") {
            url(keys)?
        } else {
            Source::File(keys.into())
        };
        Ok(Self {
            source,
            clock,
            read: Mutex::default(),
            asked_at: tokio::sync::Mutex::default(),
        })
    }

    /// The keys that may have signed a token: that of its `kid`, or all for one without.
    ///
    /// # Returns
    /// `None` if no key could ever be read.
    pub(super) async fn find(&self, id: Option<&str>) -> Option<Vec<Arc<Key>>> {
        let now = self.clock.elapsed();
        let (found, is_old) = self.lock().find(id, now);
        let asked_at = if found.is_empty() {
            Some(self.asked_at.lock().await)
        } else if is_old {
            // While somebody else asks for new ones, the old ones do.
            self.asked_at.try_lock().ok()
        } else {
            None
        };
        if let Some(mut asked_at) = asked_at
            && asked_at.is_none_or(|at| at + PAUSE <= now)
        {
            *asked_at = Some(now);
            match self.source.read().await {
                Ok(keys) => {
                    *self.lock() = Read {
                        keys,
                        at: Some(now),
                    }
                }
                Err(error) => {
                    let error = with_causes(&error);
                    tracing::warn!(source = %self.source, error, "keys of an issuer cannot be read");
                }
            }
        }
        let read = self.lock();
        read.at?;
        Some(read.find(id, now).0)
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().expect("no holder panics")
    }
}

impl Read {
    fn find(&self, id: Option<&str>, now: Duration) -> (Vec<Arc<Key>>, bool) {
        let fits = |key: &&Arc<Key>| id.is_none() || key.id.as_deref() == id;
        let found = self.keys.iter().filter(fits).map(Arc::clone).collect();
        (found, self.at.is_none_or(|at| at + MAX_AGE <= now))
    }
}

fn url(text: &str) -> Result<Source> {
    let expected =
        "security.issuers: keys: expected a file or an https URL (http only on loopback)";
    let Ok(url) = Url::parse(text) else {
        return plan_err!("{expected}, got {text}");
    };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
        return plan_err!("{expected}, got {text}");
    }
    // A redirect could lead from https to http.
    let client = Client::builder()
        .redirect(Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| DataFusionError::External(Box::new(error)))?;
    Ok(Source::Url { url, client })
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Url { url, .. } => write!(f, "{url}"),
        }
    }
}

impl Source {
    async fn read(&self) -> Result<Vec<Arc<Key>>, ReadError> {
        let text = match self {
            Self::File(path) => {
                let read = std::fs::read(path);
                read.map_err(|source| ReadError::File {
                    path: path.clone(),
                    source,
                })?
            }
            Self::Url { url, client } => {
                let mut response = client.get(url.clone()).send().await?.error_for_status()?;
                let mut text = Vec::new();
                while let Some(chunk) = response.chunk().await? {
                    text.extend_from_slice(&chunk);
                    if text.len() > MAX_BYTES {
                        return Err(ReadError::TooLong);
                    }
                }
                text
            }
        };
        keys(&text)
    }
}

/// Keys that we cannot use are left out: issuers also publish some for encryption.
fn keys(text: &[u8]) -> Result<Vec<Arc<Key>>, ReadError> {
    #[derive(Deserialize)]
    struct Set<'a> {
        #[serde(borrow)]
        keys: Vec<&'a RawValue>,
    }
    let set: Set<'_> = serde_json::from_slice(text)?;
    let keys = set.keys.iter().filter_map(|key| {
        let key: Jwk = serde_json::from_str(key.get()).ok()?;
        Some(Arc::new(Key {
            algorithms: algorithms(&key)?,
            key: DecodingKey::from_jwk(&key).ok()?,
            id: key.common.key_id,
        }))
    });
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() {
        return Err(ReadError::NoKey);
    }
    Ok(keys)
}

/// What a key may verify; `None` for a key that is not for signatures or not public.
fn algorithms(key: &Jwk) -> Option<Vec<Algorithm>> {
    let uses = &key.common.public_key_use;
    if uses
        .as_ref()
        .is_some_and(|it| *it != PublicKeyUse::Signature)
    {
        return None;
    }
    let of_kind: &[Algorithm] = match &key.algorithm {
        AlgorithmParameters::RSA(_) => &[
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ],
        AlgorithmParameters::EllipticCurve(curve) => match curve.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(pair) => match pair.curve {
            EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
            _ => return None,
        },
        // A shared secret is configured as one; here it would be public.
        _ => return None,
    };
    let Some(named) = key.common.key_algorithm else {
        return Some(of_kind.to_vec());
    };
    let named = Algorithm::try_from(named).ok()?;
    of_kind.contains(&named).then(|| vec![named])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The public key of RFC 7517, appendix A.1, shortened to what is read.
    const EC: &str = r#""kty":"EC","crv":"P-256",
        "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM""#;

    #[test]
    fn only_public_keys_for_signatures_are_taken() {
        let set = format!(
            r#"{{"keys":[
                {{{EC},"kid":"a"}},
                {{{EC},"kid":"b","use":"enc"}},
                {{{EC},"kid":"c","alg":"ES384"}},
                {{{EC},"kid":"d","use":"sig","alg":"ES256"}},
                {{"kty":"oct","kid":"e","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}},
                {{"kty":"RSA","kid":"f","n":"!","e":"AQAB"}},
                {{"kty":"new"}}
            ]}}"#
        );
        let keys = keys(set.as_bytes()).unwrap();
        let ids: Vec<_> = keys.iter().filter_map(|key| key.id.as_deref()).collect();
        assert_eq!(ids, ["a", "d"]);
        assert!(keys.iter().all(|key| key.algorithms == [Algorithm::ES256]));
        for wrong in [
            "",
            "[]",
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct","k":"YQ"}]}"#,
        ] {
            assert!(super::keys(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_come_over_https() {
        for good in [
            "keys.json",
            "/etc/keys.json",
            "https://a.example/k",
            "http://127.0.0.1:1/k",
        ] {
            KeySet::try_new(good, Clock::System).unwrap();
        }
        for wrong in [
            "http://a.example/k",
            "http://192.0.2.1/k",
            "ftp://a.example/k",
            "http://",
        ] {
            let error = KeySet::try_new(wrong, Clock::System)
                .unwrap_err()
                .to_string();
            assert!(error.contains("expected a file or an https URL"), "{error}");
        }
    }
}
