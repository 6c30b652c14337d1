//! Edges of the rule that credits any activity in the 14 days before a sale.

use super::{Stage, noon};
use crate::sample::rows::{Activity, Store};
use crate::sample::sale::{Sale, Sold};
use crate::sample::seasons::{DAY, HOUR, Micros};
use crate::sample::shop::STORES;

pub(super) fn plant(stage: &mut Stage<'_>) {
    window_edges(stage);
    kinds_of_activity(stage);
    several(stage);
    date_only(stage);
}

fn sale_in(stage: &mut Stage<'_>, store: &'static Store, customer: u64, at: Micros) -> Sold {
    stage.sale(Sale::in_store(
        Some(customer),
        store,
        Some("associate-02"),
        at,
    ))
}

fn window_edges(stage: &mut Stage<'_>) {
    let sold_at = noon(3);
    let edges = [
        (
            14 * DAY,
            "activity exactly 336 h before the sale",
            "attributed: the end counts",
        ),
        (
            14 * DAY + 1,
            "activity 336 h and 1 µs before the sale",
            "not attributed",
        ),
        (0, "activity at the very instant of the sale", "attributed"),
        (-1, "activity 1 µs after the sale", "not attributed"),
    ];
    for (lead, situation, outcome) in edges {
        let role = stage.case(situation, outcome);
        let activity = stage.activity(role.customer, sold_at - lead);
        stage.scene.add_activity(activity);
        sale_in(stage, &STORES[0], role.customer, sold_at);
    }
}

fn kinds_of_activity(stage: &mut Stage<'_>) {
    let sold_at = noon(3);
    let plain = stage.activity(0, sold_at - DAY);
    let kinds = [
        (
            Activity {
                status: Some("failed"),
                ..plain
            },
            "only a failed activity",
            "not attributed",
        ),
        (
            Activity {
                direction: Some("inbound"),
                ..plain
            },
            "only an inbound activity",
            "not attributed, unless include_inbound",
        ),
        (
            Activity {
                activity_type: "email",
                automated: true,
                associate_id: None,
                store_id: None,
                ..plain
            },
            "only an automated activity",
            "attributed, and in automated_only_amount",
        ),
        (
            Activity {
                direction: None,
                status: None,
                ..plain
            },
            "an activity without direction and status",
            "attributed: read as outbound and completed",
        ),
    ];
    for (activity, situation, outcome) in kinds {
        let role = stage.case(situation, outcome);
        stage.scene.add_activity(Activity {
            customer_id: role.customer,
            ..activity
        });
        sale_in(stage, &STORES[0], role.customer, sold_at);
    }
    let role = stage.case(
        "an activity without a sale",
        "no sale, not a related activity",
    );
    stage.scene.add_activity(Activity {
        customer_id: role.customer,
        ..plain
    });
}

fn several(stage: &mut Stage<'_>) {
    let at = noon(6);
    let role = stage.case(
        "one activity before two sales",
        "two sales, one related activity",
    );
    let activity = stage.activity(role.customer, at - DAY);
    stage.scene.add_activity(activity);
    sale_in(stage, &STORES[0], role.customer, at);
    sale_in(stage, &STORES[0], role.customer, at + DAY);

    let role = stage.case(
        "activities of two types before one sale",
        "one sale, non-additive by type",
    );
    for (activity_type, lead) in [("reminder", 2 * DAY), ("call", DAY)] {
        let activity = stage.activity(role.customer, at - lead);
        stage.scene.add_activity(Activity {
            activity_type,
            ..activity
        });
    }
    sale_in(stage, &STORES[0], role.customer, at);

    let role = stage.case(
        "sale in Berlin, in euros",
        "attributed; converted at the rate of the day",
    );
    let activity = stage.activity(role.customer, at - DAY);
    let (associate_id, store_id) = (Some("associate-10"), Some("store-berlin"));
    stage.scene.add_activity(Activity {
        associate_id,
        store_id,
        ..activity
    });
    sale_in(stage, &STORES[3], role.customer, at - HOUR * 5);
}

fn date_only(stage: &mut Stage<'_>) {
    let at = noon(2);
    let role = stage.case(
        "a sale with only its day, and an activity later that day",
        "attributed: days are compared, and the sale is date-only",
    );
    let activity = stage.activity(role.customer, at + 2 * HOUR);
    stage.scene.add_activity(activity);
    sale_in(stage, &STORES[2], role.customer, at);

    let role = stage.case(
        "a sale with only its day, and an activity early 14 days before",
        "attributed: day D - 14 is the first that counts",
    );
    let activity = stage.activity(role.customer, at - 14 * DAY - 11 * HOUR);
    stage.scene.add_activity(activity);
    sale_in(stage, &STORES[2], role.customer, at);
}
