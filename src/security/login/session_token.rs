//! The token that a login gets: signed, expiring, and complete, so that no replica keeps a list.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    time::Duration,
};

use datafusion::common::{DataFusionError, Result, plan_err};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Refusal,
    identity::{Identity, Origin},
};
use crate::{
    config::Security,
    security::{Caller, Login},
};

pub(super) const MIN_KEY_BYTES: usize = 32;
/// The claim `iss` of our own tokens.
pub(super) const ISSUER: &str = "tributary";

pub(super) struct SessionTokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    lifetime: Duration,
    /// What may have let somebody in, as it is configured now.
    origins: HashSet<Origin>,
}

impl std::fmt::Debug for SessionTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionTokens")
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    roles: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<String, Vec<String>>,
    /// The session.
    sid: Uuid,
    /// Whose entry of the configuration let the user in.
    origin: String,
    iat: i64,
    exp: i64,
}

impl SessionTokens {
    pub(super) fn try_new(security: &Security, origins: HashSet<Origin>) -> Result<Self> {
        let random: [u8; MIN_KEY_BYTES];
        let key = match &security.signing_key {
            Some(key) => key.expose().as_bytes(),
            None => {
                random = rand::random();
                &random
            }
        };
        if key.len() < MIN_KEY_BYTES {
            return plan_err!(
                "security.signing_key: expected at least {MIN_KEY_BYTES} bytes, got {}: make one \
                 with `tributary token`",
                key.len()
            );
        }
        if security.token_lifetime.is_zero() {
            return plan_err!("security.token_lifetime: expected a positive duration, got 0s");
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        // The library reads the time of the system; ours can be set.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Ok(Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validation,
            lifetime: security.token_lifetime,
            origins,
        })
    }

    /// A token of a new session.
    ///
    /// # Errors
    /// Only those of the cryptography, which a key of the right kind never has.
    pub(super) fn issue(&self, identity: &Identity, now: Timestamp) -> Result<String> {
        let end = now.saturating_add(self.lifetime).unwrap_or(Timestamp::MAX);
        let end = identity.expires_at.map_or(end, |at| end.min(at));
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: identity.caller.user.to_string(),
            roles: identity.caller.roles.clone(),
            attributes: identity.caller.attributes.clone(),
            sid: Uuid::new_v4(),
            origin: identity.origin.0.clone(),
            iat: now.as_second(),
            exp: end.as_second(),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| DataFusionError::External(Box::new(error)))
    }

    /// Who holds a token of ours.
    ///
    /// # Errors
    /// One that is not ours or was changed; one that has expired, or whose user, password or roles
    /// the configuration has changed since.
    pub(super) fn caller(&self, token: &str, now: Timestamp) -> Result<Caller, Refusal> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation);
        let claims = claims.map_err(|_| Refusal::WrongToken)?.claims;
        let origin = Origin(claims.origin);
        if claims.exp <= now.as_second() || !self.origins.contains(&origin) {
            return Err(Refusal::Expired);
        }
        let login = if origin == Origin::of_nobody() {
            Login::Anonymous
        } else {
            Login::Named
        };
        Ok(Caller {
            user: claims.sub.into(),
            login,
            roles: claims.roles,
            attributes: claims.attributes,
            session: Some(claims.sid),
        })
    }
}
