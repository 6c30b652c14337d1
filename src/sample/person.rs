//! Who a customer is: home, devices, records, and how keen on the shop.

use super::columns::Id;
use super::rows::{Customer, Identity, Store};
use super::scene::{Numbered, Scene};
use super::seasons::{DAY, DAYS, HOUR, Home, Micros, NOW, START};
use super::shop::{STORES, associate_of};
use super::site::Guise;

/// A customer as the episodes know them.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The record that remains after all merges; the shop writes this one.
    pub(crate) record: Id,
    /// Earlier records of the same person and until when the chat channels wrote them.
    pub(crate) former: Vec<(Id, Micros)>,
    pub(crate) home: Home,
    pub(crate) channel: &'static str,
    pub(crate) store: &'static Store,
    /// Before this the person is not a customer at all.
    pub(crate) since: Micros,
    /// Browsers, each from when on it is used.
    pub(crate) visitors: Vec<(Id, Micros)>,
    /// When the site first learned who the visitor is; never, for some.
    pub(crate) identified_at: Option<Micros>,
    /// How many episodes such a customer has in 120 days.
    pub(crate) episodes: f64,
    /// Whether campaigns may write to them.
    pub(crate) opted_in: bool,
}

/// The customers of a home by chat channel.
const CHANNELS: [(&str, u32); 4] = [
    ("whatsapp", 46),
    ("webchat", 26),
    ("instagram", 14),
    ("email", 14),
];

const FIRST_NAMES: [&str; 40] = [
    "Ada", "Alex", "Amelia", "Anton", "Ava", "Bruno", "Camille", "Chloe", "Daniel", "David",
    "Elena", "Elif", "Emma", "Felix", "Fatima", "George", "Hannah", "Henry", "Ines", "Jack",
    "Jasmine", "Julia", "Karim", "Kate", "Leah", "Leo", "Lily", "Marco", "Maria", "Mia", "Nadia",
    "Nora", "Oscar", "Paula", "Ravi", "Rosa", "Sara", "Simon", "Victor", "Yuki",
];

const LAST_NAMES: [&str; 40] = [
    "Abbott", "Bauer", "Bennett", "Castillo", "Chang", "Cohen", "Cruz", "Diaz", "Ellis", "Evans",
    "Farrell", "Fuchs", "Garcia", "Gupta", "Hale", "Hoffmann", "Ibrahim", "Jensen", "Kaplan",
    "Keller", "Kim", "Lang", "Lopez", "Marsh", "Miller", "Nguyen", "Novak", "Olsen", "Ortiz",
    "Park", "Quinn", "Rossi", "Schulz", "Shah", "Silva", "Stone", "Turner", "Walsh", "Weber",
    "Young",
];

impl Person {
    /// The record that the chat channels write at that instant.
    pub(crate) fn chat_record(&self, at: Micros) -> Id {
        let former = self.former.iter().find(|(_, until)| at < *until);
        former.map_or(self.record, |(record, _)| *record)
    }

    pub(crate) fn visitor(&self, at: Micros) -> Id {
        let in_use = self.visitors.iter().rev().find(|(_, from)| *from <= at);
        in_use.unwrap_or(&self.visitors[0]).0
    }
}

