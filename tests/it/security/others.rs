//! What a user can do about the queries of another: nothing, not even know of them.

use arrow_flight::{
    Action, CancelFlightInfoRequest, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo,
    Ticket,
    sql::{ActionCancelQueryRequest, ProstMessageExt, TicketStatementQuery},
};
use prost::Message;
use tonic::{Code, Streaming};
use tributary::config::{Config, Role};
use uuid::Uuid;

use super::support::{ADA, Guarded, Visitor, basic, bearer, config, user};
use crate::flight_sql::support::{next_message, read, statement};

const ROOT: (&str, &str) = ("root", "all of it");
/// Runs until it is stopped.
const ENDLESS: &str = "SELECT sum(value) FROM generate_series(1, 1000000000000)";
const LISTED: &str = "SELECT query_id, state FROM system.queries \
                      WHERE statement LIKE 'SELECT sum(value)%'";

/// Two managers, and somebody who may do everything.
fn with_administrator() -> Config {
    let mut config = config();
    let mut root = user(ROOT.0, ROOT.1);
    root.roles = vec!["root".to_owned()];
    config.security.users.push(root);
    let administrator = Role {
        administrator: true,
        ..Role::default()
    };
    config
        .security
        .roles
        .insert("root".to_owned(), administrator);
    config
}

/// Somebody who has logged in.
struct Person {
    visitor: Visitor,
    header: String,
}

impl Person {
    async fn arrive(served: &Guarded, (name, password): (&str, &str)) -> Self {
        let visitor = served.visitor().await;
        let token = visitor.log_in(&[&basic(name, password)]).await.unwrap();
        Self {
            visitor,
            header: bearer(&token),
        }
    }

    async fn info(&self, sql: &str) -> FlightInfo {
        let descriptor = FlightDescriptor::new_cmd(statement(sql).as_any().encode_to_vec());
        let headers = [self.header.as_str()];
        let mut client = self.visitor.client(&headers);
        let info = client.get_flight_info(descriptor).await;
        info.unwrap().into_inner()
    }

    async fn fetch(&self, info: &FlightInfo) -> Streaming<FlightData> {
        let headers = [self.header.as_str()];
        let ticket = info.endpoint[0].ticket.clone().unwrap();
        let rows = self.visitor.client(&headers).do_get(ticket).await;
        rows.unwrap().into_inner()
    }

    async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        read(self.fetch(&self.info(sql).await).await).await
    }

    /// The answer to each action that cancels: whether something was.
    async fn cancel(&self, info: &FlightInfo) -> [bool; 2] {
        let query = ActionCancelQueryRequest {
            info: info.encode_to_vec().into(),
        };
        let flight_info = CancelFlightInfoRequest::new(info.clone());
        let mut cancelled = [false; 2];
        for (idx, (name, body)) in [
            ("CancelQuery", query.as_any().encode_to_vec()),
            ("CancelFlightInfo", flight_info.encode_to_vec()),
        ]
        .into_iter()
        .enumerate()
        {
            let headers = [self.header.as_str()];
            let mut client = self.visitor.client(&headers);
            let results = client.do_action(Action::new(name, body)).await.unwrap();
            let result = results.into_inner().message().await.unwrap().unwrap();
            // The status is the last field of either: 1 is CANCELLED, 3 is NOT_CANCELLABLE.
            cancelled[idx] = match result.body.as_ref() {
                [.., 8, 1] => true,
                [.., 8, 3] => false,
                other => panic!("{name}: {other:?}"),
            };
        }
        cancelled
    }
}

/// What somebody makes who knows no more of a query than its id.
fn made_up(query_id: &str) -> FlightInfo {
    // Handle { version: 1, sql: "SELECT 1", id }
    let mut statement_handle = vec![8, 1, 18, 8];
    statement_handle.extend(b"SELECT 1");
    statement_handle.extend([34, 16]);
    statement_handle.extend(Uuid::parse_str(query_id).unwrap().into_bytes());
    let ticket = TicketStatementQuery {
        statement_handle: statement_handle.into(),
    };
    let ticket = Ticket::new(ticket.as_any().encode_to_vec());
    FlightInfo::new().with_endpoint(FlightEndpoint::new().with_ticket(ticket))
}

#[tokio::test]
async fn a_ticket_of_another_is_redeemed_with_ones_own_rights() {
    let served = Guarded::start(&with_administrator()).await;
    let ada = Person::arrive(&served, ADA).await;
    let bob = Person::arrive(&served, ("bob", "battery staple")).await;
    let info = ada.info("SELECT current_user").await;
    // Her statement is planned already, for her.
    assert_eq!(read(bob.fetch(&info).await).await, [["bob"]]);
    assert_eq!(read(ada.fetch(&info).await).await, [["ada"]]);
    assert_eq!(read(bob.fetch(&info).await).await, [["bob"]]);
}

#[tokio::test]
async fn item_16_18_a_query_is_cancelled_by_its_user_or_an_administrator_only() {
    let served = Guarded::start(&with_administrator()).await;
    let ada = Person::arrive(&served, ADA).await;
    let bob = Person::arrive(&served, ("bob", "battery staple")).await;
    let root = Person::arrive(&served, ROOT).await;

    for canceller in [&ada, &root] {
        let info = ada.info(ENDLESS).await;
        let mut messages = ada.fetch(&info).await;
        next_message(&mut messages).await.unwrap().unwrap();
        let running = format!("{LISTED} AND state = 'running'");
        let [row] = ada.rows(&running).await.try_into().unwrap();
        let by_id = made_up(&row[0]);

        assert!(bob.rows(LISTED).await.is_empty(), "it is not his to see");
        let counted = bob.rows("SELECT count(DISTINCT user_name) FROM system.queries");
        assert_eq!(counted.await, [["1"]]);
        for info in [&info, &by_id] {
            assert_eq!(bob.cancel(info).await, [false, false]);
        }
        assert_eq!(
            ada.rows(&running).await,
            std::slice::from_ref(&row),
            "it goes on"
        );
        assert!(root.rows(&running).await.contains(&row));

        assert!(canceller.cancel(&by_id).await[0]);
        let status = next_message(&mut messages).await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Cancelled, "{status}");
        let ended = format!("{LISTED} AND query_id = '{}'", row[0]);
        assert_eq!(
            ada.rows(&ended).await,
            [[row[0].clone(), "cancelled".to_owned()]]
        );
    }
}
