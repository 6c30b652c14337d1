use std::sync::Arc;

use arrow_flight::{
    FlightDescriptor, Ticket,
    flight_service_client::FlightServiceClient,
    sql::{ProstMessageExt, client::FlightSqlServiceClient},
};
use futures::TryStreamExt;
use prost::Message;
use tonic::{Code, Request, metadata::MetadataValue};
use tributary::config::{Config, Secret};

use super::support::{
    ADA, API_TOKEN, Guarded, SIGNING_KEY, Visitor, basic, bearer, config, seconds, user,
};
use crate::flight_sql::support::{Client, statement};

#[tokio::test]
async fn item_01_without_logins_any_header_will_do() {
    let served = Guarded::start(&Config::default()).await;
    let visitor = served.visitor().await;
    let basic = basic("someone", "something");
    for headers in [
        &[][..],
        &["Bearer None"],
        &["Bearer abc.def.ghi"],
        &[&basic],
        &["Basic OnNlY3JldA=="],
        &["nonsense"],
        &[&basic, "Bearer None"],
    ] {
        visitor.ask(headers).await.unwrap();
        let token = visitor.log_in(headers).await.unwrap();
        visitor.ask(&[&bearer(&token)]).await.unwrap();
    }
    let token = visitor.log_in_by_payload("someone", "").await.unwrap();
    visitor.ask(&[&bearer(&token)]).await.unwrap();
    let client = Client(FlightServiceClient::new(visitor.0));
    let rows = client.query("SELECT count(*) FROM orders").await.unwrap();
    assert_eq!(rows.rows(), [["3"]]);
}

#[tokio::test]
async fn item_01_a_password_is_exchanged_for_a_token() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let basic = basic(ADA.0, ADA.1);
    let first = visitor.log_in(&[&basic]).await.unwrap();
    let second = visitor.log_in(&[&basic]).await.unwrap();
    assert_ne!(first, second, "each login is a session of its own");
    for header in [&basic, &bearer(&first), &bearer(&second)] {
        visitor.ask(&[header]).await.unwrap();
    }
    // A token is no way to a longer life: the same comes back.
    assert_eq!(visitor.log_in(&[&bearer(&first)]).await.unwrap(), first);

    let old = visitor.log_in_by_payload(ADA.0, ADA.1).await.unwrap();
    visitor.ask(&[&bearer(&old)]).await.unwrap();
}

#[tokio::test]
async fn item_01_the_client_of_arrow_logs_in_and_queries() {
    let served = Guarded::start(&config()).await;
    let mut client = FlightSqlServiceClient::new(served.channel().await);
    let refused = client.execute("SELECT 1".to_owned(), None).await;
    assert!(refused.unwrap_err().to_string().contains("log in first"));
    let refused = client.handshake(ADA.0, "wrong").await.unwrap_err();
    assert!(refused.to_string().contains("login failed"), "{refused}");
    client.handshake(ADA.0, ADA.1).await.unwrap();
    let info = client.execute("SELECT order_id FROM orders".to_owned(), None);
    let ticket = info.await.unwrap().endpoint[0].ticket.clone().unwrap();
    let batches: Vec<_> = client
        .do_get(ticket)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(
        batches.iter().map(|batch| batch.num_rows()).sum::<usize>(),
        3
    );
}

#[tokio::test]
async fn item_01_tokens_come_in_every_way_that_clients_have() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let session = visitor.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();
    for token in [API_TOKEN, &session] {
        visitor.ask(&[&bearer(token)]).await.unwrap();
        // Tools that know only users and passwords.
        for user in ["token", ADA.0, "nobody"] {
            visitor.ask(&[&basic(user, token)]).await.unwrap();
            let exchanged = visitor.log_in(&[&basic(user, token)]).await.unwrap();
            visitor.ask(&[&bearer(&exchanged)]).await.unwrap();
        }
        let exchanged = visitor.log_in(&[&bearer(token)]).await.unwrap();
        visitor.ask(&[&bearer(&exchanged)]).await.unwrap();
        // Clients of the oldest kind send the token in a header of bytes.
        let mut request = Request::new(arrow_flight::Empty {});
        let value = MetadataValue::from_bytes(token.as_bytes());
        request.metadata_mut().insert_bin("auth-token-bin", value);
        visitor.client(&[]).list_actions(request).await.unwrap();
    }
}

#[tokio::test]
async fn item_01_14_wrong_and_half_filled_logins_say_what_is_wrong() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    for (header, expected) in [
        (
            basic(ADA.0, "wrong"),
            "login failed: the user or the password is wrong",
        ),
        (
            basic("nobody", ADA.1),
            "login failed: the user or the password is wrong",
        ),
        (
            basic("Ada", ADA.1),
            "login failed: the user or the password is wrong",
        ),
        (basic(ADA.0, ""), "user and password required"),
        (basic("", ADA.1), "user and password required"),
        (bearer("None"), "the token is not valid: log in again"),
        (
            "Digest abc".to_owned(),
            "expected authorization: Basic … or Bearer …",
        ),
    ] {
        for status in [
            visitor.ask(&[&header]).await.unwrap_err(),
            visitor.log_in(&[&header]).await.unwrap_err(),
        ] {
            assert_eq!(status.code(), Code::Unauthenticated, "{header}: {status}");
            assert!(status.message().contains(expected), "{header}: {status}");
            assert!(!status.message().contains(ADA.1), "{status}");
        }
    }
    let status = visitor.log_in(&[]).await.unwrap_err();
    assert!(status.message().contains("log in first"), "{status}");
    let status = visitor.log_in_by_payload(ADA.0, "").await.unwrap_err();
    assert!(
        status.message().contains("user and password required"),
        "{status}"
    );
}

