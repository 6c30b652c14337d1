//! Edges of sessions, new users and the quiz.

use super::{Role, Stage, noon};
use crate::sample::sale::Sale;
use crate::sample::scene::Numbered;
use crate::sample::seasons::{DAY, HOUR, Home, MINUTE, Micros, SECOND};
use crate::sample::talk::{Sender, Talk};

pub(super) fn plant(stage: &mut Stage<'_>) {
    gaps(stage);
    bounces_and_templates(stage);
    support(stage);
    quiz(stage);
    intent(stage);
}

/// An inbound message that belongs to no named session.
fn hear(stage: &mut Stage<'_>, role: Role, channel: &'static str, at: Micros) -> Talk {
    let talk = Talk::loose(role.customer, channel, "agent-01");
    stage.scene.say(&talk, Sender::Contact, at);
    talk
}

fn gaps(stage: &mut Stage<'_>) {
    let at = noon(9);
    let gaps = [
        (
            "whatsapp",
            DAY,
            "two messages exactly 24 h apart on WhatsApp",
            "one session",
        ),
        (
            "whatsapp",
            DAY + 1,
            "two messages 24 h and 1 µs apart on WhatsApp",
            "two sessions",
        ),
        (
            "webchat",
            30 * MINUTE,
            "two messages exactly 30 min apart on web chat",
            "one session",
        ),
        (
            "webchat",
            30 * MINUTE + 1,
            "two messages 30 min and 1 µs apart on web chat",
            "two sessions",
        ),
    ];
    for (channel, gap, situation, outcome) in gaps {
        let role = stage.case(situation, outcome);
        hear(stage, role, channel, at);
        hear(stage, role, channel, at + gap);
    }

    let role = stage.case(
        "one session id on messages three days apart",
        "one session: the id wins",
    );
    let mut talk = Talk::loose(role.customer, "whatsapp", "agent-01");
    talk.session = Some(stage.scene.next_id(Numbered::Session));
    stage.scene.say(&talk, Sender::Contact, at);
    stage.scene.say(&talk, Sender::Contact, at + 3 * DAY);

    let role = stage.case(
        "a session across midnight of the shop",
        "belongs to the day it starts",
    );
    let midnight = Home::America.midnight(at);
    hear(stage, role, "whatsapp", midnight - MINUTE);
    hear(stage, role, "whatsapp", midnight + MINUTE);
}

fn bounces_and_templates(stage: &mut Stage<'_>) {
    let at = noon(9);
    let role = stage.case("one inbound message and no more", "one session, bounced");
    hear(stage, role, "whatsapp", at);

    let role = stage.case("a template without a reply", "no session, no user");
    let talk = Talk::loose(role.customer, "whatsapp", "agent-01");
    stage.scene.say(&talk, Sender::System, at);

    let role = stage.case("a template and a reply", "one session, from the reply on");
    let talk = Talk::loose(role.customer, "whatsapp", "agent-01");
    stage.scene.say(&talk, Sender::System, at);
    stage.scene.say(&talk, Sender::Contact, at + HOUR);

    let role = stage.case(
        "first session and a second in the last 30 days",
        "a new user, once",
    );
    hear(stage, role, "whatsapp", at);
    hear(stage, role, "whatsapp", at + 4 * DAY);

    let role = stage.case(
        "a session 70 days ago and one 9 days ago",
        "a returning user",
    );
    hear(stage, role, "whatsapp", noon(70));
    hear(stage, role, "whatsapp", at);
}

fn support(stage: &mut Stage<'_>) {
    let at = noon(8);
    let role = stage.case("answered by the bot only", "self-service");
    let talk = hear(stage, role, "whatsapp", at);
    stage.scene.say(&talk, Sender::Bot, at + SECOND);
    stage.scene.say(&talk, Sender::Contact, at + MINUTE);

    let role = stage.case("answered by the bot and an agent", "human support");
    let talk = hear(stage, role, "whatsapp", at);
    stage.scene.say(&talk, Sender::Bot, at + SECOND);
    stage.scene.say(&talk, Sender::Contact, at + MINUTE);
    stage.scene.say(&talk, Sender::Agent, at + 2 * MINUTE);
}

fn quiz(stage: &mut Stage<'_>) {
    let at = noon(7);
    let role = stage.case(
        "a quiz taken twice in one session",
        "the first attempt counts",
    );
    let mut talk = Talk::loose(role.customer, "webchat", "agent-01");
    talk.session = Some(stage.scene.next_id(Numbered::Session));
    stage.scene.say(&talk, Sender::Contact, at);
    let mut who = role.guise();
    who.session = talk.session;
    for attempt in [0, 10 * MINUTE] {
        let at = at + attempt;
        stage.scene.quiz(&who, "quiz_started", None, at + SECOND);
        for (number, question) in (2..).zip(["skin_type", "concern", "texture", "budget"]) {
            stage
                .scene
                .quiz(&who, "quiz_step", Some(question), at + number * SECOND);
        }
        stage.scene.quiz(&who, "quiz_completed", None, at + MINUTE);
    }
    let message = stage.scene.say(&talk, Sender::Bot, at + 2 * MINUTE);
    if let Some(message) = message {
        stage.scene.show(&who, message, "p-301", at + 2 * MINUTE);
        stage.scene.show(&who, message, "p-301", at + 3 * MINUTE);
    }
    stage
        .scene
        .see(&who, "product_click", Some("p-301"), at + 12 * MINUTE);
    stage
        .scene
        .see(&who, "add_to_cart", Some("p-301"), at + 13 * MINUTE);
    let customer = Some(role.customer);
    let sold = stage.sale(Sale::online(
        customer,
        Home::America,
        "webchat",
        "bot",
        at + 15 * MINUTE,
    ));
    stage.scene.report_purchase(
        &who,
        sold.order,
        sold.amounts.total(),
        Some("USD"),
        at + 15 * MINUTE,
    );
}

fn intent(stage: &mut Stage<'_>) {
    let at = noon(6);
    let orders = [
        (
            1,
            "put in the cart, then ordered",
            "a pre-purchased session with an order",
        ),
        (
            -1,
            "ordered, then put in the cart",
            "not pre-purchased: intent must precede the order",
        ),
    ];
    for (side, situation, outcome) in orders {
        let role = stage.case(situation, outcome);
        let mut talk = Talk::loose(role.customer, "webchat", "agent-01");
        talk.session = Some(stage.scene.next_id(Numbered::Session));
        stage.scene.say(&talk, Sender::Contact, at);
        let mut who = role.guise();
        who.session = talk.session;
        stage
            .scene
            .see(&who, "add_to_cart", Some("p-301"), at + 10 * MINUTE);
        let ordered_at = at + 10 * MINUTE + side * 5 * MINUTE;
        let sale = Sale::online(
            Some(role.customer),
            Home::America,
            "webchat",
            "bot",
            ordered_at,
        );
        let sold = stage.sale(sale);
        stage.scene.report_purchase(
            &who,
            sold.order,
            sold.amounts.total(),
            Some("USD"),
            ordered_at,
        );
    }

    let role = stage.case(
        "purchase exactly 7 days after a product visit",
        "a purchaser: the end counts",
    );
    stage
        .scene
        .see(&role.guise(), "product_view", Some("p-201"), at - 7 * DAY);
    stage.order(role, at);

    let role = stage.case(
        "purchase 7 days and 1 µs after a product visit",
        "no purchaser",
    );
    stage.scene.see(
        &role.guise(),
        "product_view",
        Some("p-201"),
        at - 7 * DAY - 1,
    );
    stage.order(role, at);
}
