//! A product quiz held by the bot, with drop-off at every question.

use crate::sample::basket::pick_product;
use crate::sample::person::Person;
use crate::sample::scene::Scene;
use crate::sample::seasons::{MINUTE, Micros, SECOND};
use crate::sample::shop::IDLE_RULE;
use crate::sample::site::Guise;
use crate::sample::talk::{Closer, Sender, Talk};

/// Questions in their order; the last but one is asked of some only.
const QUESTIONS: [&str; 5] = [
    "skin_type",
    "concern",
    "texture",
    "fragrance_free",
    "budget",
];

impl Scene<'_> {
    /// Answers the bot's questions, sees products, and perhaps orders one of them.
    pub(super) fn take_quiz(&mut self, person: &Person, at: Micros) {
        let channel = if self.dice.chance(0.7) {
            "webchat"
        } else {
            "whatsapp"
        };
        let agent = self.agent(person.home, at);
        let mut talk = self.begin_talk(person.chat_record(at), channel, agent, at);
        self.begin_session(&mut talk);
        self.say(&talk, Sender::Contact, at);
        let mut who = self.guise(person, at);
        who.session = talk.session;
        if channel == "whatsapp" {
            // No browser there; the events name the customer.
            who.visitor = None;
            who.customer = Some(person.record);
        }
        let finished = self.ask_questions(&talk, &who, at + 3 * SECOND);
        let (end, is_complete) = finished;
        let sold = if is_complete {
            self.recommend(person, &talk, &who, end)
        } else {
            None
        };
        let closed_at = end + 30 * MINUTE;
        let closer = if is_complete {
            Closer::Bot
        } else {
            Closer::Rule(IDLE_RULE)
        };
        self.set_status(&mut talk, "done", closer, closed_at.max(end + MINUTE));
        self.follow_order(person, sold.as_ref());
    }

    fn ask_questions(&mut self, talk: &Talk, who: &Guise, at: Micros) -> (Micros, bool) {
        let mut at = at;
        self.quiz(who, "quiz_started", None, at);
        for (number, question) in QUESTIONS.into_iter().enumerate() {
            if question == "fragrance_free" && self.dice.chance(0.4) {
                continue;
            }
            self.say(talk, Sender::Bot, at + SECOND);
            if self.dice.chance(0.08) {
                return (at, false);
            }
            at += self.soon(4 * SECOND, 90 * SECOND);
            self.say(talk, Sender::Contact, at);
            self.quiz(who, "quiz_step", Some(question), at + 200_000);
            if number == 2 && self.dice.chance(0.03) {
                // Starts over within the session.
                self.quiz(who, "quiz_started", None, at + SECOND);
                self.quiz(who, "quiz_step", Some(QUESTIONS[0]), at + 2 * SECOND);
            }
        }
        at += 3 * SECOND;
        self.quiz(who, "quiz_completed", None, at);
        (at, true)
    }

    fn recommend(
        &mut self,
        person: &Person,
        talk: &Talk,
        who: &Guise,
        at: Micros,
    ) -> Option<crate::sample::sale::Sold> {
        let at = at + 2 * SECOND;
        let message = self.say(talk, Sender::Bot, at)?;
        let products: Vec<_> = (0..3)
            .map(|_| pick_product(&mut self.dice).product_id)
            .collect();
        for product in &products {
            self.show(who, message, product, at + SECOND);
        }
        if !self.dice.chance(0.62) {
            return None;
        }
        let wanted = *self.dice.pick(&products);
        let clicked_at = at + self.soon(5 * SECOND, 2 * MINUTE);
        self.see(who, "product_click", Some(wanted), clicked_at);
        self.see(who, "product_view", Some(wanted), clicked_at + SECOND);
        if !self.dice.chance(0.5) {
            return None;
        }
        let carted_at = clicked_at + self.soon(8 * SECOND, 3 * MINUTE);
        self.see(who, "add_to_cart", Some(wanted), carted_at);
        if !self.dice.chance(0.55) {
            return None;
        }
        self.order_in_chat(person, talk, who, Sender::Bot, Some(wanted), carted_at)
    }
}
