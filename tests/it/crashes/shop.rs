//! What was imported, as an obvious model has it: every row and every whole state there ever was.

use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Every row of the table, in cents and days of August.
pub(crate) const ROWS: &str =
    "select cast(order_id as bigint) as id, local_date(ordered_at) as date,
    cast(total * 100 as bigint) as cents from orders order by id";
/// Two states with the same answer are the same state.
pub(crate) const ORDERS: &str =
    "select count(*) as orders, sum(cast(total * 100 as bigint)) as cents,
    sum(cast(total * 100 as bigint) * cast(order_id as bigint)) as weighted from orders";
pub(crate) const STORED: &str = "select sum(orders) as orders, sum(cents) as cents,
    sum(weighted) as weighted from mine.days";
pub(crate) const DAYS: &str = "select date, orders, cents, weighted from mine.days order by date";

/// A view of the orders by day.
///
/// # Arguments
/// `schedule`: `REFRESH EVERY`, or nothing.
pub(crate) fn view(schedule: &str) -> String {
    format!(
        "create materialized view mine.days partitioned by (date) {schedule} as
         select local_date(ordered_at) as date, count(*) as orders,
             sum(cast(total * 100 as bigint)) as cents,
             sum(cast(total * 100 as bigint) * cast(order_id as bigint)) as weighted
         from orders group by 1"
    )
}

/// The orders that there should be.
#[derive(Default)]
pub(crate) struct Orders {
    orders: BTreeMap<i64, Order>,
    next: i64,
}

#[derive(Clone, Copy)]
struct Order {
    day: u8,
    cents: i64,
}

/// What a whole state is known by.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) orders: i64,
    pub(crate) cents: i64,
    pub(crate) weighted: i64,
}

impl Orders {
    /// New orders, as a file to import.
    pub(crate) fn add(&mut self, dice: &mut ChaCha8Rng) -> String {
        let mut csv = header();
        for _ in 0..dice.random_range(20..60) {
            let id = self.next;
            self.next += 1;
            self.put(&mut csv, id, dice);
        }
        csv
    }

    /// New orders, other amounts and days of some that are there, and the end of others.
    pub(crate) fn change(&mut self, dice: &mut ChaCha8Rng) -> String {
        let mut csv = self.add(dice);
        let ids: Vec<i64> = self.orders.keys().copied().collect();
        for id in ids {
            match dice.random_range(0..10) {
                0 | 1 => self.put(&mut csv, id, dice),
                2 => {
                    let order = self.orders.remove(&id).unwrap();
                    csv.push_str(&line(id, order, "true"));
                }
                _ => {}
            }
        }
        csv
    }

    fn put(&mut self, csv: &mut String, id: i64, dice: &mut ChaCha8Rng) {
        let order = Order {
            day: dice.random_range(1..=10),
            cents: dice.random_range(100..100_000),
        };
        csv.push_str(&line(id, order, ""));
        self.orders.insert(id, order);
    }

    pub(crate) fn sums(&self) -> Sums {
        sums(self.orders.iter())
    }

    /// The answer to [`ROWS`].
    pub(crate) fn rows(&self) -> String {
        let mut rows = "id,date,cents\n".to_owned();
        for (id, Order { day, cents }) in &self.orders {
            rows.push_str(&format!("{id},2026-08-{day:02},{cents}\n"));
        }
        rows
    }

    /// The answer to [`DAYS`].
    pub(crate) fn days(&self) -> String {
        let mut rows = "date,orders,cents,weighted\n".to_owned();
        for day in 1..=10 {
            let of_day = self.orders.iter().filter(|(_, order)| order.day == day);
            let Sums {
                orders,
                cents,
                weighted,
            } = sums(of_day);
            if orders > 0 {
                rows.push_str(&format!("2026-08-{day:02},{orders},{cents},{weighted}\n"));
            }
        }
        rows
    }
}

fn sums<'a>(orders: impl Iterator<Item = (&'a i64, &'a Order)>) -> Sums {
    orders.fold(Sums::default(), |sums, (id, order)| Sums {
        orders: sums.orders + 1,
        cents: sums.cents + order.cents,
        weighted: sums.weighted + id * order.cents,
    })
}

fn header() -> String {
    "order_id,customer_id,ordered_at,currency,total,gone\n".to_owned()
}

fn line(id: i64, Order { day, cents }: Order, gone: &str) -> String {
    let (whole, part) = (cents / 100, cents % 100);
    format!("{id},a,2026-08-{day:02}T10:00:00Z,EUR,{whole}.{part:02},{gone}\n")
}

/// The whole states, one after the other; the last one may be under way.
#[derive(Default)]
pub(crate) struct History(Mutex<Known>);

#[derive(Default)]
struct Known {
    states: Vec<Sums>,
    /// When each was acknowledged.
    done_at: Vec<Instant>,
    /// The stored rows are of this state or a later one.
    stored: usize,
}

impl History {
    /// An import begins that leads to this state.
    pub(crate) fn begin(&self, sums: Sums) {
        self.0.lock().unwrap().states.push(sums);
    }

    /// It is done.
    pub(crate) fn done(&self) {
        let mut known = self.0.lock().unwrap();
        known.done_at.push(Instant::now());
        assert_eq!(known.done_at.len(), known.states.len());
    }

    /// A refresh is done that began after the last import was.
    pub(crate) fn refreshed(&self) {
        let mut known = self.0.lock().unwrap();
        known.stored = known.done_at.len() - 1;
    }

    /// The newest state that was done so long ago.
    pub(crate) fn newest(&self, age: Duration) -> usize {
        let known = self.0.lock().unwrap();
        let old = known.done_at.iter().take_while(|at| at.elapsed() >= age);
        old.count().saturating_sub(1)
    }

    pub(crate) fn stored(&self) -> usize {
        self.0.lock().unwrap().stored
    }

    /// Which whole state an answer is of; it must be this one or one that began since.
    pub(crate) fn position(&self, what: &str, oldest: usize, found: Sums) -> usize {
        let known = self.0.lock().unwrap();
        let since = &known.states[oldest..];
        match since.iter().position(|state| *state == found) {
            Some(position) => oldest + position,
            None => panic!(
                "{what}: {found:?} is no whole state since the {oldest}th: {since:?}; it is {:?}",
                known.states.iter().position(|state| *state == found)
            ),
        }
    }
}
