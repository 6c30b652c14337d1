//! Handshake and actions.

use arrow_flight::{Action, Empty, HandshakeRequest, sql::client::FlightSqlServiceClient};
use futures::{TryStreamExt, stream};
use tonic::{Code, Request};

use super::support::Served;

#[tokio::test]
async fn item_01_everybody_gets_a_token() {
    let served = Served::start().await;
    let client = served.client().await;
    for authorization in ["Basic dXNlcjpwdw==", "Bearer some-token", "Bearer None"] {
        let requests = stream::iter([HandshakeRequest::default()]);
        let mut request = Request::new(requests);
        let value = authorization.parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        let response = client.0.clone().handshake(request).await.unwrap();
        let header = response.metadata().get("authorization").unwrap();
        let token = header
            .to_str()
            .unwrap()
            .strip_prefix("Bearer ")
            .unwrap()
            .to_owned();
        let payloads: Vec<_> = response.into_inner().try_collect().await.unwrap();
        assert_eq!(payloads[0].payload, token.as_bytes());
    }
    let mut sql = FlightSqlServiceClient::new_from_inner(client.0.clone());
    sql.handshake("user", "password").await.unwrap();
    assert!(sql.token().is_some());
    sql.set_token("None".to_owned());
    sql.execute("SELECT 1".to_owned(), None).await.unwrap();
}

#[tokio::test]
async fn item_16_listed_actions_are_answered_and_others_are_not() {
    let served = Served::start().await;
    let mut client = served.client().await;
    let listed = client.0.list_actions(Empty {}).await.unwrap().into_inner();
    let listed: Vec<_> = listed.map_ok(|it| it.r#type).try_collect().await.unwrap();
    assert_eq!(listed.len(), 7, "{listed:?}");
    for name in listed {
        // An empty body is wrong for some, but none is unknown.
        if let Err(status) = client.action(&name, vec![]).await {
            assert_ne!(status.code(), Code::Internal, "{name}: {status}");
            assert!(
                !status.message().contains(&format!("the action {name}")),
                "{status}"
            );
        }
    }
    for name in ["BeginTransaction", "NoSuchAction", ""] {
        let status = client.action(name, vec![]).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{name}: {status}");
    }
}

#[tokio::test]
async fn item_16_21_session_options_say_where_a_connection_is() {
    let served = Served::start().await;
    let client = served.client().await;
    let options = client
        .action("GetSessionOptions", vec![])
        .await
        .unwrap()
        .unwrap();
    let options = String::from_utf8_lossy(&options).into_owned();
    for word in ["catalog", "tributary", "schema", "public"] {
        assert!(options.contains(word), "{options:?}");
    }
    // SetSessionOptionsRequest { session_options: { "catalog": { string_value: … } } }
    let set = |value: &str| {
        let value = [vec![10, value.len() as u8], value.as_bytes().to_vec()].concat();
        let name = [&[10, 7], b"catalog".as_slice()].concat();
        let entry = [name, vec![18, value.len() as u8], value].concat();
        [vec![10, entry.len() as u8], entry].concat()
    };
    let accepted = client
        .action("SetSessionOptions", set("tributary"))
        .await
        .unwrap()
        .unwrap();
    assert!(accepted.is_empty(), "no errors");
    let refused = client
        .action("SetSessionOptions", set("other"))
        .await
        .unwrap()
        .unwrap();
    assert!(
        refused.ends_with(&[8, 2]),
        "{refused:?}: the value is invalid"
    );
    let closed = client
        .action("CloseSession", vec![])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(closed, [8, 1][..], "CLOSED");
}

#[tokio::test]
async fn item_14_a_wrong_body_is_the_clients_error() {
    let served = Served::start().await;
    let client = served.client().await;
    for name in ["CreatePreparedStatement", "CancelQuery", "CancelFlightInfo"] {
        let action = Action::new(name, vec![0xff]);
        let status = client.0.clone().do_action(action).await.err().unwrap();
        assert_eq!(status.code(), Code::InvalidArgument, "{name}: {status}");
    }
}
