//! Tokens that others sign, and whom the server trusts to.

// What gets in.
mod accepted;
// Where the keys of an issuer come from.
mod keys;
// What does not.
mod refused;
// Those who sign.
mod signer;

use serde_json::{Value, json};
use tributary::config::{Config, Issuer, Secret};

use super::support::config;

const ISSUER: &str = "https://login.shop.example";
const AUDIENCE: &str = "tributary.shop.example";
const SECRET: &str = "a secret of the issuer, which is long enough";
/// 2026-09-01T12:00:00Z, when the tests happen.
const NOON: i64 = 1_788_264_000;

fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "carol",
        "exp": NOON + 600,
        "roles": ["manager"],
    })
}

fn with(claim: &str, value: impl Into<Value>) -> Value {
    let mut claims = claims();
    claims[claim] = value.into();
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

fn issuer(keys: Option<&str>, secret: Option<&str>) -> Issuer {
    Issuer {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        keys: keys.map(str::to_owned),
        secret: secret.map(|secret| Secret::new(secret.to_owned())),
        user_claim: "sub".to_owned(),
        roles_claim: "roles".to_owned(),
        attribute_claims: [("team_id".to_owned(), "team".to_owned())].into(),
    }
}

fn trusting(issuers: impl IntoIterator<Item = Issuer>) -> Config {
    let mut config = config();
    config.security.issuers.extend(issuers);
    config
}
