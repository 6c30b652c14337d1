//! What the shop sends unasked: associates' messages, templates and blasts.

use crate::sample::person::Person;
use crate::sample::rows::Activity;
use crate::sample::scene::Scene;
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros, SECOND, START};
use crate::sample::talk::{Sender, Talk};

/// Days from the start on which a system writes to everybody who agreed.
const BLASTS: [(i64, &str); 4] = [(36, "email"), (64, "ai"), (92, "email"), (111, "ai")];

impl Scene<'_> {
    /// An associate writes to a client who does not come at once.
    pub(super) fn reach_out(&mut self, person: &Person, at: Micros) {
        for number in 0..=self.dice.poisson(0.6) as i64 {
            let later = at + number * self.soon(DAY, 6 * DAY);
            self.touch(person, person.store, later);
        }
    }

    /// A template on WhatsApp: no session unless the customer answers or clicks.
    pub(super) fn send_template(&mut self, person: &Person, at: Micros) {
        if !person.opted_in {
            return;
        }
        let agent = self.agent(person.home, at);
        let talk = Talk::loose(person.chat_record(at), "whatsapp", agent);
        self.say(&talk, Sender::System, at);
        let shared = if self.dice.chance(0.6) {
            self.share_link(&talk, "api", None, at)
        } else {
            None
        };
        if let Some(shared) = shared.filter(|_| self.dice.chance(0.35)) {
            let sold = self.use_link(person, &talk, shared, "outbound", at);
            self.follow_order(person, sold.as_ref());
        }
        if self.dice.chance(0.15) {
            let replied_at = at + self.soon(MINUTE, 20 * HOUR);
            self.chat(person, replied_at);
        } else if self.dice.chance(0.04) {
            self.note_without_reply(person, at + 2 * HOUR);
        }
    }

    /// An agent writes first and closes without an answer.
    fn note_without_reply(&mut self, person: &Person, at: Micros) {
        let agent = self.agent(person.home, at);
        let mut talk = self.begin_talk(person.chat_record(at), person.channel, agent, at);
        self.say(&talk, Sender::Agent, at + SECOND);
        let done_at = at + self.soon(MINUTE, HOUR);
        self.set_status(
            &mut talk,
            "done",
            crate::sample::talk::Closer::Agent(agent),
            done_at,
        );
        self.buy_later(person, done_at);
    }

    /// The blasts that reach this customer, sent by a system and by no associate.
    pub(super) fn blasts(&mut self, person: &Person) {
        if !person.opted_in {
            return;
        }
        for (day, activity_type) in BLASTS {
            let at = START + day * DAY + 11 * HOUR + self.dice.between(0, 5_400) * SECOND;
            if at < person.since || !self.dice.chance(0.6) {
                continue;
            }
            let status = if self.dice.chance(0.97) {
                "completed"
            } else {
                "failed"
            };
            self.add_activity(Activity {
                activity_id: 0,
                customer_id: person.record,
                activity_type,
                occurred_at: at,
                associate_id: None,
                store_id: None,
                direction: Some("outbound"),
                status: Some(status),
                automated: true,
            });
        }
    }
}
