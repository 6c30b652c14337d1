//! Sales and visits of people whom the shop does not know, and orders that are no sales.

use super::browse::Entry;
use crate::sample::sale::Sale;
use crate::sample::scene::{Numbered, Scene};
use crate::sample::seasons::{DAY, Home};
use crate::sample::shop::{STORES, associate_in};
use crate::sample::site::Guise;

impl Scene<'_> {
    /// Guests in the stores; some bring back what no ticket is found for.
    pub(super) fn walk_ins(&mut self, customers: usize) {
        for _ in 0..self.dice.poisson(customers as f64 * 0.12) {
            let store = self.dice.pick(STORES);
            let at = self.seasons.open(&mut self.dice, store.home);
            let associate = associate_in(&mut self.dice, store.store_id, at);
            let sold = self.sell(Sale::in_store(None, store, associate, at), None);
            let Some(sold) = sold else { continue };
            if self.dice.chance(0.05) {
                let returned_at = at + self.soon(DAY, 20 * DAY);
                self.return_ticket(&sold, returned_at, false);
            } else {
                self.after_sale(&sold);
            }
        }
    }

    /// Visitors of the site who never say who they are; a few buy as guests.
    pub(super) fn anonymous_visits(&mut self, customers: usize) {
        for _ in 0..self.dice.poisson((customers as f64 * 0.22).min(58.0)) {
            let home = if self.dice.chance(0.8) {
                Home::America
            } else {
                Home::Europe
            };
            let at = self.seasons.awake(&mut self.dice, home);
            let visitor = Some(self.next_id(Numbered::Visitor));
            let who = Guise {
                visitor,
                customer: None,
                session: None,
            };
            let entry = Entry {
                keenness: 0.6,
                ..Entry::PLAIN
            };
            if let Some(sold) = self.browse(&who, home, None, &entry, at) {
                self.after_sale(&sold);
            }
        }
    }

    /// Orders that the shop placed to try its checkout.
    pub(super) fn test_orders(&mut self, customers: usize) {
        for _ in 0..self.dice.poisson(customers as f64 * 0.006) {
            let at = self.seasons.awake(&mut self.dice, Home::America);
            let mut sale = Sale::online(None, Home::America, "web", "web", at);
            sale.is_test = true;
            self.sell(sale, Some("p-701"));
        }
    }
}
