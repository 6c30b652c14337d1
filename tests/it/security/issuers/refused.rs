//! Tokens that are none, and issuers that nobody should trust.

use std::sync::Arc;

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tempfile::TempDir;
use tonic::Code;
use tributary::config::Issuer;

use super::{
    ISSUER, NOON, SECRET, claims, issuer,
    signer::{Signer, set_of},
    trusting, with, without,
};
use crate::security::{
    login::ask,
    support::{Guarded, SIGNING_KEY, bearer, seconds},
};

#[tokio::test]
async fn tokens_that_are_not_for_us_are_refused() {
    let (ours, theirs) = (
        Signer::new("ours", Algorithm::RS256),
        Signer::new("ours", Algorithm::RS256),
    );
    let curve = Signer::new("curve", Algorithm::ES256);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, set_of(&[&ours, &curve])).unwrap();
    let served = Guarded::start(&trusting([issuer(file.to_str(), None)])).await;
    let visitor = served.visitor().await;

    // The classic: the public key, which everybody has, as the secret of an HMAC.
    let confused = |secret: &[u8]| {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some("ours".to_owned());
        encode(&header, &claims(), &EncodingKey::from_secret(secret)).unwrap()
    };
    let modulus = ours.public()["n"].as_str().unwrap().to_owned();
    let good = ours.sign(&claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (_, changed) = signed.split_once('.').unwrap();
    let unsigned = "eyJhbGciOiJub25lIn0";
    let mut critical = Header::new(Algorithm::RS256);
    critical.kid = Some("ours".to_owned());
    critical.crit = Some(vec!["exp".to_owned()]);
    let critical = encode(&critical, &claims(), &ours.key).unwrap();

    for (attack, token, expected) in [
        (
            "public key as secret",
            confused(ours.pair.public_key_pem().as_bytes()),
            "not valid:",
        ),
        (
            "modulus as secret",
            confused(modulus.as_bytes()),
            "not valid:",
        ),
        ("none", format!("{unsigned}.{changed}."), "not valid:"),
        (
            "none with signature",
            format!("{unsigned}.{changed}.{signature}"),
            "not valid:",
        ),
        ("no signature", format!("{signed}."), "not valid:"),
        ("other key", theirs.sign(&claims()), "not valid:"),
        (
            "key of another kind",
            curve.sign_as(Algorithm::ES256, Some("ours"), &claims()),
            "not valid:",
        ),
        ("critical header", critical, "not valid:"),
        (
            "issuer",
            ours.sign(&with("iss", "https://evil.example")),
            "not valid:",
        ),
        ("no issuer", ours.sign(&without("iss")), "not valid:"),
        (
            "our own issuer",
            ours.sign(&with("iss", "tributary")),
            "not valid:",
        ),
        (
            "several issuers",
            ours.sign(&with("iss", json!([ISSUER]))),
            "not valid:",
        ),
        (
            "audience",
            ours.sign(&with("aud", "another.example")),
            "expected the audience tributary",
        ),
        ("no audience", ours.sign(&without("aud")), "not valid:"),
        (
            "expired",
            ours.sign(&with("exp", NOON - 30)),
            "expired: log in again",
        ),
        ("no expiry", ours.sign(&without("exp")), "not valid:"),
        (
            "expiry in text",
            ours.sign(&with("exp", "2030-01-01")),
            "not valid:",
        ),
        (
            "too early",
            ours.sign(&with("nbf", NOON + 31)),
            "not valid yet",
        ),
        ("nbf in text", ours.sign(&with("nbf", "soon")), "not valid:"),
        (
            "no user",
            ours.sign(&without("sub")),
            "expected text in the claim sub",
        ),
        (
            "empty user",
            ours.sign(&with("sub", "")),
            "expected text in the claim sub",
        ),
        (
            "user is no text",
            ours.sign(&with("sub", json!(["carol"]))),
            "not valid:",
        ),
    ] {
        // These are fewer than the failures that are free for one address.
        let status = ask(&visitor, &token).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{attack}: {status}");
        assert!(status.message().contains(expected), "{attack}: {status}");
    }
    ask(&visitor, &good).await.unwrap();
    // What was right stays so only until it expires; the login made with it ends too.
    let session = visitor.log_in(&[&bearer(&good)]).await.unwrap();
    served.clock.advance(seconds(600 + 30));
    for token in [&good, &session] {
        let status = ask(&visitor, token).await.unwrap_err();
        assert_eq!(status.message(), "the login has expired: log in again");
    }
}

#[tokio::test]
async fn issuers_that_cannot_be_trusted_are_named() {
    let root = TempDir::new().unwrap();
    let engine = crate::flight_sql::small_warehouse::engine(root.path()).await;
    let ours = Issuer {
        issuer: "tributary".to_owned(),
        ..issuer(None, Some(SECRET))
    };
    for (issuer, expected) in [
        (
            issuer(None, None),
            "expected keys or secret of https://login.shop.example, got neither",
        ),
        (issuer(Some("a"), Some(SECRET)), "got both"),
        (
            issuer(None, Some("short")),
            "expected at least 32 bytes, got 5",
        ),
        (issuer(None, Some(SIGNING_KEY)), "expected another one than"),
        (
            issuer(Some("http://keys.example/"), None),
            "expected a file or an https URL",
        ),
        (ours, "expected another issuer than tributary"),
    ] {
        let config = trusting([issuer]);
        let server = tributary::flight_sql::Server::try_new(Arc::clone(&engine), &config);
        let error = server.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("short"), "{error}");
    }
}
