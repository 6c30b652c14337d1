//! How conversations end: who marks them done, and what comes after.

use super::browse::Entry;
use crate::sample::person::Person;
use crate::sample::scene::Scene;
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::sample::shop::{IDLE_RULE, REOPEN_RULE};
use crate::sample::talk::{Closer, Sender, Talk};

impl Scene<'_> {
    /// The customer says nothing more; a rule closes the conversation, or nobody does.
    pub(super) fn abandon(&mut self, talk: &mut Talk, at: Micros) {
        if self.dice.chance(0.75) {
            self.set_status(talk, "done", Closer::Rule(IDLE_RULE), at + DAY);
        }
    }

    /// Closes a conversation, perhaps after a pause, and perhaps more than once.
    ///
    /// Returns when it was closed first; nothing for a conversation that is left open.
    pub(super) fn close(
        &mut self,
        person: &Person,
        talk: &mut Talk,
        sender: Sender,
        at: Micros,
    ) -> Option<Micros> {
        let mut at = at + self.soon(MINUTE, 5 * HOUR);
        if sender == Sender::Agent && self.dice.chance(0.1) {
            self.set_status(talk, "snoozed", Closer::Agent(talk.agent), at);
            at += self.soon(HOUR, DAY);
        }
        let closer = self.closer(talk, sender)?;
        if matches!(closer, Closer::Rule(_)) {
            at += 2 * DAY;
        }
        self.set_status(talk, "done", closer, at);
        if self.dice.chance(0.12) {
            self.reopen(person, talk, sender, at);
        } else if self.dice.chance(0.03) {
            // Somebody else marks it done once more.
            let other = self.agent(person.home, at);
            let again_at = at + self.soon(MINUTE, DAY);
            self.set_status(talk, "done", Closer::Agent(other), again_at);
        }
        Some(at)
    }

    /// Thought about, and perhaps bought on the site some days later.
    pub(super) fn buy_later(&mut self, person: &Person, done_at: Micros) {
        if self.dice.chance(0.2) {
            let at = done_at + self.soon(HOUR, 7 * DAY);
            let who = self.guise(person, at);
            let entry = Entry {
                keenness: 2.5,
                ..Entry::PLAIN
            };
            let sold = self.browse(&who, person.home, Some(person.record), &entry, at);
            self.follow_order(person, sold.as_ref());
        }
    }

    fn closer(&mut self, talk: &Talk, sender: Sender) -> Option<Closer> {
        let by_hand = if sender == Sender::Bot {
            Closer::Bot
        } else {
            Closer::Agent(talk.agent)
        };
        let draw = self.dice.weighted(&[(0, 80), (1, 12), (2, 2), (3, 6)]);
        match draw {
            0 => Some(by_hand),
            1 => Some(Closer::Rule(IDLE_RULE)),
            2 => Some(Closer::Nobody),
            _ => None,
        }
    }

    /// A reply after the end opens the conversation again; most are closed again.
    fn reopen(&mut self, person: &Person, talk: &mut Talk, sender: Sender, done_at: Micros) {
        let pause = self.soon(20 * MINUTE, 4 * DAY);
        if pause > 6 * HOUR {
            self.begin_session(talk);
        }
        let at = done_at + pause;
        self.say(talk, Sender::Contact, at);
        self.set_status(talk, "open", Closer::Rule(REOPEN_RULE), at);
        if self.dice.chance(0.35) {
            talk.agent = self.agent(person.home, at);
        }
        let answered_at = at + self.soon(MINUTE, 3 * HOUR);
        self.say(talk, sender, answered_at);
        if self.dice.chance(0.85) {
            let closer = if sender == Sender::Bot {
                Closer::Bot
            } else {
                Closer::Agent(talk.agent)
            };
            let closed_at = answered_at + self.soon(30 * SECOND, 8 * HOUR);
            self.set_status(talk, "done", closer, closed_at);
        }
    }
}
