//! Keys that are read from a file or fetched from their issuer, and replaced there.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, routing::get};
use jsonwebtoken::Algorithm;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tonic::Code;

use super::{
    NOON, claims, issuer,
    signer::{Signer, set_of},
    trusting, with,
};
use crate::security::{
    login::ask,
    support::{ADA, Guarded, basic, seconds},
};

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
    visitor.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();
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
