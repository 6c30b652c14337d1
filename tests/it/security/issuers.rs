use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::Code;
use tributary::config::{Config, Issuer, Secret};

use super::{
    login::ask,
    support::{Guarded, basic, bearer, config, seconds},
};

const ISSUER: &str = "https://login.shop.example";
const AUDIENCE: &str = "tributary.shop.example";
const SECRET: &str = "a secret of the issuer, which is long enough";
/// 2026-09-01T12:00:00Z, when the tests happen.
const NOON: i64 = 1_788_264_000;

/// A private key, and how its issuer calls it.
struct Signer {
    id: String,
    algorithm: Algorithm,
    key: EncodingKey,
    pair: KeyPair,
}

impl Signer {
    fn new(id: &str, algorithm: Algorithm) -> Self {
        let pair = |kind| KeyPair::generate_for(kind).unwrap();
        let pair = match algorithm {
            Algorithm::ES256 => pair(&PKCS_ECDSA_P256_SHA256),
            Algorithm::ES384 => pair(&PKCS_ECDSA_P384_SHA384),
            Algorithm::EdDSA => pair(&PKCS_ED25519),
            _ => pair(&PKCS_RSA_SHA256),
        };
        let pem = pair.serialize_pem();
        let key = match algorithm {
            Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
            Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
            _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
        };
        Self {
            id: id.to_owned(),
            algorithm,
            key: key.unwrap(),
            pair,
        }
    }

    fn public(&self) -> Value {
        if self.algorithm == Algorithm::EdDSA {
            let x = URL_SAFE_NO_PAD.encode(self.pair.public_key_raw());
            return json!({"kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": x});
        }
        let mut key = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        key.common.key_id = Some(self.id.clone());
        key.common.key_algorithm = None;
        serde_json::to_value(key).unwrap()
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as(self.algorithm, Some(&self.id), claims)
    }

    fn sign_as(&self, algorithm: Algorithm, id: Option<&str>, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = id.map(str::to_owned);
        encode(&header, claims, &self.key).unwrap()
    }
}

fn set_of(signers: &[&Signer]) -> String {
    let keys: Vec<Value> = signers.iter().map(|signer| signer.public()).collect();
    json!({ "keys": keys }).to_string()
}

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

#[tokio::test]
async fn every_kind_of_key_lets_its_own_tokens_in() {
    let signers = [
        Signer::new("rs", Algorithm::RS256),
        Signer::new("ps", Algorithm::PS384),
        Signer::new("es", Algorithm::ES256),
        Signer::new("es384", Algorithm::ES384),
        Signer::new("ed", Algorithm::EdDSA),
    ];
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, set_of(&signers.iter().collect::<Vec<_>>())).unwrap();
    let served = Guarded::start(&trusting([issuer(file.to_str(), None)])).await;
    let visitor = served.visitor().await;
    for signer in &signers {
        let token = signer.sign(&claims());
        ask(&visitor, &token).await.unwrap();
        let session = visitor.log_in(&[&bearer(&token)]).await.unwrap();
        ask(&visitor, &session).await.unwrap();
        visitor.ask(&[&basic("token", &token)]).await.unwrap();
        // Without its name every key is tried.
        ask(&visitor, &signer.sign_as(signer.algorithm, None, &claims()))
            .await
            .unwrap();
        // Another name is another key.
        let token = signer.sign_as(signer.algorithm, Some("nobody's"), &claims());
        ask(&visitor, &token).await.unwrap_err();
    }
    for audience in [json!([AUDIENCE]), json!(["other", AUDIENCE])] {
        ask(&visitor, &signers[0].sign(&with("aud", audience)))
            .await
            .unwrap();
    }
    // Clocks differ a little.
    for claims in [
        with("exp", NOON - 20),
        with("nbf", NOON + 20),
        with("exp", 1_788_264_600.5),
    ] {
        ask(&visitor, &signers[0].sign(&claims)).await.unwrap();
    }
}

