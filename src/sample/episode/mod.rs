//! What customers do: one file per kind of episode, and how often each happens.
//!
//! An episode draws its own course and makes rows as it goes, so that causes come before their
//! effects: a link before its click, a click before its order, an order before its refund.

mod browse;
mod chat;
mod chat_close;
mod outreach;
mod quiz;
mod store;
mod strangers;
mod support;

use super::person::Person;
use super::scene::Scene;
use super::seasons::{DAY, DAYS, NOW};

#[derive(Debug, Clone, Copy)]
enum Kind {
    Chat,
    Browse,
    Quiz,
    Store,
    Outreach,
    Template,
}

const KINDS: [(Kind, u32); 6] = [
    (Kind::Chat, 34),
    (Kind::Browse, 28),
    (Kind::Quiz, 9),
    (Kind::Store, 8),
    (Kind::Outreach, 9),
    (Kind::Template, 12),
];

impl Scene<'_> {
    /// Lives through the 120 days of one customer.
    pub(super) fn live(&mut self, person: &Person) {
        let days = (NOW - person.since) as f64 / DAY as f64;
        let count = self.dice.poisson(person.episodes * days / DAYS as f64);
        for _ in 0..count {
            self.episode(person);
        }
        self.blasts(person);
    }

    fn episode(&mut self, person: &Person) {
        let kind = self.dice.weighted(&KINDS);
        let seasons = self.seasons;
        // Who joined late has fewer days to draw from, so a draw before that is drawn again.
        let at = loop {
            let at = match kind {
                Kind::Store | Kind::Outreach => seasons.open(&mut self.dice, person.home),
                _ => seasons.awake(&mut self.dice, person.home),
            };
            if at >= person.since {
                break at;
            }
        };
        match kind {
            Kind::Chat => self.chat(person, at),
            Kind::Browse => self.visit_site(person, at),
            Kind::Quiz => self.take_quiz(person, at),
            Kind::Store => self.visit_store(person, at),
            Kind::Outreach => self.reach_out(person, at),
            Kind::Template => self.send_template(person, at),
        }
    }

    /// Makes the people and sales that no customer record stands for.
    pub(super) fn strangers(&mut self, customers: usize) {
        self.walk_ins(customers);
        self.anonymous_visits(customers);
        self.test_orders(customers);
    }
}