impl Scene<'_> {
    /// Makes a customer with records and devices.
    ///
    /// `inherited` is a browser that its last owner gave away, and when.
    pub(crate) fn make_person(&mut self, inherited: Option<(Id, Micros)>) -> Person {
        let dice = &mut self.dice;
        let home = if dice.chance(0.77) {
            Home::America
        } else {
            Home::Europe
        };
        let channel = dice.weighted(&CHANNELS);
        let store = match home {
            Home::Europe => &STORES[3],
            Home::America => dice.weighted(&[(&STORES[0], 5), (&STORES[1], 3), (&STORES[2], 2)]),
        };
        let is_old = dice.chance(0.7);
        let since = if is_old {
            START
        } else {
            START + dice.between(0, DAYS - 1) * DAY
        };
        let episodes = 8.5 * dice.skew(0.9);
        let opted_in = dice.chance(0.55);
        let is_identified = dice.chance(0.8);
        let identified_at = since + dice.between(0, 20 * 24) * HOUR;
        let has_second_device = dice.chance(0.18);
        let second_from = dice.between(START / DAY + 5, NOW / DAY - 5) * DAY;

        let mut person = Person {
            record: self.next_id(Numbered::Customer),
            former: Vec::new(),
            home,
            channel,
            store,
            since,
            visitors: vec![(self.next_id(Numbered::Visitor), since)],
            identified_at: is_identified.then_some(identified_at),
            episodes,
            opted_in,
        };
        if has_second_device {
            person
                .visitors
                .push((self.next_id(Numbered::Visitor), second_from));
        }
        self.add_records(&mut person);
        self.add_identities(&person);
        if let Some((visitor, from)) = inherited.filter(|(_, from)| *from > since) {
            person.visitors.push((visitor, from));
            person.visitors.sort_by_key(|(_, from)| *from);
            self.identify(visitor, person.record, Some(from), None);
        }
        person
    }

    /// Gives the person's browser away at an instant; from then on a new one is used.
    pub(crate) fn give_away(&mut self, person: &mut Person, at: Micros) -> (Id, Micros) {
        let visitor = person.visitor(at);
        let is_later = |from: Option<Micros>| from.is_some_and(|from| from >= at);
        let identities = &mut self.rows.identities;
        identities.retain(|row| row.visitor_id != visitor || !is_later(row.valid_from));
        for identity in identities
            .iter_mut()
            .filter(|row| row.visitor_id == visitor)
        {
            identity.valid_to = Some(at);
        }
        person.visitors.retain(|(_, from)| *from <= at);
        let new = self.next_id(Numbered::Visitor);
        person.visitors.push((new, at));
        self.identify(new, person.record, Some(at), None);
        (visitor, at)
    }

    pub(crate) fn identify(
        &mut self,
        visitor: Id,
        customer: Id,
        valid_from: Option<Micros>,
        valid_to: Option<Micros>,
    ) {
        let identity = Identity {
            visitor_id: visitor,
            customer_id: customer,
            valid_from,
            valid_to,
        };
        self.rows.identities.push(identity);
    }

    /// The visitor of the person, named where the site knew the name then.
    pub(crate) fn guise(&mut self, person: &Person, at: Micros) -> Guise {
        let is_known = person.identified_at.is_some_and(|from| from <= at);
        Guise {
            visitor: Some(person.visitor(at)),
            // The rest is found through the identities only.
            customer: (is_known && self.dice.chance(0.7)).then_some(person.record),
            session: None,
        }
    }

    fn add_records(&mut self, person: &mut Person) {
        let (first_name, last_name) = (*self.dice.pick(&FIRST_NAMES), *self.dice.pick(&LAST_NAMES));
        self.add_customer(person.record, first_name, last_name, None);
        if let Some(customer) = self.rows.customers.last_mut() {
            customer.associate_id = associate_of(person.record, person.store.store_id);
            customer.store_id = customer.associate_id.map(|_| person.store.store_id);
        }
        let count = self.dice.weighted(&[(0, 955), (1, 40), (2, 5)]);
        let mut into = person.record;
        let mut until = START + self.dice.between(70, DAYS) * DAY;
        for _ in 0..count {
            let former = self.next_id(Numbered::Customer);
            self.add_customer(former, first_name, last_name, Some(into));
            person.former.insert(0, (former, until));
            (into, until) = (former, until - 30 * DAY);
        }
    }

    pub(crate) fn add_customer(
        &mut self,
        customer_id: Id,
        first_name: &'static str,
        last_name: &'static str,
        merged_into: Option<Id>,
    ) {
        let customer = Customer {
            customer_id,
            first_name,
            last_name,
            merged_into,
            associate_id: None,
            store_id: None,
        };
        self.rows.customers.push(customer);
    }

    fn add_identities(&mut self, person: &Person) {
        let Some(identified_at) = person.identified_at else {
            return;
        };
        for (number, (visitor, from)) in person.visitors.clone().into_iter().enumerate() {
            // Some first devices were known before the sample begins.
            let is_ancient = number == 0 && person.since == START && self.dice.chance(0.5);
            let valid_from = (!is_ancient).then_some(from.max(identified_at));
            self.identify(visitor, person.record, valid_from, None);
        }
    }
}
