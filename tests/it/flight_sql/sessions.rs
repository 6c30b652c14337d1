//! What a client sets for its connection, by header, statement and session option.

use arrow_flight::{
    Action, FlightDescriptor, decode::FlightRecordBatchStream, error::FlightError,
    sql::ProstMessageExt,
};
use futures::TryStreamExt;
use prost::Message;
use tonic::{Code, Request, Status, metadata::MetadataMap};

use super::support::{Client, Served, rows, statement};

/// A client that sends headers, and the cookie that it was given last.
struct Connection {
    client: Client,
    headers: Vec<(&'static str, String)>,
    cookie: Option<String>,
}

impl Connection {
    fn new(client: &Client, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter();
        Self {
            client: client.clone(),
            headers: headers
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            cookie: None,
        }
    }

    fn keeping_cookies(client: &Client) -> Self {
        Self {
            cookie: Some("tributary=".to_owned()),
            ..Self::new(client, &[])
        }
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let cookie = self.cookie.iter().map(|it| ("cookie", it.clone()));
        for (name, value) in self.headers.iter().cloned().chain(cookie) {
            request.metadata_mut().insert(name, value.parse().unwrap());
        }
        request
    }

    fn remember(&mut self, metadata: &MetadataMap) {
        if let (Some(cookie), Some(new)) = (&mut self.cookie, metadata.get("set-cookie")) {
            *cookie = new.to_str().unwrap().to_owned();
        }
    }

    async fn query(&mut self, sql: &str) -> Result<Vec<Vec<String>>, Status> {
        let mut flight = self.client.0.clone();
        let descriptor = FlightDescriptor::new_cmd(statement(sql).as_any().encode_to_vec());
        let info = flight.get_flight_info(self.request(descriptor)).await?;
        self.remember(info.metadata());
        let ticket = info.into_inner().endpoint[0].ticket.clone().unwrap();
        let response = flight.do_get(self.request(ticket)).await?;
        self.remember(response.metadata());
        let messages = response
            .into_inner()
            .map_err(|it| FlightError::Tonic(Box::new(it)));
        let batches = FlightRecordBatchStream::new_from_flight_data(messages);
        let batches: Vec<_> = batches.try_collect().await.unwrap();
        Ok(batches.iter().flat_map(rows).collect())
    }

    async fn value(&mut self, sql: &str) -> String {
        let rows = self
            .query(sql)
            .await
            .unwrap_or_else(|status| panic!("{sql}: {status}"));
        rows[0].last().unwrap().clone()
    }

