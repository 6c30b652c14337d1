//! What happens to an order later: refunds, returns, discounts, edits and exchanges.

use super::basket::{Item, amounts, given_back, item, pick_product, share};
use super::rows::Amounts;
use super::sale::{Sale, Sold};
use super::scene::Scene;
use super::seasons::{DAY, HOUR};
use super::shop::associate_in;

/// What a customer of an online order asks for later.
#[derive(Debug, Clone, Copy)]
enum Request {
    Nothing,
    PartialRefund,
    ReturnLine,
    ReturnAll,
    Goodwill,
    AddItem,
}

const REQUESTS: [(Request, u32); 6] = [
    (Request::Nothing, 850),
    (Request::PartialRefund, 30),
    (Request::ReturnLine, 55),
    (Request::ReturnAll, 25),
    (Request::Goodwill, 20),
    (Request::AddItem, 20),
];

impl Scene<'_> {
    /// Lets time pass over an order.
    pub(crate) fn after_sale(&mut self, sold: &Sold) {
        if sold.sale.is_cancelled || sold.sale.is_test {
            return;
        }
        if sold.sale.store.is_some() {
            self.after_store_sale(sold);
        } else {
            let request = self.dice.weighted(&REQUESTS);
            self.after_online_sale(sold, request);
        }
    }

    fn after_online_sale(&mut self, sold: &Sold, request: Request) {
        let total = sold.amounts.total();
        let soon = sold.sale.at + self.soon(HOUR, 3 * DAY);
        let later = sold.sale.at + self.soon(3 * DAY, 30 * DAY);
        match request {
            Request::Nothing => {}
            Request::PartialRefund => self.adjust(sold.order, "refund", -total / 5, None, later),
            Request::Goodwill => self.adjust(sold.order, "discount", -total / 10, None, soon),
            Request::ReturnLine => {
                let number = self.dice.between(1, sold.items.len() as i64);
                let paid = paid_for(sold, number as usize - 1);
                self.adjust(sold.order, "return", -paid, Some(number), later);
            }
            Request::ReturnAll => {
                // Shipping is not given back.
                for (number, index) in (1..).zip(0..sold.items.len()) {
                    self.adjust(
                        sold.order,
                        "return",
                        -paid_for(sold, index),
                        Some(number),
                        later,
                    );
                }
            }
            Request::AddItem => {
                let product = pick_product(&mut self.dice);
                let added = [item(product, sold.sale.home, 1, 0)];
                let amount = amounts(&added, 0, 0, sold.sale.home).total();
                self.adjust(sold.order, "edit", amount, None, soon);
            }
        }
    }

    /// Tills write returns and exchanges as tickets of their own.
    fn after_store_sale(&mut self, sold: &Sold) {
        let at = sold.sale.at + self.soon(DAY, 25 * DAY);
        if self.dice.chance(0.06) {
            self.return_ticket(sold, at, true);
        } else if self.dice.chance(0.02) {
            self.exchange_ticket(sold, at);
        }
    }

    /// A ticket that gives everything back, naming the sale it undoes or not.
    pub(crate) fn return_ticket(&mut self, sold: &Sold, at: i64, is_linked: bool) -> Option<Sold> {
        let items = given_back(&sold.items, sold.amounts.discount);
        let amounts = amounts(&items, 0, 0, sold.sale.home);
        let sale = Sale {
            original: is_linked.then_some(sold.order),
            ..self.ticket(sold, at)
        };
        self.place(sale, items, amounts)
    }

    /// A ticket that takes the first item back and gives another product for it.
    pub(crate) fn exchange_ticket(&mut self, sold: &Sold, at: i64) -> Option<Sold> {
        let mut items = given_back(&sold.items, sold.amounts.discount);
        items.truncate(1);
        let product = loop {
            let product = pick_product(&mut self.dice);
            if items
                .iter()
                .all(|item| item.product_id != product.product_id)
            {
                break product;
            }
        };
        items.push(item(product, sold.sale.home, 1, 0));
        let amounts = amounts(&items, 0, 0, sold.sale.home);
        let sale = Sale {
            original: Some(sold.order),
            ..self.ticket(sold, at)
        };
        self.place(sale, items, amounts)
    }

    fn ticket(&mut self, sold: &Sold, at: i64) -> Sale {
        let store = sold.sale.store;
        let associate = store.and_then(|store| associate_in(&mut self.dice, store.store_id, at));
        Sale {
            at,
            associate,
            group: None,
            ..sold.sale
        }
    }
}

/// What was paid for a line: its share of the discounted subtotal and of the tax.
fn paid_for(sold: &Sold, index: usize) -> i64 {
    let Amounts {
        subtotal,
        discount,
        tax,
        ..
    } = sold.amounts;
    let before: i64 = sold.items[..index]
        .iter()
        .map(|item: &Item| item.net_amount)
        .sum();
    let until = before + sold.items[index].net_amount;
    let paid = subtotal - discount + tax;
    share(paid, until, subtotal) - share(paid, before, subtotal)
}
