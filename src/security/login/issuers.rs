//! Tokens (JWT) that somebody else signs, such as the identity provider of the company.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::common::{Result, plan_err};
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, dangerous::insecure_decode_claims, decode,
    decode_header, errors::ErrorKind,
};
use serde_json::{Map, Value};

use super::{
    Refusal,
    identity::{Identity, Origin},
    keys::KeySet,
    session_token::{ISSUER, MIN_KEY_BYTES},
};
use crate::{
    clock::Clock,
    config::{Issuer, Security},
    security::{Caller, Login},
};

/// How far the clocks of two machines may be apart, in seconds.
const LEEWAY_SECS: f64 = 30.0;

type Claims = Map<String, Value>;

#[derive(Debug)]
pub(super) struct Issuers(Vec<Trusted>);

#[derive(Debug)]
struct Trusted {
    issuer: Issuer,
    keys: Keys,
    origin: Origin,
}

#[derive(Debug)]
enum Keys {
    Shared(DecodingKey),
    Public(KeySet),
}

impl Issuers {
    pub(super) fn try_new(security: &Security, clock: Clock) -> Result<Self> {
        let trusted = security.issuers.iter().map(|issuer| {
            if issuer.issuer == ISSUER {
                return plan_err!(
                    "security.issuers: expected another issuer than {ISSUER}, which signs the \
                     logins of this server"
                );
            }
            Ok(Trusted {
                keys: keys(issuer, security, clock)?,
                origin: Origin::of_issuer(issuer),
                issuer: issuer.clone(),
            })
        });
        Ok(Self(trusted.collect::<Result<_>>()?))
    }

    /// Whom a token stands for.
    ///
    /// # Errors
    /// What is wrong with it; details only if the signature is right.
    pub(super) async fn identify(&self, token: &str, now: Timestamp) -> Result<Identity, Refusal> {
        let header = decode_header(token).map_err(|_| Refusal::WrongToken)?;
        // A header that must be understood (`crit`) and is not makes the token invalid.
        if header.crit.is_some() {
            return Err(Refusal::WrongToken);
        }
        let claimed = claimed_issuer(token);
        let trusted = self.0.iter();
        let trusted = trusted.filter(|it| Some(&it.issuer.issuer) == claimed.as_ref());
        let mut refusal = Refusal::WrongToken;
        for trusted in trusted {
            match trusted.identify(token, &header, now).await {
                Ok(identity) => return Ok(identity),
                // Another entry may be for this audience.
                Err(error) => refusal = error,
            }
        }
        Err(refusal)
    }
}

