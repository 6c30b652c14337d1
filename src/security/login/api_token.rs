//! Tokens that programs keep: long random text, of which the configuration knows the SHA-256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use datafusion::common::{Result, plan_err};
use jiff::Timestamp;
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Refusal,
    identity::{Identity, hex},
};
use crate::config::ApiToken;

/// Lets secret scanners find a token that was published by mistake.
const PREFIX: &str = "tributary_";
const RANDOM_BYTES: usize = 32;

#[derive(Debug)]
pub(super) struct ApiTokens(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    digest: [u8; 32],
    identity: Identity,
}

impl ApiTokens {
    pub(super) fn try_new(tokens: &[ApiToken]) -> Result<Self> {
        let entries = tokens.iter().map(|token| {
            let Some(digest) = digest_of(token.sha256.expose()) else {
                return plan_err!(
                    "security.tokens: sha256 of {} must be 64 hexadecimal digits, as \
                     `tributary token` prints them, got {} characters",
                    token.name,
                    token.sha256.expose().len()
                );
            };
            let identity = Identity::of_token(token);
            Ok(Entry { digest, identity })
        });
        Ok(Self(entries.collect::<Result<_>>()?))
    }

    /// Whom the token stands for; `None` for one that is not ours.
    ///
    /// # Errors
    /// A token that has expired.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Result<Option<&Identity>, Refusal> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        // All are compared, so that the time says nothing of which one was nearly right.
        let mut found = None;
        for entry in &self.0 {
            if bool::from(entry.digest.ct_eq(&digest)) {
                found = Some(&entry.identity);
            }
        }
        match found {
            Some(identity) if identity.expires_at.is_some_and(|at| at <= now) => {
                Err(Refusal::Expired)
            }
            found => Ok(found),
        }
    }
}

fn digest_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    let pairs = hexadecimal.as_bytes().chunks(2);
    if hexadecimal.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(pairs) {
        let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
        *byte = u8::try_from(high? * 16 + low?).ok()?;
    }
    Some(digest)
}

/// A new token and its SHA-256 in hexadecimal digits.
///
/// # Errors
/// An external error when the system has no random numbers.
pub fn new_api_token() -> Result<(String, String)> {
    let mut random = [0; RANDOM_BYTES];
    OsRng.try_fill_bytes(&mut random).map_err(|error| {
        datafusion::common::DataFusionError::External(Box::new(error))
            .context("random numbers of the system")
    })?;
    let token = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
    let digest = hex(&Sha256::digest(&token));
    Ok((token, digest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Attributes, Secret};

    fn entry(name: &str, sha256: &str, expires_at: Option<&str>) -> ApiToken {
        ApiToken {
            name: name.to_owned(),
            sha256: Secret::new(sha256.to_owned()),
            roles: vec!["reader".to_owned()],
            attributes: Attributes::new(),
            expires_at: expires_at.map(|at| at.parse().unwrap()),
        }
    }

    #[test]
    fn a_token_is_known_by_its_digest_until_it_expires() {
        let (first, second) = (new_api_token().unwrap(), new_api_token().unwrap());
        let tokens = ApiTokens::try_new(&[
            entry("nightly", &first.1.to_uppercase(), None),
            entry("summer", &second.1, Some("2026-09-01T00:00:00Z")),
        ])
        .unwrap();
        let find = |token: &str, now: &str| {
            let found = tokens.find(token, now.parse().unwrap())?;
            Ok(found.map(|identity| identity.caller.user.to_string()))
        };
        let (before, after) = ("2026-08-31T23:59:59Z", "2026-09-01T00:00:00Z");
        assert_eq!(find(&first.0, after), Ok(Some("nightly".to_owned())));
        assert_eq!(find(&second.0, before), Ok(Some("summer".to_owned())));
        assert_eq!(find(&second.0, after), Err(Refusal::Expired));
        // The digest, which others may read in the configuration, is no token.
        for wrong in ["", "nightly", &first.1, &first.0[..first.0.len() - 1]] {
            assert_eq!(find(wrong, before), Ok(None), "{wrong}");
        }
    }

    #[test]
    fn digests_that_are_none_are_named() {
        for wrong in ["", "abc", &"g".repeat(64), &"é".repeat(32)] {
            let error = ApiTokens::try_new(&[entry("nightly", wrong, None)]).unwrap_err();
            let error = error.to_string();
            assert!(error.contains("sha256 of nightly must be 64"), "{error}");
        }
    }
}
