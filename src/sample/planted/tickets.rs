//! Edges of orders themselves: period ends, late rows, returns, split tickets, corrections.

use super::{Stage, noon};
use crate::sample::basket::amounts;
use crate::sample::sale::Sale;
use crate::sample::scene::Numbered;
use crate::sample::seasons::{DAY, Home, MINUTE, NOW};
use crate::sample::shop::STORES;

pub(super) fn plant(stage: &mut Stage<'_>) {
    period_edges(stage);
    late_and_test(stage);
    corrections(stage);
    returns(stage);
    split(stage);
}

fn period_edges(stage: &mut Stage<'_>) {
    let today = Home::America.midnight(NOW);
    let role = stage.case("order at the first instant of today", "today");
    stage.order(role, today);
    let role = stage.case("order at the last instant of yesterday", "yesterday");
    stage.order(role, today - 1);
    let role = stage.case(
        "order at the first instant of the last 7 days",
        "last_7_days",
    );
    stage.order(role, today - 7 * DAY);
    let role = stage.case("order 1 µs before the last 7 days", "not last_7_days");
    stage.order(role, today - 7 * DAY - 1);
    let role = stage.case(
        "order at the first instant of the last 30 days",
        "last_30_days",
    );
    stage.order(role, Home::America.midnight(NOW - 30 * DAY));
    let role = stage.case(
        "order at the very instant of the clock",
        "seen, but not of today, which ends before the clock",
    );
    stage.order(role, NOW);
}

fn late_and_test(stage: &mut Stage<'_>) {
    let role = stage.case(
        "an order known four days late",
        "counts on its own day once known",
    );
    let sold = stage.order(role, noon(6));
    if let Some(order) = stage.scene.rows.orders.last_mut() {
        order.ingested_at = sold.sale.at + 4 * DAY;
    }

    let role = stage.case("a test order", "counted as a test, in no report");
    let mut sale = Sale::online(Some(role.customer), Home::America, "web", "web", noon(6));
    sale.is_test = true;
    stage.sale(sale);
}

fn corrections(stage: &mut Stage<'_>) {
    let at = noon(35);
    let role = stage.case("cancelled after a day", "captured, and worth nothing now");
    let sold = stage.order(role, at);
    let total = sold.amounts.total();
    if let Some(order) = stage.scene.rows.orders.last_mut() {
        (order.status, order.cancelled_at) = ("cancelled", Some(at + DAY));
        (order.invoiced_at, order.approved_at) = (None, Some(at + MINUTE));
    }
    stage
        .scene
        .adjust(sold.order, "cancel", -total, None, at + DAY);

    let adjustments = [
        (
            "return",
            "fully returned 20 days later",
            "an order worth nothing",
            1,
            1,
            20,
        ),
        (
            "refund",
            "half refunded in the next month",
            "half restated, on the order's day",
            1,
            2,
            25,
        ),
        (
            "discount",
            "a tenth off afterwards",
            "nine tenths",
            1,
            10,
            1,
        ),
        (
            "edit",
            "edited upwards afterwards",
            "more than at creation",
            -1,
            4,
            1,
        ),
    ];
    for (kind, situation, outcome, part, of, days) in adjustments {
        let role = stage.case(situation, outcome);
        let sold = stage.order(role, at);
        let amount = -sold.amounts.total() * part / of;
        stage
            .scene
            .adjust(sold.order, kind, amount, None, at + days * DAY);
    }
}

fn returns(stage: &mut Stage<'_>) {
    let at = noon(11);
    let role = stage.case(
        "a sale and its return ticket",
        "net against the sale, not a purchase",
    );
    let sold = stage.sale(Sale::in_store(
        Some(role.customer),
        &STORES[0],
        Some("associate-01"),
        at,
    ));
    if let Some(back) = stage.scene.return_ticket(&sold, at + 3 * DAY, true) {
        stage.record(&back, at + 3 * DAY);
    }

    let role = stage.case(
        "a return ticket that names no sale",
        "in the bucket of unlinked returns",
    );
    let sold = stage.sale(Sale::in_store(
        Some(role.customer),
        &STORES[0],
        Some("associate-01"),
        at,
    ));
    if let Some(back) = stage.scene.return_ticket(&sold, at + 3 * DAY, false) {
        stage.record(&back, at + 3 * DAY);
    }

    let role = stage.case("an exchange", "one ticket, one line back and one sold");
    let sold = stage.sale(Sale::in_store(
        Some(role.customer),
        &STORES[0],
        Some("associate-01"),
        at,
    ));
    if let Some(other) = stage.scene.exchange_ticket(&sold, at + 4 * DAY) {
        stage.record(&other, at + 4 * DAY);
    }
}

fn split(stage: &mut Stage<'_>) {
    let at = noon(19);
    let role = stage.case(
        "deposit 2 days after an activity, the rest 17 days after it",
        "both tickets attributed: the first decides",
    );
    let activity = stage.activity(role.customer, at - 2 * DAY);
    stage.scene.add_activity(activity);
    let group = Some(stage.scene.next_id(Numbered::OrderGroup));
    let mut deposit = super::moisturiser();
    let mut rest = deposit;
    deposit.net_amount = 1_000;
    rest.net_amount -= 1_000;
    rest.quantity = 0;
    for (item, delay) in [(deposit, 0), (rest, 15 * DAY)] {
        let sale = Sale::in_store(
            Some(role.customer),
            &STORES[0],
            Some("associate-01"),
            at + delay,
        );
        let items = vec![item];
        let amounts = amounts(&items, 0, 0, Home::America);
        if let Some(sold) = stage.scene.place(Sale { group, ..sale }, items, amounts) {
            stage.record(&sold, at + delay);
        }
    }
}
