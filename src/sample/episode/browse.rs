//! A visit to the site, on its own or after a click, that may end in an order.

use crate::sample::basket::pick_product;
use crate::sample::columns::Id;
use crate::sample::person::Person;
use crate::sample::sale::{Sale, Sold};
use crate::sample::scene::{Numbered, Scene};
use crate::sample::seasons::{HOUR, Home, MINUTE, Micros, SECOND};
use crate::sample::site::Guise;

/// How a visit begins and how far it is likely to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) link: Option<Id>,
    pub(super) product: Option<&'static str>,
    /// What an order of the visit is credited to at its source.
    pub(super) source: &'static str,
    /// 1 for a visit out of the blue, more for one with a reason.
    pub(super) keenness: f64,
}

impl Entry {
    pub(super) const PLAIN: Self = Self {
        link: None,
        product: None,
        source: "web",
        keenness: 1.0,
    };
}

impl Scene<'_> {
    /// A customer comes to the site unasked, and after an order may write about it.
    pub(super) fn visit_site(&mut self, person: &Person, at: Micros) {
        let who = self.guise(person, at);
        let sold = self.browse(&who, person.home, Some(person.record), &Entry::PLAIN, at);
        self.follow_order(person, sold.as_ref());
    }

    /// What comes after an order of a known customer: later changes, questions about it.
    pub(super) fn follow_order(&mut self, person: &Person, sold: Option<&Sold>) {
        if let Some(sold) = sold {
            self.after_sale(sold);
            if self.dice.chance(0.1) {
                self.ask_about_order(person, sold);
            }
        }
    }

    /// Looks around, and perhaps puts something in the cart, checks out and buys.
    pub(super) fn browse(
        &mut self,
        who: &Guise,
        home: Home,
        buyer: Option<Id>,
        entry: &Entry,
        at: Micros,
    ) -> Option<Sold> {
        let mut at = at + self.dice.between(1, 5) * SECOND;
        self.see(who, "page_view", None, at);
        for _ in 0..self.dice.poisson(0.9) {
            at += self.soon(5 * SECOND, 3 * MINUTE);
            self.see(who, "page_view", None, at);
        }
        if entry.product.is_none() && self.dice.chance(0.25) {
            return None;
        }
        let mut product = entry
            .product
            .unwrap_or_else(|| pick_product(&mut self.dice).product_id);
        self.see(who, "product_view", Some(product), at + SECOND);
        for _ in 0..self.dice.poisson(0.6) {
            at += self.soon(10 * SECOND, 4 * MINUTE);
            product = pick_product(&mut self.dice).product_id;
            self.see(who, "product_view", Some(product), at);
        }
        if !self.dice.chance(0.28 * entry.keenness) {
            return None;
        }
        at += self.soon(8 * SECOND, 3 * MINUTE);
        self.see(who, "add_to_cart", Some(product), at);
        if !self.dice.chance((0.55 * entry.keenness).min(0.85)) {
            return None;
        }
        at += self.soon(20 * SECOND, 6 * MINUTE);
        self.see(who, "begin_checkout", None, at);
        if !self.dice.chance((0.6 * entry.keenness).min(0.88)) {
            return None;
        }
        at += self.soon(40 * SECOND, 8 * MINUTE);
        self.check_out(who, home, buyer, entry, product, at)
    }

    fn check_out(
        &mut self,
        who: &Guise,
        home: Home,
        buyer: Option<Id>,
        entry: &Entry,
        product: &'static str,
        at: Micros,
    ) -> Option<Sold> {
        // Some customers buy as guests and the shop cannot tell who they are.
        let customer = buyer.filter(|_| !self.dice.chance(0.06));
        let mut sale = Sale::online(customer, home, "web", entry.source, at);
        sale.link = entry.link;
        if self.dice.chance(0.02) {
            sale.group = Some(self.next_id(Numbered::OrderGroup));
        }
        let sold = self.sell(sale, Some(product))?;
        self.report(who, &sold);
        if sale.group.is_some() {
            // A marketplace splits one checkout into an order per seller.
            let part = self.sell(sale, None)?;
            self.report(who, &part);
            self.after_sale(&part);
        }
        Some(sold)
    }

    /// Sends the purchase event of an order, or fails to, or sends it twice.
    pub(super) fn report(&mut self, who: &Guise, sold: &Sold) {
        let at = sold.sale.at + self.dice.between(1, 4) * SECOND;
        let currency = (!self.dice.chance(0.03)).then_some(sold.sale.home.currency());
        let total = sold.amounts.total();
        if self.dice.chance(0.01) {
            // A payment that the shop's system never heard of.
            let unknown = self.next_id(Numbered::Order);
            self.report_purchase(who, unknown, total, currency, at);
        }
        if self.dice.chance(0.05) {
            return;
        }
        self.report_purchase(who, sold.order, total, currency, at);
        if self.dice.chance(0.05) {
            let reload = at + self.soon(10 * SECOND, HOUR);
            self.report_purchase(who, sold.order, total, currency, reload);
        }
    }
}
