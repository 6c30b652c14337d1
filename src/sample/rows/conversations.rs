//! Conversations, their messages, and the changes of their status.

use crate::sample::columns::{Columns, Id, Row};
use crate::sample::seasons::Micros;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Conversation {
    pub(crate) conversation_id: Id,
    pub(crate) customer_id: Id,
    pub(crate) channel: &'static str,
    pub(crate) team_id: Option<&'static str>,
    pub(crate) created_at: Micros,
}

impl Row for Conversation {
    const TABLE: &'static str = "conversations";

    fn event_at(&self) -> Micros {
        self.created_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids(
            "conversation_id",
            "v",
            rows().map(|row| Some(row.conversation_id)),
        );
        columns.ids("customer_id", "c", rows().map(|row| Some(row.customer_id)));
        columns.texts("channel", rows().map(|row| Some(row.channel)));
        columns.texts("team_id", rows().map(|row| row.team_id));
        columns.instants("created_at", rows().map(|row| Some(row.created_at)));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct StatusEvent {
    pub(crate) event_id: Id,
    pub(crate) conversation_id: Id,
    pub(crate) status: &'static str,
    pub(crate) changed_at: Micros,
    pub(crate) changed_by: Option<&'static str>,
    pub(crate) changed_by_type: &'static str,
    pub(crate) sequence: i64,
}

impl Row for StatusEvent {
    const TABLE: &'static str = "conversation_status_events";

    fn event_at(&self) -> Micros {
        self.changed_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("event_id", "t", rows().map(|row| Some(row.event_id)));
        columns.ids(
            "conversation_id",
            "v",
            rows().map(|row| Some(row.conversation_id)),
        );
        columns.texts("status", rows().map(|row| Some(row.status)));
        columns.instants("changed_at", rows().map(|row| Some(row.changed_at)));
        columns.texts("changed_by", rows().map(|row| row.changed_by));
        columns.texts(
            "changed_by_type",
            rows().map(|row| Some(row.changed_by_type)),
        );
        columns.integers("sequence", rows().map(|row| Some(row.sequence)));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Message {
    pub(crate) message_id: Id,
    pub(crate) conversation_id: Option<Id>,
    pub(crate) session_id: Option<Id>,
    pub(crate) customer_id: Id,
    pub(crate) channel: &'static str,
    pub(crate) direction: &'static str,
    pub(crate) sender_type: &'static str,
    pub(crate) agent_id: Option<&'static str>,
    pub(crate) sent_at: Micros,
}

impl Row for Message {
    const TABLE: &'static str = "messages";

    fn event_at(&self) -> Micros {
        self.sent_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("message_id", "m", rows().map(|row| Some(row.message_id)));
        columns.ids(
            "conversation_id",
            "v",
            rows().map(|row| row.conversation_id),
        );
        columns.ids("session_id", "s", rows().map(|row| row.session_id));
        columns.ids("customer_id", "c", rows().map(|row| Some(row.customer_id)));
        columns.texts("channel", rows().map(|row| Some(row.channel)));
        columns.texts("direction", rows().map(|row| Some(row.direction)));
        columns.texts("sender_type", rows().map(|row| Some(row.sender_type)));
        columns.texts("agent_id", rows().map(|row| row.agent_id));
        columns.instants("sent_at", rows().map(|row| Some(row.sent_at)));
    }
}