#[tokio::test]
async fn a_shared_secret_is_one_too() {
    let served = Guarded::start(&trusting([issuer(None, Some(SECRET))])).await;
    let visitor = served.visitor().await;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let token = encode(&Header::new(algorithm), &claims(), &key).unwrap();
        ask(&visitor, &token).await.unwrap();
    }
    let other = EncodingKey::from_secret(b"a secret of somebody else, which is long");
    let token = encode(&Header::default(), &claims(), &other).unwrap();
    ask(&visitor, &token).await.unwrap_err();
}

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

/// Serves a key set that tests exchange, and counts who asks.
struct KeyServer {
    url: String,
    answer: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicUsize>,
}

impl KeyServer {
    async fn start(keys: String) -> Self {
        let answer = Arc::new(Mutex::new(Some(keys)));
        let asked = Arc::new(AtomicUsize::new(0));
        let (answers, count) = (Arc::clone(&answer), Arc::clone(&asked));
        let route = get(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answers.lock().unwrap().clone();
            async move { answer.ok_or(StatusCode::INTERNAL_SERVER_ERROR) }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let router = Router::new().route("/keys", route);
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self { url, answer, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn keys_are_fetched_when_needed_and_replaced_with_their_issuer() {
    let (old, new) = (
        Signer::new("old", Algorithm::ES256),
        Signer::new("new", Algorithm::ES256),
    );
    let keys = KeyServer::start(set_of(&[&old])).await;
    let served = Guarded::start(&trusting([issuer(Some(&keys.url), None)])).await;
    let visitor = served.visitor().await;
    let claims = with("exp", NOON + 100_000);
    let (old_token, new_token) = (old.sign(&claims), new.sign(&claims));
    visitor
        .log_in(&[&basic(super::support::ADA.0, super::support::ADA.1)])
        .await
        .unwrap();
    assert_eq!(keys.asked(), 0, "nobody has sent a token of the issuer");
    for _ in 0..3 {
        ask(&visitor, &old_token).await.unwrap();
    }
    assert_eq!(keys.asked(), 1);

    // An unknown key is asked for, but not at every token.
    for _ in 0..3 {
        ask(&visitor, &new_token).await.unwrap_err();
    }
    assert_eq!(keys.asked(), 1);
    *keys.answer.lock().unwrap() = Some(set_of(&[&new]));
    served.clock.advance(seconds(30));
    ask(&visitor, &new_token).await.unwrap();
    assert_eq!(keys.asked(), 2);
    ask(&visitor, &old_token).await.unwrap_err();
    assert_eq!(keys.asked(), 2);

    // A failing fetch keeps the keys.
    *keys.answer.lock().unwrap() = None;
    served.clock.advance(seconds(30));
    ask(&visitor, &old_token).await.unwrap_err();
    assert_eq!(keys.asked(), 3);
    for answer in [None, Some("no JSON".to_owned()), Some("x".repeat(2 << 20))] {
        *keys.answer.lock().unwrap() = answer;
        served.clock.advance(seconds(3600));
        let before = keys.asked();
        ask(&visitor, &new_token).await.unwrap();
        assert_eq!(keys.asked(), before + 1, "keys grow old");
    }
}

#[tokio::test]
async fn an_issuer_that_cannot_be_reached_is_said_to_be() {
    let signer = Signer::new("a", Algorithm::ES256);
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("keys.json");
    for keys in [missing.to_str().unwrap(), "http://127.0.0.1:1/keys"] {
        let served = Guarded::start(&trusting([issuer(Some(keys), None)])).await;
        let visitor = served.visitor().await;
        let status = ask(&visitor, &signer.sign(&claims())).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("try again"), "{status}");
        assert!(!status.message().contains(keys), "{status}");
    }
}

#[tokio::test]
async fn issuers_that_cannot_be_trusted_are_named() {
    let root = TempDir::new().unwrap();
    let engine = crate::flight_sql::support::engine(root.path()).await;
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
        (
            issuer(None, Some(super::support::SIGNING_KEY)),
            "expected another one than",
        ),
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
