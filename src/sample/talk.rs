//! Making conversations: their messages and the changes of their status.

use super::columns::Id;
use super::rows::{Conversation, Message, StatusEvent};
use super::scene::{Numbered, Scene, happens};
use super::seasons::Micros;
use super::shop::{AGENTS, BOT, place_of};

/// A conversation while it goes on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    /// Nothing for a message that belongs to no conversation.
    pub(crate) conversation: Option<Id>,
    pub(crate) session: Option<Id>,
    pub(crate) customer: Id,
    pub(crate) channel: &'static str,
    pub(crate) agent: &'static str,
    sequence: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    Contact,
    Agent,
    Bot,
    System,
}

/// Who changes the status of a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Closer {
    Agent(&'static str),
    Bot,
    Rule(&'static str),
    Nobody,
}

impl Talk {
    /// An exchange that belongs to no conversation, as templates do.
    pub(crate) fn loose(customer: Id, channel: &'static str, agent: &'static str) -> Self {
        Self {
            conversation: None,
            session: None,
            customer,
            channel,
            agent,
            sequence: 0,
        }
    }
}

impl Scene<'_> {
    /// Begins a conversation, open from then on.
    pub(crate) fn begin_talk(
        &mut self,
        customer: Id,
        channel: &'static str,
        agent: &'static str,
        at: Micros,
    ) -> Talk {
        let mut talk = Talk::loose(customer, channel, agent);
        if happens(at) {
            let conversation_id = self.next_id(Numbered::Conversation);
            talk.conversation = Some(conversation_id);
            self.rows.conversations.push(Conversation {
                conversation_id,
                customer_id: customer,
                channel,
                team_id: place_of(AGENTS, agent, at),
                created_at: at,
            });
            self.set_status(&mut talk, "open", Closer::Nobody, at);
        }
        talk
    }

    /// Begins a session: its source names it on some channels and never on others.
    pub(crate) fn begin_session(&mut self, talk: &mut Talk) {
        let named = match talk.channel {
            "webchat" => 0.95,
            "whatsapp" => 0.6,
            "instagram" => 0.4,
            _ => 0.0,
        };
        let is_named = self.dice.chance(named);
        talk.session = is_named.then(|| self.next_id(Numbered::Session));
    }

    /// Adds a message and returns its id, or nothing after the clock.
    pub(crate) fn say(&mut self, talk: &Talk, sender: Sender, at: Micros) -> Option<Id> {
        if !happens(at) {
            return None;
        }
        let message_id = self.next_id(Numbered::Message);
        let (sender_type, agent_id) = match sender {
            Sender::Contact => ("contact", None),
            Sender::Agent => ("agent", Some(talk.agent)),
            Sender::Bot => ("bot", None),
            Sender::System => ("system", None),
        };
        self.rows.messages.push(Message {
            message_id,
            conversation_id: talk.conversation,
            session_id: talk.session,
            customer_id: talk.customer,
            channel: talk.channel,
            direction: if sender == Sender::Contact {
                "in"
            } else {
                "out"
            },
            sender_type,
            agent_id,
            sent_at: at,
        });
        Some(message_id)
    }

    pub(crate) fn set_status(
        &mut self,
        talk: &mut Talk,
        status: &'static str,
        closer: Closer,
        at: Micros,
    ) {
        let Some(conversation_id) = talk.conversation else {
            return;
        };
        if !happens(at) {
            return;
        }
        talk.sequence += 1;
        let event_id = self.next_id(Numbered::StatusEvent);
        let (changed_by, changed_by_type) = match closer {
            Closer::Agent(agent) => (Some(agent), "human"),
            Closer::Bot => (Some(BOT), "bot"),
            Closer::Rule(rule) => (Some(rule), "rule"),
            Closer::Nobody => (None, "rule"),
        };
        self.rows.conversation_status_events.push(StatusEvent {
            event_id,
            conversation_id,
            status,
            changed_at: at,
            changed_by,
            changed_by_type,
            sequence: talk.sequence,
        });
    }
}
