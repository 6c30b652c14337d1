//! Making orders: a sale, the lines and amounts of its order, and the order's later states.

use super::basket::{Item, amounts, fill_basket};
use super::columns::Id;
use super::rows::{Adjustment, Amounts, Line, Order, Store};
use super::scene::{Numbered, Scene, happens};
use super::seasons::{DAY, HOUR, Home, MINUTE, Micros, NOW};

/// Who buys, where and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sale {
    pub(crate) customer: Option<Id>,
    pub(crate) at: Micros,
    pub(crate) home: Home,
    pub(crate) channel: &'static str,
    pub(crate) source: &'static str,
    pub(crate) link: Option<Id>,
    pub(crate) store: Option<&'static Store>,
    pub(crate) associate: Option<&'static str>,
    pub(crate) group: Option<Id>,
    pub(crate) original: Option<Id>,
    pub(crate) is_test: bool,
    /// The buyer will cancel the order within hours.
    pub(crate) is_cancelled: bool,
}

/// A sale that became an order.
#[derive(Debug, Clone)]
pub(crate) struct Sold {
    pub(crate) order: Id,
    pub(crate) sale: Sale,
    pub(crate) items: Vec<Item>,
    pub(crate) amounts: Amounts,
}

impl Sale {
    pub(crate) fn online(
        customer: Option<Id>,
        home: Home,
        channel: &'static str,
        source: &'static str,
        at: Micros,
    ) -> Self {
        Self {
            customer,
            at,
            home,
            channel,
            source,
            link: None,
            store: None,
            associate: None,
            group: None,
            original: None,
            is_test: false,
            is_cancelled: false,
        }
    }

    pub(crate) fn in_store(
        customer: Option<Id>,
        store: &'static Store,
        associate: Option<&'static str>,
        at: Micros,
    ) -> Self {
        Self {
            store: Some(store),
            associate,
            ..Self::online(customer, store.home, "store", "pos", at)
        }
    }
}

impl Scene<'_> {
    /// Sells a basket with the usual discounts and shipping.
    pub(crate) fn sell(&mut self, mut sale: Sale, wanted: Option<&'static str>) -> Option<Sold> {
        let items = fill_basket(&mut self.dice, sale.home, wanted);
        let subtotal: i64 = items.iter().map(|item| item.net_amount).sum();
        let discount = if self.dice.chance(0.18) {
            subtotal * self.dice.weighted(&[(10, 5), (15, 2), (20, 1)]) / 100
        } else {
            0
        };
        let shipping = if sale.store.is_some() || subtotal - discount >= 6_000 {
            0
        } else {
            595
        };
        let amounts = amounts(&items, discount, shipping, sale.home);
        sale.is_cancelled = sale.store.is_none() && self.dice.chance(0.03);
        self.place(sale, items, amounts)
    }

    /// Places an order; nothing after the clock.
    pub(crate) fn place(&mut self, sale: Sale, items: Vec<Item>, amounts: Amounts) -> Option<Sold> {
        if !happens(sale.at) {
            return None;
        }
        let order = self.next_id(Numbered::Order);
        let sold = Sold {
            order,
            sale,
            items,
            amounts,
        };
        self.add_lines(&sold);
        self.add_order(&sold);
        Some(sold)
    }

    fn add_lines(&mut self, sold: &Sold) {
        for (line_number, item) in (1..).zip(&sold.items) {
            self.rows.order_lines.push(Line {
                order_id: sold.order,
                line_number,
                product_id: item.product_id,
                quantity: item.quantity,
                unit_price: item.unit_price,
                net_amount: item.net_amount,
            });
        }
    }

    fn add_order(&mut self, sold: &Sold) {
        let sale = &sold.sale;
        let at = sale.at;
        let in_store = sale.store.is_some();
        let date_only = sale.store.is_some_and(|store| store.date_only);
        // A till that keeps only the day sends it as a date.
        let ordered_at = if date_only { sale.home.day(at) } else { at };
        let cancelled_at = sale
            .is_cancelled
            .then(|| at + self.soon(20 * MINUTE, 30 * HOUR));
        let cancelled_at = cancelled_at.filter(|at| happens(*at));
        let (approved_at, invoiced_at) = if in_store {
            (Some(ordered_at), Some(ordered_at))
        } else if self.dice.chance(0.02) {
            (None, None)
        } else {
            let approved = at + self.soon(MINUTE, 90 * MINUTE);
            let invoiced = approved + self.soon(3 * HOUR, 2 * DAY);
            let is_stopped = cancelled_at.is_some_and(|at| at < invoiced);
            (Some(approved), (!is_stopped).then_some(invoiced))
        };
        let approved_at = approved_at.filter(|at| *at <= NOW);
        let invoiced_at = invoiced_at.filter(|at| *at <= NOW);
        let status = match (cancelled_at, invoiced_at, approved_at) {
            (Some(_), _, _) => "cancelled",
            (_, Some(_), _) => "invoiced",
            (_, _, Some(_)) => "approved",
            _ => "captured",
        };
        let usual = if in_store { HOUR } else { MINUTE };
        let ingested_at = self.known_at(at, usual, 0.02);
        self.rows.orders.push(Order {
            order_id: sold.order,
            customer_id: sale.customer,
            ordered_at,
            currency: sale.home.currency(),
            amounts: sold.amounts,
            channel: sale.channel,
            source: sale.source,
            link_id: sale.link,
            store_id: sale.store.map(|store| store.store_id),
            associate_id: sale.associate,
            order_group_id: sale.group,
            original_order_id: sale.original,
            status,
            captured_at: Some(ordered_at),
            approved_at,
            invoiced_at,
            cancelled_at,
            is_test: sale.is_test,
            date_only,
            ingested_at,
        });
        if let Some(at) = cancelled_at {
            self.adjust(sold.order, "cancel", -sold.amounts.total(), None, at);
        }
    }

    /// Changes the amount of an order later, in cents.
    pub(crate) fn adjust(
        &mut self,
        order: Id,
        kind: &'static str,
        amount: i64,
        line_number: Option<i64>,
        at: Micros,
    ) {
        if happens(at) && amount != 0 {
            let adjustment_id = self.next_id(Numbered::Adjustment);
            let ingested_at = self.known_at(at, HOUR, 0.05);
            self.rows.order_adjustments.push(Adjustment {
                adjustment_id,
                order_id: order,
                kind,
                amount,
                occurred_at: at,
                line_number,
                ingested_at,
            });
        }
    }
}
