//! A conversation about an order that was already placed.

use crate::sample::person::Person;
use crate::sample::sale::Sold;
use crate::sample::scene::Scene;
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::sample::talk::{Closer, Sender};

impl Scene<'_> {
    /// "Where is my order?" and its answer; no sale comes of it.
    pub(super) fn ask_about_order(&mut self, person: &Person, sold: &Sold) {
        let at: Micros = sold.sale.at + self.soon(2 * HOUR, 6 * DAY);
        let agent = self.agent(person.home, at);
        let mut talk = self.begin_talk(person.chat_record(at), person.channel, agent, at);
        self.begin_session(&mut talk);
        self.say(&talk, Sender::Contact, at);
        let (end, _) = self.exchange(&mut talk, Sender::Agent, at + SECOND);
        let done_at = end + self.soon(MINUTE, 6 * HOUR);
        self.set_status(&mut talk, "done", Closer::Agent(agent), done_at);
    }
}
