//! Tokens that let their bearers in.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tempfile::TempDir;

use super::{
    AUDIENCE, NOON, SECRET, claims, issuer,
    signer::{Signer, set_of},
    trusting, with,
};
use crate::security::{
    login::ask,
    support::{Guarded, basic, bearer},
};

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
