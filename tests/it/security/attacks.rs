use std::time::Instant;

use arrow_flight::{
    Action, Criteria, Empty, FlightData, HandshakeRequest,
    flight_service_client::FlightServiceClient,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::stream;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::Value;
use tonic::{Code, Status, codegen::http};
use tributary::{config::Secret, security::login::hash_password};

use super::{
    login::{ask, question},
    support::{ADA, Guarded, SIGNING_KEY, basic, bearer, config, seconds},
};

/// The header, the claims and the signature of a token; the first two as their JSON text.
fn parts(token: &str) -> [String; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    let text = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    [text(parts[0]), text(parts[1]), parts[2].to_owned()]
}

fn token_of(header: &str, claims: &str, signature: &str) -> String {
    let [header, claims] = [header, claims].map(|text| URL_SAFE_NO_PAD.encode(text));
    format!("{header}.{claims}.{signature}")
}

#[tokio::test]
async fn no_rpc_answers_without_a_login() {
    let served = Guarded::start(&config()).await;
    let channel = served.channel().await;
    let mut client = FlightServiceClient::new(channel.clone());
    let (descriptor, ticket) = question();
    let data = || stream::iter([FlightData::default()]);
    let hello = stream::iter([HandshakeRequest::default()]);
    let refusals = [
        ("Handshake", client.handshake(hello).await.err()),
        (
            "ListFlights",
            client.list_flights(Criteria::default()).await.err(),
        ),
        (
            "GetFlightInfo",
            client.get_flight_info(descriptor.clone()).await.err(),
        ),
        (
            "PollFlightInfo",
            client.poll_flight_info(descriptor.clone()).await.err(),
        ),
        ("GetSchema", client.get_schema(descriptor).await.err()),
        ("DoGet", client.do_get(ticket).await.err()),
        ("DoPut", client.do_put(data()).await.err()),
        ("DoExchange", client.do_exchange(data()).await.err()),
        (
            "DoAction",
            client
                .do_action(Action::new("CloseSession", ""))
                .await
                .err(),
        ),
        ("ListActions", client.list_actions(Empty {}).await.err()),
    ];
    for (rpc, status) in refusals {
        let status: Status = status.unwrap_or_else(|| panic!("{rpc} was answered"));
        assert_eq!(status.code(), Code::Unauthenticated, "{rpc}: {status}");
        assert!(status.message().contains("log in first"), "{rpc}: {status}");
    }
    // Nor does a service that does not exist say so.
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let codec = tonic_prost::ProstCodec::<Empty, Empty>::default();
    let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Check");
    let status = grpc.unary(tonic::Request::new(Empty {}), path, codec).await;
    assert_eq!(status.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn undecodable_requests_are_not_looked_at_before_the_login() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let garbage = || arrow_flight::FlightDescriptor::new_cmd(vec![255; 100]);
    let status = visitor.client(&[]).get_flight_info(garbage()).await;
    assert_eq!(status.unwrap_err().code(), Code::Unauthenticated);
    let header = basic(ADA.0, ADA.1);
    let status = visitor.client(&[&header]).get_flight_info(garbage()).await;
    assert_eq!(status.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn tokens_that_were_changed_or_made_up_are_refused() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let token = visitor.log_in(&[&basic(ADA.0, ADA.1)]).await.unwrap();
    let [header, claims, signature] = parts(&token);
    let same = token_of(&header, &claims, &signature);
    assert_eq!(same, token);

    let with = |from: &str, to: &str| {
        assert!(claims.contains(from), "{from} in {claims}");
        token_of(&header, &claims.replace(from, to), &signature)
    };
    let values: Value = serde_json::from_str(&claims).unwrap();
    let end = format!("\"exp\":{}", values["exp"]);
    let own_key = {
        let key = EncodingKey::from_secret(b"a key of the attacker, long enough too");
        jsonwebtoken::encode(&Header::default(), &values, &key).unwrap()
    };
    let with_header = |header: &str| token_of(header, &claims, &signature);
    for (attack, forged) in [
        ("user", with("\"sub\":\"ada\"", "\"sub\":\"bob\"")),
        ("roles", with("[\"manager\"]", "[\"administrator\"]")),
        ("attributes", with("t-1", "t-2")),
        ("lifetime", with(&end, "\"exp\":9999999999")),
        (
            "none",
            token_of("{\"alg\":\"none\",\"typ\":\"JWT\"}", &claims, ""),
        ),
        ("None", with_header("{\"alg\":\"None\"}")),
        ("no signature", token_of(&header, &claims, "")),
        ("HS384", with_header("{\"alg\":\"HS384\"}")),
        ("own key", own_key),
        ("cut", token[..token.len() - 2].to_owned()),
        ("twice", format!("{token}.{signature}")),
        ("key", SIGNING_KEY.to_owned()),
    ] {
        let status = ask(&visitor, &forged).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{attack}: {status}");
        assert_eq!(
            status.message(),
            "the token is not valid: log in again",
            "{attack}"
        );
    }
    ask(&visitor, &token).await.unwrap();
}

#[tokio::test]
async fn passwords_cannot_be_guessed_by_trying() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let bob = visitor
        .log_in(&[&basic("bob", "battery staple")])
        .await
        .unwrap();
    let guess = async |password: &str| visitor.log_in(&[&basic(ADA.0, password)]).await;
    for number in 0..5 {
        let status = guess(&format!("guess {number}")).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{status}");
    }
    // From here on the right password looks like any other.
    for password in ["guess 6", ADA.1] {
        let status = guess(password).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        assert_eq!(status.message(), "too many failed logins: try again in 1 s");
    }
    let status = visitor.ask(&[&basic(ADA.0, ADA.1)]).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    // Nobody else is held up: neither who is inside nor another user, nor a token.
    ask(&visitor, &bob).await.unwrap();
    visitor
        .log_in(&[&basic("bob", "battery staple")])
        .await
        .unwrap();
    ask(&visitor, super::support::API_TOKEN).await.unwrap();

    served.clock.advance(seconds(1));
    let status = guess("guess 7").await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated, "{status}");
    let status = guess(ADA.1).await.unwrap_err();
    assert_eq!(status.message(), "too many failed logins: try again in 2 s");
    served.clock.advance(seconds(2));
    guess(ADA.1).await.unwrap();
    // An address from which the user has logged in has its own count.
    for _ in 0..5 {
        guess("another guess").await.unwrap_err();
    }
    let status = guess(ADA.1).await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
}

#[tokio::test]
async fn guesses_at_once_are_no_more_than_guesses_one_by_one() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let guesses = (0..60).map(|number| {
        let visitor = visitor.clone();
        async move {
            let header = basic(ADA.0, &format!("guess {number}"));
            visitor.log_in(&[&header]).await.unwrap_err().code()
        }
    });
    let codes = futures::future::join_all(guesses).await;
    let looked_at = codes.iter().filter(|code| **code == Code::Unauthenticated);
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn an_address_that_tries_one_user_after_another_is_held_up() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    for number in 0..20 {
        let header = basic(&format!("user{number}"), "123456");
        let status = visitor.ask(&[&header]).await.unwrap_err();
        assert_eq!(status.code(), Code::Unauthenticated, "{status}");
    }
    for header in [basic("user21", "123456"), bearer("guess")] {
        let status = visitor.ask(&[&header]).await.unwrap_err();
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    }
}

