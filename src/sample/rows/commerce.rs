//! Orders, their lines, and what changed their amounts later.

use crate::sample::columns::{Columns, Id, Row};
use crate::sample::seasons::Micros;

/// The amounts of an order in cents; they add up to its total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) subtotal: i64,
    pub(crate) discount: i64,
    pub(crate) shipping: i64,
    pub(crate) tax: i64,
}

impl Amounts {
    pub(crate) fn total(&self) -> i64 {
        self.subtotal - self.discount + self.shipping + self.tax
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) order_id: Id,
    pub(crate) customer_id: Option<Id>,
    pub(crate) ordered_at: Micros,
    pub(crate) currency: &'static str,
    pub(crate) amounts: Amounts,
    pub(crate) channel: &'static str,
    pub(crate) source: &'static str,
    pub(crate) link_id: Option<Id>,
    pub(crate) store_id: Option<&'static str>,
    pub(crate) associate_id: Option<&'static str>,
    pub(crate) order_group_id: Option<Id>,
    pub(crate) original_order_id: Option<Id>,
    pub(crate) status: &'static str,
    pub(crate) captured_at: Option<Micros>,
    pub(crate) approved_at: Option<Micros>,
    pub(crate) invoiced_at: Option<Micros>,
    pub(crate) cancelled_at: Option<Micros>,
    pub(crate) is_test: bool,
    pub(crate) date_only: bool,
    pub(crate) ingested_at: Micros,
}

impl Row for Order {
    const TABLE: &'static str = "orders";

    fn event_at(&self) -> Micros {
        self.ordered_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("order_id", "o", rows().map(|row| Some(row.order_id)));
        columns.ids("customer_id", "c", rows().map(|row| row.customer_id));
        columns.instants("ordered_at", rows().map(|row| Some(row.ordered_at)));
        columns.texts("currency", rows().map(|row| Some(row.currency)));
        columns.cents("total", rows().map(|row| Some(row.amounts.total())));
        columns.cents("subtotal", rows().map(|row| Some(row.amounts.subtotal)));
        columns.cents("discount", rows().map(|row| Some(row.amounts.discount)));
        columns.cents("shipping", rows().map(|row| Some(row.amounts.shipping)));
        columns.cents("tax", rows().map(|row| Some(row.amounts.tax)));
        columns.texts("channel", rows().map(|row| Some(row.channel)));
        columns.texts("source", rows().map(|row| Some(row.source)));
        columns.ids("link_id", "l", rows().map(|row| row.link_id));
        columns.texts("store_id", rows().map(|row| row.store_id));
        columns.texts("associate_id", rows().map(|row| row.associate_id));
        columns.ids("order_group_id", "g", rows().map(|row| row.order_group_id));
        columns.ids(
            "original_order_id",
            "o",
            rows().map(|row| row.original_order_id),
        );
        columns.texts("status", rows().map(|row| Some(row.status)));
        columns.instants("captured_at", rows().map(|row| row.captured_at));
        columns.instants("approved_at", rows().map(|row| row.approved_at));
        columns.instants("invoiced_at", rows().map(|row| row.invoiced_at));
        columns.instants("cancelled_at", rows().map(|row| row.cancelled_at));
        columns.flags("is_test", rows().map(|row| Some(row.is_test)));
        columns.flags("date_only", rows().map(|row| Some(row.date_only)));
        columns.instants("ingested_at", rows().map(|row| Some(row.ingested_at)));
    }
}

/// A line of an order; amounts in cents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) order_id: Id,
    pub(crate) line_number: i64,
    pub(crate) product_id: &'static str,
    pub(crate) quantity: i64,
    pub(crate) unit_price: i64,
    pub(crate) net_amount: i64,
}

impl Row for Line {
    const TABLE: &'static str = "order_lines";

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("order_id", "o", rows().map(|row| Some(row.order_id)));
        columns.integers("line_number", rows().map(|row| Some(row.line_number)));
        columns.texts("product_id", rows().map(|row| Some(row.product_id)));
        columns.integers("quantity", rows().map(|row| Some(row.quantity)));
        columns.cents("unit_price", rows().map(|row| Some(row.unit_price)));
        columns.cents("net_amount", rows().map(|row| Some(row.net_amount)));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Adjustment {
    pub(crate) adjustment_id: Id,
    pub(crate) order_id: Id,
    pub(crate) kind: &'static str,
    pub(crate) amount: i64,
    pub(crate) occurred_at: Micros,
    pub(crate) line_number: Option<i64>,
    pub(crate) ingested_at: Micros,
}

impl Row for Adjustment {
    const TABLE: &'static str = "order_adjustments";

    fn event_at(&self) -> Micros {
        self.occurred_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids(
            "adjustment_id",
            "adj",
            rows().map(|row| Some(row.adjustment_id)),
        );
        columns.ids("order_id", "o", rows().map(|row| Some(row.order_id)));
        columns.texts("kind", rows().map(|row| Some(row.kind)));
        columns.cents("amount", rows().map(|row| Some(row.amount)));
        columns.instants("occurred_at", rows().map(|row| Some(row.occurred_at)));
        columns.integers("line_number", rows().map(|row| row.line_number));
        columns.instants("ingested_at", rows().map(|row| Some(row.ingested_at)));
    }
}
