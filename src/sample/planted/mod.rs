//! Customers planted by hand at the edges of the reports' rules.
//!
//! Each case is one customer who does nothing else, so that a number about it can be checked on
//! paper. The cases are the first chunk; `sample-data/README.md` lists them with their ids.

mod clicks;
mod clients;
mod closed;
mod sessions;
mod tickets;

use super::basket::{Item, amounts, item};
use super::columns::{Id, id_text};
use super::rows::{Activity, Rows};
use super::sale::{Sale, Sold};
use super::scene::{Numbered, Scene};
use super::seasons::{DAY, Home, Micros, NOW, SECOND, Seasons};
use super::shop::PRODUCTS;
use super::site::Guise;
use super::talk::{Sender, Talk};

/// A situation that stands at the edge of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedCase {
    /// What happens, one phrase.
    pub situation: &'static str,
    /// What follows from the rules, one phrase.
    pub outcome: &'static str,
    /// The customers it is about, the last record first.
    pub customers: Vec<String>,
    /// Its orders as they were placed.
    pub orders: Vec<String>,
}

/// Every planted case, in the order of its ids; the same for every seed and scale.
pub fn planted_cases() -> Vec<PlantedCase> {
    let seasons = Seasons::new();
    play(&seasons, 0).cases
}

/// The rows of the planted cases.
pub(super) fn rows(seasons: &Seasons, seed: u64) -> Rows {
    play(seasons, seed).scene.rows
}

fn play(seasons: &Seasons, seed: u64) -> Stage<'_> {
    let mut stage = Stage {
        scene: Scene::new(seasons, seed, 0),
        cases: Vec::new(),
    };
    closed::plant(&mut stage);
    clicks::plant(&mut stage);
    clients::plant(&mut stage);
    sessions::plant(&mut stage);
    tickets::plant(&mut stage);
    stage
}

/// Where cases are played, one after the other.
struct Stage<'a> {
    scene: Scene<'a>,
    cases: Vec<PlantedCase>,
}

/// The customer of a case.
#[derive(Debug, Clone, Copy)]
struct Role {
    customer: Id,
    visitor: Id,
}

impl Role {
    fn guise(self) -> Guise {
        Guise {
            visitor: Some(self.visitor),
            customer: Some(self.customer),
            session: None,
        }
    }

    fn nameless(self) -> Guise {
        Guise {
            customer: None,
            ..self.guise()
        }
    }
}

/// Five in the afternoon UTC so many days before the clock; about noon in New York.
fn noon(days_ago: i64) -> Micros {
    (NOW / DAY - days_ago) * DAY + 17 * super::seasons::HOUR
}

impl Stage<'_> {
    /// Begins a case with a customer of its own.
    fn case(&mut self, situation: &'static str, outcome: &'static str) -> Role {
        let (customers, orders) = (Vec::new(), Vec::new());
        self.cases.push(PlantedCase {
            situation,
            outcome,
            customers,
            orders,
        });
        let role = Role {
            customer: self.scene.next_id(Numbered::Customer),
            visitor: self.scene.next_id(Numbered::Visitor),
        };
        self.scene
            .add_customer(role.customer, "Planted", "Case", None);
        self.name_customer(role.customer);
        self.scene.identify(role.visitor, role.customer, None, None);
        role
    }

    /// Adds an earlier record that was merged into another.
    fn merged_record(&mut self, into: Id) -> Id {
        let record = self.scene.next_id(Numbered::Customer);
        self.scene
            .add_customer(record, "Planted", "Case", Some(into));
        self.name_customer(record);
        record
    }

    fn name_customer(&mut self, customer: Id) {
        if let Some(case) = self.cases.last_mut() {
            case.customers.push(id_text("c", customer));
        }
    }

    /// An order of one moisturiser on the site.
    fn order(&mut self, role: Role, at: Micros) -> Sold {
        self.sale(Sale::online(
            Some(role.customer),
            Home::America,
            "web",
            "web",
            at,
        ))
    }

    /// An order of one moisturiser, known a second later.
    fn sale(&mut self, sale: Sale) -> Sold {
        let items = vec![moisturiser()];
        let amounts = amounts(&items, 0, 0, sale.home);
        let sold = self.scene.place(sale, items, amounts);
        let sold = sold.expect("planted orders are within the sample");
        self.record(&sold, sale.at + SECOND);
        sold
    }

    /// Names the order in the case and says when it became known.
    fn record(&mut self, sold: &Sold, ingested_at: Micros) {
        if let Some(order) = self.scene.rows.orders.last_mut() {
            order.ingested_at = ingested_at.min(NOW);
        }
        if let Some(case) = self.cases.last_mut() {
            case.orders.push(id_text("o", sold.order));
        }
    }

    /// A conversation on WhatsApp with one message of the customer and one of the agent.
    fn talk(&mut self, customer: Id, agent: &'static str, at: Micros) -> Talk {
        let talk = self.scene.begin_talk(customer, "whatsapp", agent, at);
        self.scene.say(&talk, Sender::Contact, at);
        self.scene.say(&talk, Sender::Agent, at + 60 * SECOND);
        talk
    }

    fn activity(&mut self, customer: Id, at: Micros) -> Activity {
        Activity {
            activity_id: 0,
            customer_id: customer,
            activity_type: "messaging",
            occurred_at: at,
            associate_id: Some("associate-01"),
            store_id: Some("store-soho"),
            direction: Some("outbound"),
            status: Some("completed"),
            automated: false,
        }
    }
}

fn moisturiser() -> Item {
    let product = PRODUCTS
        .iter()
        .find(|product| product.product_id == "p-301");
    item(product.expect("the shop sells p-301"), Home::America, 1, 0)
}
