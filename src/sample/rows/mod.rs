//! One struct per table of the contract, and how its rows become columns.
//!
//! What a row means is in the contract; who makes rows, and when, is in the episodes.

mod clients;
mod commerce;
mod conversations;
mod shop;
mod site;

pub(crate) use clients::{Activity, Customer, Identity};
pub(crate) use commerce::{Adjustment, Amounts, Line, Order};
pub(crate) use conversations::{Conversation, Message, StatusEvent};
pub(crate) use shop::{Agent, Associate, FxRate, Posting, Product, Store, Team};
pub(crate) use site::{Click, Link, WebEvent};

use super::columns::Row;
use super::seasons::Micros;

/// The rows of every table that grows with the number of customers.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) orders: Vec<Order>,
    pub(crate) order_lines: Vec<Line>,
    pub(crate) order_adjustments: Vec<Adjustment>,
    pub(crate) conversations: Vec<Conversation>,
    pub(crate) conversation_status_events: Vec<StatusEvent>,
    pub(crate) messages: Vec<Message>,
    pub(crate) tracking_links: Vec<Link>,
    pub(crate) link_clicks: Vec<Click>,
    pub(crate) web_events: Vec<WebEvent>,
    pub(crate) activities: Vec<Activity>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) identities: Vec<Identity>,
}

/// The rows of the chunks in their order, sorted by event time where the table has one.
///
/// Rows are many words long, so references to them are sorted and not they.
pub(crate) fn in_time_order<R: Row>(parts: &[Rows], table: fn(&Rows) -> &Vec<R>) -> Vec<&R> {
    let count = parts.iter().map(|part| table(part).len()).sum();
    let mut rows: Vec<(Micros, &R)> = Vec::with_capacity(count);
    for part in parts {
        rows.extend(table(part).iter().map(|row| (row.event_at(), row)));
    }
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}