#[tokio::test]
async fn logins_end_after_their_lifetime() {
    let mut config = config();
    config.security.token_lifetime = seconds(3600);
    let served = Guarded::start(&config).await;
    let visitor = served.visitor().await;
    let basic = basic(ADA.0, ADA.1);
    let token = visitor.log_in(&[&basic]).await.unwrap();
    served.clock.advance(seconds(3599));
    visitor.ask(&[&bearer(&token)]).await.unwrap();
    served.clock.advance(seconds(1));
    for status in [
        visitor.ask(&[&bearer(&token)]).await.unwrap_err(),
        visitor.log_in(&[&bearer(&token)]).await.unwrap_err(),
    ] {
        assert_eq!(status.code(), Code::Unauthenticated);
        assert_eq!(status.message(), "the login has expired: log in again");
    }
    let token = visitor.log_in(&[&basic]).await.unwrap();
    visitor.ask(&[&bearer(&token)]).await.unwrap();
}

#[tokio::test]
async fn a_login_ends_with_the_token_that_it_was_made_with() {
    let mut config = config();
    config.security.tokens[0].expires_at = Some("2026-09-01T13:00:00Z".parse().unwrap());
    let served = Guarded::start(&config).await;
    let visitor = served.visitor().await;
    let exchanged = visitor.log_in(&[&bearer(API_TOKEN)]).await.unwrap();
    served.clock.advance(seconds(3600));
    for token in [API_TOKEN, &exchanged] {
        let status = visitor.ask(&[&bearer(token)]).await.unwrap_err();
        assert_eq!(status.message(), "the login has expired: log in again");
    }
}

#[tokio::test]
async fn replicas_with_the_same_key_believe_each_other() {
    let base = config();
    let with_key = |key: Option<&str>| {
        let mut config = base.clone();
        config.security.signing_key = key.map(|key| Secret::new(key.to_owned()));
        config
    };
    let first = Guarded::start(&with_key(Some(SIGNING_KEY))).await;
    let token = first.visitor().await.log_in(&[&basic(ADA.0, ADA.1)]).await;
    let header = bearer(&token.unwrap());
    let ask = async |config: &Config| {
        let served = Guarded::start(config).await;
        served.visitor().await.ask(&[&header]).await
    };
    ask(&with_key(Some(SIGNING_KEY))).await.unwrap();
    for key in [
        Some("another key, which is long enough for a signature"),
        None,
    ] {
        let status = ask(&with_key(key)).await.unwrap_err();
        assert_eq!(status.message(), "the token is not valid: log in again");
    }
    // What the configuration says of the user has changed since.
    let change = |change: fn(&mut Config)| {
        let mut config = with_key(Some(SIGNING_KEY));
        change(&mut config);
        config
    };
    for config in [
        change(|config| config.security.users[0] = user(ADA.0, "another password")),
        change(|config| config.security.users[0].roles.clear()),
        change(|config| config.security.users[0].attributes.clear()),
        change(|config| config.security.users.retain(|user| user.name != ADA.0)),
    ] {
        let status = ask(&config).await.unwrap_err();
        assert_eq!(status.message(), "the login has expired: log in again");
    }
    // What it says of others has not to do with it.
    ask(&change(|config| config.security.users.truncate(1)))
        .await
        .unwrap();
    // Nor does a token from before there were logins let anybody in.
    let mut open = Config::default();
    open.security.signing_key = Some(Secret::new(SIGNING_KEY.to_owned()));
    let token = Guarded::start(&open)
        .await
        .visitor()
        .await
        .log_in(&[])
        .await;
    let served = Guarded::start(&config()).await;
    let status = served
        .visitor()
        .await
        .ask(&[&bearer(&token.unwrap())])
        .await;
    assert_eq!(status.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_right_password_is_not_checked_again_for_a_while() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    // More than the failures that are free, and as fast as they go.
    let logins = (0..30).map(|_| async {
        visitor.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();
    });
    futures::future::join_all(logins).await;
    served.clock.advance(seconds(301));
    visitor.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();
}

#[tokio::test]
async fn configurations_that_cannot_work_are_named() {
    let root = tempfile::TempDir::new().unwrap();
    let engine = crate::flight_sql::small_warehouse::engine(root.path()).await;
    let error = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        let server = tributary::flight_sql::Server::try_new(Arc::clone(&engine), &config);
        server.unwrap_err().to_string()
    };
    for (error, expected) in [
        (
            error(|config| config.security.signing_key = Some(Secret::new("short".to_owned()))),
            "security.signing_key: expected at least 32 bytes, got 5",
        ),
        (
            error(|config| config.security.users[1].name = ADA.0.to_owned()),
            "security.users: expected each name once, got ada twice",
        ),
        (
            error(|config| config.security.users[0].password = Secret::new("plain".to_owned())),
            "password of ada",
        ),
        (
            error(|config| config.security.tokens[0].sha256 = Secret::new("plain".to_owned())),
            "sha256 of nightly must be 64 hexadecimal digits",
        ),
        (
            error(|config| config.security.token_lifetime = seconds(0)),
            "security.token_lifetime: expected a positive duration",
        ),
    ] {
        assert!(error.contains(expected), "{error}");
        assert!(
            !error.contains("plain") && !error.contains("short"),
            "{error}"
        );
    }
}

/// A descriptor and a ticket that are fine for whoever may ask.
pub(crate) fn question() -> (FlightDescriptor, Ticket) {
    let command = statement("SELECT 1").as_any().encode_to_vec();
    (
        FlightDescriptor::new_cmd(command.clone()),
        Ticket::new(command),
    )
}

/// Asks with one header.
pub(crate) async fn ask(visitor: &Visitor, token: &str) -> Result<(), tonic::Status> {
    visitor.ask(&[&bearer(token)]).await
}
