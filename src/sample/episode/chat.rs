//! A conversation about products that may end in an order.

use super::browse::Entry;
use crate::sample::basket::pick_product;
use crate::sample::columns::Id;
use crate::sample::person::Person;
use crate::sample::sale::{Sale, Sold};
use crate::sample::scene::{Numbered, Scene};
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::sample::site::{Guise, Shared};
use crate::sample::talk::{Sender, Talk};

impl Scene<'_> {
    /// A customer writes, is answered by the bot or an agent, and perhaps buys.
    pub(super) fn chat(&mut self, person: &Person, at: Micros) {
        let channel = if self.dice.chance(0.88) {
            person.channel
        } else {
            *self
                .dice
                .pick(&["whatsapp", "webchat", "instagram", "email"])
        };
        let agent = self.agent(person.home, at);
        let bot_only = channel != "email" && self.dice.chance(0.33);
        let mut talk = self.begin_talk(person.chat_record(at), channel, agent, at);
        self.begin_session(&mut talk);
        self.say(&talk, Sender::Contact, at);
        if channel != "email" && (bot_only || self.dice.chance(0.6)) {
            let greeted_at = at + self.dice.between(1, 4) * SECOND;
            self.say(&talk, Sender::Bot, greeted_at);
        }
        if self.dice.chance(0.16) {
            self.abandon(&mut talk, at);
            return;
        }
        let sender = if bot_only { Sender::Bot } else { Sender::Agent };
        let (at, message) = self.exchange(&mut talk, sender, at + 5 * SECOND);
        let mut who = self.guise(person, at);
        who.session = talk.session;
        let wanted = message.and_then(|message| self.show_products(&who, message, at));
        let sold = self.offer(person, &talk, &who, sender, wanted, at);
        let ended_at = at + self.dice.between(2, 40) * MINUTE;
        let done_at = self.close(person, &mut talk, sender, ended_at);
        if let Some(done_at) = done_at.filter(|_| sold.is_none()) {
            self.buy_later(person, done_at);
        }
        self.follow_order(person, sold.as_ref());
    }

    /// Some rounds of answer and reply; returns the end and the last answer.
    pub(super) fn exchange(
        &mut self,
        talk: &mut Talk,
        sender: Sender,
        at: Micros,
    ) -> (Micros, Option<Id>) {
        let mut at = at;
        let mut last = None;
        let (fast, slow) = match (sender, talk.channel) {
            (Sender::Bot, _) => (SECOND, 5 * SECOND),
            (_, "email") => (20 * MINUTE, 14 * HOUR),
            _ => (20 * SECOND, 25 * MINUTE),
        };
        for round in 0..=self.dice.poisson(1.2) {
            if round > 0 {
                at += self.customer_pause(talk);
                self.say(talk, Sender::Contact, at);
            }
            at += self.soon(fast, slow);
            last = self.say(talk, sender, at);
        }
        (at, last)
    }

    fn customer_pause(&mut self, talk: &mut Talk) -> Micros {
        if talk.channel != "webchat" && self.dice.chance(0.05) {
            // Back after more than a day, which opens a session.
            self.begin_session(talk);
            return self.soon(25 * HOUR, 3 * DAY);
        }
        self.soon(8 * SECOND, 12 * MINUTE)
    }

    /// Shows a few products with a message; returns the one the customer wants, if any.
    pub(super) fn show_products(
        &mut self,
        who: &Guise,
        message: Id,
        at: Micros,
    ) -> Option<&'static str> {
        if !self.dice.chance(0.55) {
            return None;
        }
        let mut wanted = None;
        for number in 0..self.dice.between(1, 4) {
            let product = pick_product(&mut self.dice).product_id;
            self.show(who, message, product, at + number);
            if self.dice.chance(0.06) {
                // A carousel that was drawn again.
                self.show(who, message, product, at + number + 20 * SECOND);
            }
            wanted = wanted.or(self.dice.chance(0.22).then_some(product));
        }
        let product = wanted?;
        let clicked_at = at + self.soon(5 * SECOND, 5 * MINUTE);
        self.see(who, "product_click", Some(product), clicked_at);
        if self.dice.chance(0.5) {
            self.see(who, "add_to_cart", Some(product), clicked_at + 15 * SECOND);
        }
        Some(product)
    }

    /// Takes an order in the chat, or sends a link to the site.
    fn offer(
        &mut self,
        person: &Person,
        talk: &Talk,
        who: &Guise,
        sender: Sender,
        wanted: Option<&'static str>,
        at: Micros,
    ) -> Option<Sold> {
        let chance = match talk.channel {
            "whatsapp" => 0.22,
            "webchat" | "instagram" => 0.12,
            _ => 0.0,
        };
        let eagerness = if wanted.is_some() { 1.7 } else { 0.8 };
        if self.dice.chance(chance * eagerness) {
            return self.order_in_chat(person, talk, who, sender, wanted, at);
        }
        if !self
            .dice
            .chance(if sender == Sender::Bot { 0.4 } else { 0.7 })
        {
            return None;
        }
        let creator = if sender == Sender::Bot {
            "bot"
        } else {
            "agent"
        };
        let product = wanted.or_else(|| {
            self.dice
                .chance(0.75)
                .then(|| pick_product(&mut self.dice).product_id)
        });
        let at = at + self.dice.between(5, 60) * SECOND;
        self.say(talk, sender, at)?;
        let shared = self.share_link(talk, creator, product, at)?;
        let source = if sender == Sender::Bot { "bot" } else { "web" };
        self.use_link(person, talk, shared, source, at)
    }

    /// An order placed within the chat.
    pub(super) fn order_in_chat(
        &mut self,
        person: &Person,
        talk: &Talk,
        who: &Guise,
        sender: Sender,
        wanted: Option<&'static str>,
        at: Micros,
    ) -> Option<Sold> {
        let at = at + self.soon(2 * MINUTE, 45 * MINUTE);
        let source = if sender == Sender::Bot {
            "bot"
        } else {
            "agent"
        };
        let sale = Sale::online(Some(person.record), person.home, talk.channel, source, at);
        self.say(talk, Sender::Contact, at - MINUTE);
        let sold = self.sell(sale, wanted)?;
        if self.dice.chance(0.6) {
            self.report(who, &sold);
        }
        self.say(talk, sender, at + 20 * SECOND);
        Some(sold)
    }

    /// What becomes of a link: previews, clicks, second clicks, friends, and visits.
    pub(super) fn use_link(
        &mut self,
        person: &Person,
        talk: &Talk,
        shared: Shared,
        source: &'static str,
        at: Micros,
    ) -> Option<Sold> {
        if matches!(talk.channel, "whatsapp" | "instagram") && self.dice.chance(0.35) {
            let previewed_at = at + self.dice.between(1, 3) * SECOND;
            self.click(shared.link, None, previewed_at);
        }
        if self.dice.chance(0.05) {
            let forwarded_at = at + self.soon(HOUR, 4 * DAY);
            self.forward(shared, forwarded_at);
        }
        if !self.dice.chance(0.66) {
            return None;
        }
        let entry = Entry {
            link: Some(shared.link),
            product: shared.product,
            source,
            keenness: 1.5,
        };
        let first_at = at + self.soon(10 * SECOND, 10 * HOUR);
        let sold = self.arrive(person, talk.session, &entry, first_at);
        if self.dice.chance(0.15) {
            // The same link again, soon after; nothing new is looked at.
            let who = self.guise(person, first_at);
            let again_at = first_at + self.soon(MINUTE, DAY);
            self.click(shared.link, Some(&who), again_at);
        }
        if self.dice.chance(0.08) {
            // The link is found again weeks later.
            let again_at = first_at + self.soon(8 * DAY, 40 * DAY);
            let late = self.arrive(person, None, &entry, again_at);
            self.follow_order(person, late.as_ref());
        }
        sold
    }

    /// A click and the visit it begins.
    pub(super) fn arrive(
        &mut self,
        person: &Person,
        session: Option<Id>,
        entry: &Entry,
        at: Micros,
    ) -> Option<Sold> {
        let link = entry.link?;
        let who = self.guise(person, at);
        let clicker = Guise {
            customer: Some(person.chat_record(at)),
            ..who
        };
        let is_recognised = self.dice.chance(0.8);
        self.click(link, Some(if is_recognised { &clicker } else { &who }), at);
        // Only the chat on the shop's own site carries its session over.
        let who = Guise { session, ..who };
        self.browse(&who, person.home, Some(person.record), entry, at)
    }

    /// A friend follows the link: a visitor whom nobody knows.
    fn forward(&mut self, shared: Shared, at: Micros) {
        let visitor = self.next_id(Numbered::Visitor);
        let friend = Guise {
            visitor: Some(visitor),
            customer: None,
            session: None,
        };
        self.click(shared.link, Some(&friend), at);
        self.see(&friend, "page_view", None, at + 2 * SECOND);
        self.see(&friend, "product_view", shared.product, at + 9 * SECOND);
    }
}
