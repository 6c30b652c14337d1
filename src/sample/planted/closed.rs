//! Edges of the rule that credits the person who last marked a conversation done.

use super::{Role, Stage, noon};
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros};
use crate::sample::shop::{IDLE_RULE, REOPEN_RULE};
use crate::sample::talk::{Closer, Sender, Talk};

const DONE: &str = "done";
const FIRST: Closer = Closer::Agent("agent-01");
const SECOND_AGENT: Closer = Closer::Agent("agent-02");

pub(super) fn plant(stage: &mut Stage<'_>) {
    window_edges(stage);
    closers(stage);
    reopened(stage);
    several(stage);
    merged(stage);
}

/// A conversation that the closer marks done at that instant.
fn closed(stage: &mut Stage<'_>, role: Role, closer: Closer, done_at: Micros) -> Talk {
    let mut talk = stage.talk(role.customer, "agent-01", done_at - HOUR);
    stage.scene.set_status(&mut talk, DONE, closer, done_at);
    talk
}

/// A conversation marked done in which only the agent wrote, and an order a day later.
fn unanswered(stage: &mut Stage<'_>, role: Role, done_at: Micros) -> Talk {
    let begun_at = done_at - HOUR;
    let scene = &mut stage.scene;
    let mut talk = scene.begin_talk(role.customer, "whatsapp", "agent-01", begun_at);
    scene.say(&talk, Sender::Agent, begun_at + MINUTE);
    scene.set_status(&mut talk, DONE, FIRST, done_at);
    stage.order(role, done_at + DAY);
    talk
}

fn window_edges(stage: &mut Stage<'_>) {
    let done_at = noon(12);
    let role = stage.case(
        "order exactly 120 h after done",
        "credited to agent-01: the end counts",
    );
    closed(stage, role, FIRST, done_at);
    stage.order(role, done_at + 5 * DAY);

    let role = stage.case(
        "order 120 h and 1 µs after done",
        "not credited: outside the lookback",
    );
    closed(stage, role, FIRST, done_at);
    stage.order(role, done_at + 5 * DAY + 1);

    let role = stage.case("order at the very instant of done", "credited to agent-01");
    closed(stage, role, FIRST, done_at);
    stage.order(role, done_at);

    let role = stage.case(
        "done 1 µs after the order",
        "not credited: done must not be later",
    );
    closed(stage, role, FIRST, done_at + 1);
    stage.order(role, done_at);
}

fn closers(stage: &mut Stage<'_>) {
    let done_at = noon(9);
    let closers = [
        (
            Closer::Bot,
            "done by the bot only",
            "credited to automation, not to a person",
        ),
        (
            Closer::Rule(IDLE_RULE),
            "done by a rule only",
            "credited to automation, not to a person",
        ),
        (
            Closer::Nobody,
            "done by nobody named",
            "not credited: the closer must be set",
        ),
    ];
    for (closer, situation, outcome) in closers {
        let role = stage.case(situation, outcome);
        closed(stage, role, closer, done_at);
        stage.order(role, done_at + DAY);
    }

    let role = stage.case(
        "done without an inbound message",
        "not credited: no inbound",
    );
    unanswered(stage, role, done_at);

    let role = stage.case(
        "the only inbound message comes after the order",
        "not credited: no inbound at the order's instant",
    );
    let talk = unanswered(stage, role, done_at);
    stage.scene.say(&talk, Sender::Contact, done_at + 2 * DAY);
}

fn reopened(stage: &mut Stage<'_>) {
    let done_at = noon(10);
    let reopen = |stage: &mut Stage<'_>, talk: &mut Talk, at: Micros| {
        stage.scene.say(talk, Sender::Contact, at);
        stage
            .scene
            .set_status(talk, "open", Closer::Rule(REOPEN_RULE), at);
    };

    let role = stage.case(
        "reopened before the order and still open",
        "not credited: reopened",
    );
    let mut talk = closed(stage, role, FIRST, done_at);
    reopen(stage, &mut talk, done_at + HOUR);
    stage.order(role, done_at + DAY);

    let role = stage.case(
        "reopened after the order",
        "credited to agent-01: done at its instant",
    );
    let mut talk = closed(stage, role, FIRST, done_at);
    stage.order(role, done_at + DAY);
    reopen(stage, &mut talk, done_at + 2 * DAY);

    let role = stage.case(
        "reopened after the order and closed by agent-02",
        "credited to agent-01, who had closed it then",
    );
    let mut talk = closed(stage, role, FIRST, done_at);
    stage.order(role, done_at + DAY);
    reopen(stage, &mut talk, done_at + 2 * DAY);
    stage
        .scene
        .set_status(&mut talk, DONE, SECOND_AGENT, done_at + 2 * DAY + HOUR);

    let role = stage.case(
        "done and open in the same instant, open last in sequence",
        "not credited: the sequence decides",
    );
    let mut talk = closed(stage, role, FIRST, done_at);
    reopen(stage, &mut talk, done_at);
    stage.order(role, done_at + DAY);
}

fn several(stage: &mut Stage<'_>) {
    let done_at = noon(8);
    let role = stage.case(
        "done twice, by agent-01 and then agent-02",
        "credited to agent-02",
    );
    let mut talk = closed(stage, role, FIRST, done_at);
    stage
        .scene
        .set_status(&mut talk, DONE, SECOND_AGENT, done_at + HOUR);
    stage.order(role, done_at + DAY);

    let role = stage.case(
        "two conversations done, the later by agent-02",
        "credited to agent-02",
    );
    closed(stage, role, FIRST, done_at);
    closed(stage, role, SECOND_AGENT, done_at + HOUR);
    stage.order(role, done_at + DAY);

    let role = stage.case(
        "two conversations done in the same instant",
        "one credit, to the greater conversation id: agent-02",
    );
    closed(stage, role, FIRST, done_at);
    closed(stage, role, SECOND_AGENT, done_at);
    stage.order(role, done_at + DAY);
}

fn merged(stage: &mut Stage<'_>) {
    let done_at = noon(7);
    let role = stage.case("conversation on a merged record", "credited to agent-01");
    let former = stage.merged_record(role.customer);
    closed(
        stage,
        Role {
            customer: former,
            ..role
        },
        FIRST,
        done_at,
    );
    stage.order(role, done_at + DAY);

    let role = stage.case(
        "conversation on a record merged twice",
        "credited to agent-01",
    );
    let former = stage.merged_record(role.customer);
    let first = stage.merged_record(former);
    closed(
        stage,
        Role {
            customer: first,
            ..role
        },
        FIRST,
        done_at,
    );
    stage.order(role, done_at + DAY);
}