/// With real hashes, because the time that they take is what is compared.
#[tokio::test]
async fn a_user_that_does_not_exist_takes_as_long_as_a_wrong_password() {
    let mut config = config();
    config.security.users.truncate(1);
    config.security.users[0].password = Secret::new(hash_password(ADA.1).unwrap());
    let served = Guarded::start(&config).await;
    let visitor = served.visitor().await;
    let time = async |user: &str| {
        let began = Instant::now();
        visitor.log_in(&[&basic(user, "wrong")]).await.unwrap_err();
        began.elapsed()
    };
    let (known, unknown) = (time(ADA.0).await, time("nobody").await);
    assert!(unknown > known / 4, "{unknown:?} and {known:?}");
}

#[tokio::test]
async fn odd_headers_let_nobody_in() {
    let served = Guarded::start(&config()).await;
    let visitor = served.visitor().await;
    let (good, bad) = (basic(ADA.0, ADA.1), basic(ADA.0, "wrong"));
    let token = bearer(&visitor.log_in(&[&good]).await.unwrap());
    for headers in [
        &[good.as_str(), bad.as_str()][..],
        &[&bad, &good],
        &[&good, &good],
        &[&token, &good],
        &[&token, "Bearer None"],
        &[&format!("{token}, {good}")],
        &[&format!("{token} {token}")],
        &[&token.replace("Bearer ", "")],
        &[&token.replace("Bearer ", "Bearer")],
        &[&token.replace("Bearer ", "Basic ")],
        &[&good.replace("Basic ", "Bearer ")],
    ] {
        let status = visitor.ask(headers).await.unwrap_err();
        assert_eq!(
            status.code(),
            Code::Unauthenticated,
            "{headers:?}: {status}"
        );
    }
    // A header of many kilobytes is refused by HTTP itself or by us, and the connection goes on.
    let status = visitor.ask(&[&bearer(&"x".repeat(100_000))]).await;
    status.unwrap_err();
    let visitor = served.visitor().await;
    visitor.ask(&[&token]).await.unwrap();
}
