//! What a ticket gives: the result that was announced, the first time, and a new one ever after.

use std::time::Duration;

use arrow_flight::{FlightInfo, Ticket};
use tributary::config::Config;

use super::support::{Client, Served, anonymous_writes, read, statement};

async fn serve() -> (Served, Client) {
    let mut config = Config::default();
    anonymous_writes(&mut config, &["scratch.*"]);
    let served = Served::start_with(config).await;
    let client = served.client().await;
    (served, client)
}

/// Asks for a view of 1, which is then one of 2.
async fn announce_and_replace(client: &Client) -> FlightInfo {
    let create = "create view scratch.v as select 1 as n";
    client.update(create).await.unwrap();
    let info = client.info(statement("select * from scratch.v")).await;
    let replace = "create or replace view scratch.v as select 2 as n";
    client.update(replace).await.unwrap();
    info.unwrap()
}

async fn redeem(client: &Client, info: &FlightInfo) -> Vec<Vec<String>> {
    read(client.messages(info).await.unwrap()).await
}

#[tokio::test]
async fn a_ticket_gives_what_was_announced_and_what_is_there_when_it_comes_again() {
    let (_served, client) = serve().await;
    let info = announce_and_replace(&client).await;
    assert_eq!(redeem(&client, &info).await, [["1"]]);
    assert_eq!(redeem(&client, &info).await, [["2"]]);
    client.update("drop view scratch.v").await.unwrap();
    let status = client.messages(&info).await.unwrap_err();
    assert!(status.message().contains("scratch.v"), "{status}");
}

#[tokio::test]
async fn what_was_announced_is_not_kept_for_long() {
    let (_served, client) = serve().await;
    let info = announce_and_replace(&client).await;
    tokio::time::sleep(Duration::from_millis(10_500)).await;
    assert_eq!(redeem(&client, &info).await, [["2"]]);
}

#[tokio::test]
async fn only_so_much_is_kept() {
    let (_served, client) = serve().await;
    let one = client.info(statement("select 1111 as n")).await.unwrap();
    for _ in 1..64 {
        client.info(statement("select 1")).await.unwrap();
    }
    let info = announce_and_replace(&client).await;
    assert_eq!(redeem(&client, &info).await, [["2"]]);
    assert_eq!(redeem(&client, &one).await, [["1111"]]);
}

#[tokio::test]
async fn a_ticket_that_was_changed_is_another_statement() {
    let (_served, client) = serve().await;
    let info = client.info(statement("select 1111 as n")).await.unwrap();
    let ticket = info.endpoint[0].ticket.clone().unwrap().ticket;
    let mut changed = ticket.to_vec();
    let at = changed.windows(4).position(|it| it == b"1111").unwrap();
    changed[at..at + 4].copy_from_slice(b"2222");
    let mut forged = info.clone();
    forged.endpoint[0].ticket = Some(Ticket::new(changed));
    assert_eq!(redeem(&client, &forged).await, [["2222"]]);
    assert_eq!(redeem(&client, &info).await, [["1111"]]);
}

#[tokio::test]
async fn planning_is_timed_although_it_came_before() {
    let (served, client) = serve().await;
    client.query("select 42 as answer").await.unwrap();
    served.is_idle().await;
    let timed = "select planning_seconds > 0 and started_at is not null from system.queries \
                 where statement = 'select 42 as answer'";
    assert_eq!(client.query(timed).await.unwrap().rows(), [["true"]]);
}
