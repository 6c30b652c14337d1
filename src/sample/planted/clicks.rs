//! Edges of the rule that credits the last click on a tracking link.

use super::{Role, Stage, noon};
use crate::sample::columns::Id;
use crate::sample::sale::Sold;
use crate::sample::scene::Numbered;
use crate::sample::seasons::{DAY, HOUR, MINUTE, Micros, SECOND};
use crate::sample::site::Guise;

pub(super) fn plant(stage: &mut Stage<'_>) {
    window_edges(stage);
    clicks_of_one_order(stage);
    visitors(stage);
    events_and_orders(stage);
}

/// A link that the agent makes for the customer.
fn link(stage: &mut Stage<'_>, role: Role, agent: &'static str, at: Micros) -> Id {
    let talk = stage.talk(role.customer, agent, at - 2 * MINUTE);
    let shared = stage.scene.share_link(&talk, "agent", Some("p-301"), at);
    shared.expect("planted links are within the sample").link
}

/// An order with its purchase event at the same instant.
fn bought(stage: &mut Stage<'_>, role: Role, who: &Guise, at: Micros) -> Sold {
    let sold = stage.order(role, at);
    stage
        .scene
        .report_purchase(who, sold.order, sold.amounts.total(), Some("USD"), at);
    sold
}

fn window_edges(stage: &mut Stage<'_>) {
    let clicked_at = noon(15);
    let edges = [
        (
            7 * DAY,
            "purchase exactly 7 days after the click",
            "credited to agent-03",
        ),
        (
            7 * DAY + 1,
            "purchase 7 days and 1 µs after the click",
            "not credited",
        ),
        (
            0,
            "purchase at the very instant of the click",
            "credited to agent-03",
        ),
        (-1, "purchase 1 µs before the click", "not credited"),
    ];
    for (lag, situation, outcome) in edges {
        let role = stage.case(situation, outcome);
        let link = link(stage, role, "agent-03", clicked_at - HOUR);
        stage.scene.click(link, Some(&role.guise()), clicked_at);
        bought(stage, role, &role.guise(), clicked_at + lag);
    }
}

fn clicks_of_one_order(stage: &mut Stage<'_>) {
    let at = noon(6);
    let role = stage.case(
        "two links clicked before one order",
        "credited to agent-05, the last",
    );
    for (agent, delay) in [("agent-03", 0), ("agent-05", HOUR)] {
        let link = link(stage, role, agent, at - HOUR);
        stage.scene.click(link, Some(&role.guise()), at + delay);
    }
    bought(stage, role, &role.guise(), at + 2 * HOUR);

    let role = stage.case(
        "one link clicked twice",
        "two clicks, one of them converted",
    );
    let twice = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(twice, Some(&role.guise()), at);
    stage.scene.click(twice, Some(&role.guise()), at + HOUR);
    bought(stage, role, &role.guise(), at + 2 * HOUR);

    let role = stage.case(
        "one click and two orders",
        "one converting click, two orders",
    );
    let once = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(once, Some(&role.guise()), at);
    bought(stage, role, &role.guise(), at + HOUR);
    bought(stage, role, &role.guise(), at + 2 * HOUR);

    let role = stage.case(
        "a link 60 days old is clicked",
        "credited: its age does not matter",
    );
    let old = link(stage, role, "agent-03", at - 60 * DAY);
    stage.scene.click(old, Some(&role.guise()), at);
    bought(stage, role, &role.guise(), at + HOUR);

    let role = stage.case("only a crawler clicked", "not credited, and no click");
    let previewed = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(previewed, None, at - HOUR + SECOND);
    bought(stage, role, &role.guise(), at + HOUR);

    let role = stage.case(
        "the agent changed team after making the link",
        "team-sales, not team-europe",
    );
    let link_at = noon(75);
    let before = link(stage, role, "agent-04", link_at);
    stage.scene.click(before, Some(&role.guise()), at);
    bought(stage, role, &role.guise(), at + HOUR);
}

fn visitors(stage: &mut Stage<'_>) {
    let at = noon(5);
    let role = stage.case(
        "click and purchase of an unnamed visitor",
        "credited through identities",
    );
    let shared = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(shared, Some(&role.nameless()), at);
    bought(stage, role, &role.nameless(), at + HOUR);

    let handed_on = [
        (
            at - 1,
            "the browser had another owner when it clicked",
            "not credited: the click was the other's",
        ),
        (
            at,
            "the browser changed owner at the very instant of the click",
            "credited",
        ),
    ];
    for (clicked_at, situation, outcome) in handed_on {
        let role = stage.case(situation, outcome);
        let other = stage.scene.next_id(Numbered::Customer);
        stage.scene.add_customer(other, "Earlier", "Owner", None);
        let browser = stage.scene.next_id(Numbered::Visitor);
        stage.scene.identify(browser, other, None, Some(at));
        stage.scene.identify(browser, role.customer, Some(at), None);
        let shared = link(stage, role, "agent-03", at - DAY);
        let who = Guise {
            visitor: Some(browser),
            customer: None,
            session: None,
        };
        stage.scene.click(shared, Some(&who), clicked_at);
        bought(stage, role, &who, at + HOUR);
    }
}

fn events_and_orders(stage: &mut Stage<'_>) {
    let at = noon(4);
    let role = stage.case(
        "the thank-you page was loaded twice",
        "one order, two purchase events",
    );
    let shared = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(shared, Some(&role.guise()), at);
    let sold = bought(stage, role, &role.guise(), at + HOUR);
    let total = sold.amounts.total();
    let reloaded_at = at + 2 * HOUR;
    stage
        .scene
        .report_purchase(&role.guise(), sold.order, total, Some("USD"), reloaded_at);

    let role = stage.case(
        "an order without a purchase event",
        "in the shop, unknown to the site",
    );
    let shared = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(shared, Some(&role.guise()), at);
    stage.order(role, at + HOUR);

    let role = stage.case(
        "a purchase event without an order",
        "known to the site, not in the shop",
    );
    let shared = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(shared, Some(&role.guise()), at);
    let unknown = stage.scene.next_id(Numbered::Order);
    stage
        .scene
        .report_purchase(&role.guise(), unknown, 3_703, Some("USD"), at + HOUR);

    let role = stage.case(
        "a purchase event without a currency",
        "read in the shop's currency",
    );
    let shared = link(stage, role, "agent-03", at - HOUR);
    stage.scene.click(shared, Some(&role.guise()), at);
    let sold = stage.order(role, at + HOUR);
    stage.scene.report_purchase(
        &role.guise(),
        sold.order,
        sold.amounts.total(),
        None,
        at + HOUR,
    );
}
