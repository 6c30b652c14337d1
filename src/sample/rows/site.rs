//! Tracking links, the clicks on them, and what visitors did on the shop's site.

use crate::sample::columns::{Columns, Id, Row};
use crate::sample::seasons::Micros;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) link_id: Id,
    pub(crate) created_at: Micros,
    pub(crate) agent_id: Option<&'static str>,
    pub(crate) creator_type: Option<&'static str>,
    pub(crate) team_id: Option<&'static str>,
    pub(crate) channel: &'static str,
    pub(crate) product_id: Option<&'static str>,
    pub(crate) customer_id: Option<Id>,
}

impl Row for Link {
    const TABLE: &'static str = "tracking_links";

    fn event_at(&self) -> Micros {
        self.created_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("link_id", "l", rows().map(|row| Some(row.link_id)));
        columns.instants("created_at", rows().map(|row| Some(row.created_at)));
        columns.texts("agent_id", rows().map(|row| row.agent_id));
        columns.texts("creator_type", rows().map(|row| row.creator_type));
        columns.texts("team_id", rows().map(|row| row.team_id));
        columns.texts("channel", rows().map(|row| Some(row.channel)));
        columns.texts("product_id", rows().map(|row| row.product_id));
        columns.ids("customer_id", "c", rows().map(|row| row.customer_id));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Click {
    pub(crate) click_id: Id,
    pub(crate) link_id: Id,
    pub(crate) clicked_at: Micros,
    pub(crate) customer_id: Option<Id>,
    pub(crate) visitor_id: Option<Id>,
    pub(crate) is_bot: bool,
}

impl Row for Click {
    const TABLE: &'static str = "link_clicks";

    fn event_at(&self) -> Micros {
        self.clicked_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("click_id", "k", rows().map(|row| Some(row.click_id)));
        columns.ids("link_id", "l", rows().map(|row| Some(row.link_id)));
        columns.instants("clicked_at", rows().map(|row| Some(row.clicked_at)));
        columns.ids("customer_id", "c", rows().map(|row| row.customer_id));
        columns.ids("visitor_id", "i", rows().map(|row| row.visitor_id));
        columns.flags("is_bot", rows().map(|row| Some(row.is_bot)));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct WebEvent {
    pub(crate) event_id: Id,
    pub(crate) event_type: &'static str,
    pub(crate) occurred_at: Micros,
    pub(crate) visitor_id: Option<Id>,
    pub(crate) customer_id: Option<Id>,
    pub(crate) session_id: Option<Id>,
    pub(crate) message_id: Option<Id>,
    pub(crate) product_id: Option<&'static str>,
    pub(crate) order_id: Option<Id>,
    pub(crate) amount: Option<i64>,
    pub(crate) currency: Option<&'static str>,
    pub(crate) step: Option<&'static str>,
}

impl Row for WebEvent {
    const TABLE: &'static str = "web_events";

    fn event_at(&self) -> Micros {
        self.occurred_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("event_id", "e", rows().map(|row| Some(row.event_id)));
        columns.texts("event_type", rows().map(|row| Some(row.event_type)));
        columns.instants("occurred_at", rows().map(|row| Some(row.occurred_at)));
        columns.ids("visitor_id", "i", rows().map(|row| row.visitor_id));
        columns.ids("customer_id", "c", rows().map(|row| row.customer_id));
        columns.ids("session_id", "s", rows().map(|row| row.session_id));
        columns.ids("message_id", "m", rows().map(|row| row.message_id));
        columns.texts("product_id", rows().map(|row| row.product_id));
        columns.ids("order_id", "o", rows().map(|row| row.order_id));
        columns.cents("amount", rows().map(|row| row.amount));
        columns.texts("currency", rows().map(|row| row.currency));
        columns.texts("step", rows().map(|row| row.step));
    }
}