    async fn set_option(&mut self, name: &str, value: &str) -> Vec<u8> {
        // SetSessionOptionsRequest { session_options: { name: { string_value: value } } }
        let field = |tag: u8, bytes: Vec<u8>| [vec![tag, bytes.len() as u8], bytes].concat();
        let value = field(18, field(10, value.into()));
        let body = field(10, [field(10, name.into()), value].concat());
        let action = self.request(Action::new("SetSessionOptions", body));
        let response = self.client.0.clone().do_action(action).await.unwrap();
        self.remember(response.metadata());
        let result = response.into_inner().message().await.unwrap();
        result.unwrap().body.to_vec()
    }
}

const TIMEZONE: &str = "show tributary.timezone";

#[tokio::test]
async fn item_21_headers_hold_for_every_request() {
    let served = Served::start().await;
    let client = served.client().await;
    let headers = [
        ("catalog", "tributary"),
        ("schema", "small"),
        ("x-tributary-timezone", "Asia/Tokyo"),
        ("x-tributary-as-of", "2026-08-31T22:00:00Z"),
        ("x-tributary-param.revenue.lookback", "3 days"),
    ];
    let mut connection = Connection::new(&client, &headers);
    assert_eq!(connection.value("select current_schema()").await, "small");
    assert_eq!(
        connection.value("select count(*) from \"values\"").await,
        "3"
    );
    assert_eq!(connection.value(TIMEZONE).await, "Asia/Tokyo");
    assert_eq!(
        connection
            .value("show tributary.param.revenue.lookback")
            .await,
        "3 days"
    );
    for (header, words) in [
        (("catalog", "lake"), "catalog: expected tributary, got lake"),
        (("schema", "nowhere"), "got nowhere"),
        (("x-tributary-timezone", "Tokyo"), "got Tokyo"),
        (("x-tributary-colour", "blue"), "got colour"),
    ] {
        let mut connection = Connection::new(&client, &[header]);
        let status = connection.query("select 1").await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        assert!(status.message().contains(words), "{status}");
    }
}

#[tokio::test]
async fn item_21_a_ticket_has_the_settings_that_were_announced() {
    let served = Served::start().await;
    let client = served.client().await;
    let connection = Connection::new(&client, &[("x-tributary-timezone", "Asia/Tokyo")]);
    let descriptor = FlightDescriptor::new_cmd(statement(TIMEZONE).as_any().encode_to_vec());
    let mut flight = client.0.clone();
    let info = flight.get_flight_info(connection.request(descriptor));
    let info = info.await.unwrap().into_inner();
    // Fetched without the header.
    let messages: Vec<_> = client
        .messages(&info)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    let messages = futures::stream::iter(messages.into_iter().map(Ok));
    let batches = FlightRecordBatchStream::new_from_flight_data(messages);
    let batches: Vec<_> = batches.try_collect().await.unwrap();
    assert_eq!(rows(&batches[0])[0][1], "Asia/Tokyo");
}

#[tokio::test]
async fn item_16_statements_and_options_are_kept_in_a_cookie() {
    let served = Served::start().await;
    let client = served.client().await;
    let mut connection = Connection::keeping_cookies(&client);
    let set = "set tributary.timezone = 'Europe/Berlin'";
    assert_eq!(
        connection.query(set).await.unwrap(),
        [["tributary.timezone", "Europe/Berlin"]]
    );
    assert_eq!(connection.value(TIMEZONE).await, "Europe/Berlin");
    connection.query("use small").await.unwrap();
    assert_eq!(connection.value("select current_schema()").await, "small");
    assert_eq!(connection.value(TIMEZONE).await, "Europe/Berlin");
    connection.query("reset tributary.timezone").await.unwrap();
    assert_eq!(connection.value(TIMEZONE).await, "UTC");

    let set = connection.set_option("tributary.currency", "EUR").await;
    assert!(set.is_empty(), "no errors");
    assert_eq!(connection.value("show tributary.currency").await, "EUR");
    for (name, value, reason) in [
        ("tributary.currency", "euro", 2),
        ("schema", "nowhere", 2),
        ("tributary.colour", "blue", 1),
        ("tributary.param.revenue.look_back", "3 days", 1),
        ("user", "owner", 1),
    ] {
        let refused = connection.set_option(name, value).await;
        assert!(refused.ends_with(&[8, reason]), "{name}: {refused:?}");
    }
    let status = connection.query("set tributary.timezone = 'Berlin'").await;
    assert!(status.unwrap_err().message().contains("got Berlin"));

    let mut other = Connection::keeping_cookies(&client);
    assert_eq!(other.value("show tributary.currency").await, "USD");
}

#[tokio::test]
async fn item_16_who_keeps_no_cookies_is_told_so() {
    let served = Served::start().await;
    let client = served.client().await;
    let mut connection = Connection::new(&client, &[]);
    for sql in ["set tributary.timezone = 'Europe/Berlin'", "use small"] {
        let status = connection.query(sql).await.unwrap_err();
        assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
        assert!(status.message().contains("turn on cookies"), "{status}");
    }
    let refused = connection.set_option("schema", "small").await;
    assert!(refused.ends_with(&[8, 3]), "{refused:?}");
    let as_it_is = connection.set_option("schema", "public").await;
    assert!(as_it_is.is_empty());
}

#[tokio::test]
async fn item_15_no_setting_changes_who_asks() {
    let served = Served::start().await;
    let client = served.client().await;
    for header in [
        "x-tributary-user",
        "x-tributary-current-user",
        "x-tributary-caller",
    ] {
        let mut connection = Connection::new(&client, &[(header, "owner")]);
        let status = connection.query("select current_user").await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    }
    let mut connection = Connection::keeping_cookies(&client);
    for sql in [
        "set current_user = 'owner'",
        "set session authorization 'owner'",
        "set role owner",
        "set tributary.user = 'owner'",
        "set datafusion.execution.batch_size = '1'",
    ] {
        connection.query(sql).await.unwrap_err();
    }
    assert_eq!(connection.value("select current_user").await, "anonymous");
    // A cookie { "datafusion.execution.batch_size": "1" } that the server never made.
    let forged = "CiQKH2RhdGFmdXNpb24uZXhlY3V0aW9uLmJhdGNoX3NpemUSATE";
    connection.cookie = Some(format!("tributary={forged}"));
    let status = connection.query("select 1").await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    assert!(status.message().contains("expected a setting"), "{status}");
}
