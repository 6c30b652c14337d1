//! A visit to a store, often after an associate reached out.

use crate::sample::basket::{amounts, fill_basket};
use crate::sample::person::Person;
use crate::sample::rows::{Activity, Store};
use crate::sample::sale::Sale;
use crate::sample::scene::{Numbered, Scene};
use crate::sample::seasons::{DAY, HOUR, Micros};
use crate::sample::shop::associate_in;

impl Scene<'_> {
    /// Comes to the store, invited or not, and most likely buys.
    pub(super) fn visit_store(&mut self, person: &Person, at: Micros) {
        let store = person.store;
        let is_invited = self.dice.chance(0.55);
        if is_invited {
            // Most invitations are within two weeks of the visit, some are older.
            let lead = self.soon(HOUR, 24 * DAY);
            for number in 0..self.dice.between(1, 3) {
                let before = at - lead + number * self.soon(HOUR, 2 * DAY);
                if before < at {
                    self.touch(person, store, before);
                }
            }
        }
        if !self.dice.chance(if is_invited { 0.85 } else { 0.7 }) {
            return;
        }
        let associate = associate_in(&mut self.dice, store.store_id, at);
        let sale = Sale::in_store(Some(person.record), store, associate, at);
        if self.dice.chance(0.04) {
            self.lay_away(sale);
            return;
        }
        let Some(sold) = self.sell(sale, None) else {
            return;
        };
        self.after_sale(&sold);
        if self.dice.chance(0.2) {
            // A note of thanks, after the sale.
            let later = at + self.soon(HOUR, 2 * DAY);
            self.touch(person, store, later);
        }
    }

    /// Something an associate does for a client, or the client's answer to it.
    pub(super) fn touch(&mut self, person: &Person, store: &'static Store, at: Micros) {
        let associate = associate_in(&mut self.dice, store.store_id, at);
        let activity_type = self.dice.weighted(&[
            ("messaging", 46),
            ("reminder", 18),
            ("call", 12),
            ("email", 14),
            ("ai", 10),
        ]);
        let is_inbound =
            matches!(activity_type, "messaging" | "call" | "email") && self.dice.chance(0.14);
        let status = self.dice.weighted(&[
            (Some("completed"), 80),
            (None, 11),
            (Some("failed"), 6),
            (Some("scheduled"), 3),
        ]);
        let direction = if is_inbound {
            Some("inbound")
        } else {
            self.dice.chance(0.9).then_some("outbound")
        };
        self.add_activity(Activity {
            activity_id: 0,
            customer_id: person.chat_record(at),
            activity_type,
            occurred_at: at,
            associate_id: associate,
            store_id: associate.map(|_| store.store_id),
            direction,
            status: if is_inbound {
                Some("completed")
            } else {
                status
            },
            automated: activity_type == "ai",
        });
    }

    /// One purchase on two tickets: a deposit now, the rest when it is fetched.
    ///
    /// The units are on the first ticket; the second has the same lines with none.
    pub(super) fn lay_away(&mut self, sale: Sale) {
        let items = fill_basket(&mut self.dice, sale.home, None);
        let group = Some(self.next_id(Numbered::OrderGroup));
        let mut deposit = items.clone();
        let mut rest = items;
        for (now, later) in deposit.iter_mut().zip(&mut rest) {
            now.net_amount = now.net_amount * 3 / 10;
            later.net_amount -= now.net_amount;
            later.quantity = 0;
        }
        let first = amounts(&deposit, 0, 0, sale.home);
        let second = amounts(&rest, 0, 0, sale.home);
        let fetched_at = sale.at + self.soon(3 * DAY, 25 * DAY);
        self.place(Sale { group, ..sale }, deposit, first);
        self.place(
            Sale {
                group,
                at: fetched_at,
                ..sale
            },
            rest,
            second,
        );
    }
}