/// Who a token says has signed it; nothing is proven yet.
pub(super) fn claimed_issuer(token: &str) -> Option<String> {
    let claims: Claims = insecure_decode_claims(token).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

fn keys(issuer: &Issuer, security: &Security, clock: Clock) -> Result<Keys> {
    let name = &issuer.issuer;
    match (&issuer.keys, &issuer.secret) {
        (Some(keys), None) => Ok(Keys::Public(KeySet::try_new(keys, clock)?)),
        (None, Some(secret)) => {
            let secret = secret.expose().as_bytes();
            if secret.len() < MIN_KEY_BYTES {
                return plan_err!(
                    "security.issuers: secret of {name}: expected at least {MIN_KEY_BYTES} bytes, \
                     got {}",
                    secret.len()
                );
            }
            let own = security.signing_key.as_ref();
            if own.is_some_and(|own| own.expose().as_bytes() == secret) {
                return plan_err!(
                    "security.issuers: secret of {name}: expected another one than \
                     security.signing_key, with which the issuer could sign any login"
                );
            }
            Ok(Keys::Shared(DecodingKey::from_secret(secret)))
        }
        (Some(_), Some(_)) => {
            plan_err!("security.issuers: expected keys or secret of {name}, got both")
        }
        (None, None) => {
            plan_err!("security.issuers: expected keys or secret of {name}, got neither")
        }
    }
}

impl Trusted {
    async fn identify(
        &self,
        token: &str,
        header: &Header,
        now: Timestamp,
    ) -> Result<Identity, Refusal> {
        let claims = self.verified(token, header).await?;
        let expires_at = self.check_times(&claims, now)?;
        let text = |claim: &str| value_at(&claims, claim).and_then(Value::as_str);
        let user = text(&self.issuer.user_claim).filter(|user| !user.is_empty());
        let user = user.ok_or_else(|| Refusal::NoUser {
            claim: self.issuer.user_claim.clone(),
        })?;
        let roles = value_at(&claims, &self.issuer.roles_claim);
        let attributes = self.issuer.attribute_claims.iter();
        let attributes = attributes.filter_map(|(name, claim)| {
            let values = texts(value_at(&claims, claim)?);
            (!values.is_empty()).then(|| (name.clone(), values))
        });
        Ok(Identity {
            caller: Caller {
                user: user.into(),
                login: Login::Named,
                roles: roles.map_or_else(BTreeSet::new, role_names),
                attributes: BTreeMap::from_iter(attributes),
                session: None,
            },
            expires_at: Some(expires_at),
            origin: self.origin.clone(),
        })
    }

    /// The claims of a token that this issuer signed for our audience.
    async fn verified(&self, token: &str, header: &Header) -> Result<Claims, Refusal> {
        const SHARED: [Algorithm; 3] = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
        match &self.keys {
            Keys::Shared(key) => self.decode(token, header.alg, key, &SHARED),
            Keys::Public(keys) => {
                let keys = keys.find(header.kid.as_deref()).await;
                let mut refusal = Refusal::WrongToken;
                for key in keys.ok_or(Refusal::NoKeys)? {
                    match self.decode(token, header.alg, &key.key, &key.algorithms) {
                        Ok(claims) => return Ok(claims),
                        Err(Refusal::WrongToken) => {}
                        Err(error) => refusal = error,
                    }
                }
                Err(refusal)
            }
        }
    }

    fn decode(
        &self,
        token: &str,
        algorithm: Algorithm,
        key: &DecodingKey,
        allowed: &[Algorithm],
    ) -> Result<Claims, Refusal> {
        if !allowed.contains(&algorithm) {
            return Err(Refusal::WrongToken);
        }
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.issuer.issuer]);
        validation.set_audience(&[&self.issuer.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        // The library reads the time of the system; ours can be set.
        validation.validate_exp = false;
        decode::<Claims>(token, key, &validation)
            .map(|token| token.claims)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidAudience => Refusal::Audience {
                    expected: self.issuer.audience.clone(),
                },
                _ => Refusal::WrongToken,
            })
    }

    /// When the token expires.
    fn check_times(&self, claims: &Claims, now: Timestamp) -> Result<Timestamp, Refusal> {
        let seconds = now.as_duration().as_secs_f64();
        let expires = claims.get("exp").and_then(Value::as_f64);
        let expires = expires.ok_or(Refusal::WrongToken)?;
        if expires + LEEWAY_SECS <= seconds {
            return Err(Refusal::Expired);
        }
        match claims.get("nbf").map(Value::as_f64) {
            Some(None) => return Err(Refusal::WrongToken),
            Some(Some(begins)) if begins - LEEWAY_SECS > seconds => {
                return Err(Refusal::TooEarly);
            }
            Some(Some(_)) | None => {}
        }
        // The cast saturates.
        let expires = (expires + LEEWAY_SECS) as i64;
        Ok(Timestamp::from_second(expires).unwrap_or(Timestamp::MAX))
    }
}

/// A claim by its name, or by its path such as `realm_access.roles`.
fn value_at<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        value_at(claims.get(first)?.as_object()?, rest)
    })
}

/// Roles are a list, or text with spaces between them as in `scope`.
fn role_names(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        value => texts(value).into_iter().collect(),
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(truth) => vec![truth.to_string()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}
