//! Teams, agents, stores, associates, products and exchange rates.

use std::sync::Arc;

use datafusion::arrow::array::Date32Array;

use crate::sample::columns::{Columns, Row};
use crate::sample::seasons::{Home, Micros};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Team {
    pub(crate) team_id: &'static str,
    pub(crate) name: &'static str,
}

impl Row for Team {
    const TABLE: &'static str = "teams";

    fn fill(rows: &[Self], columns: &mut Columns) {
        columns.texts("team_id", rows.iter().map(|row| Some(row.team_id)));
        columns.texts("name", rows.iter().map(|row| Some(row.name)));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Store {
    pub(crate) store_id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) home: Home,
    /// Its till keeps only the day of a sale.
    pub(crate) date_only: bool,
}

impl Row for Store {
    const TABLE: &'static str = "stores";

    fn fill(rows: &[Self], columns: &mut Columns) {
        columns.texts("store_id", rows.iter().map(|row| Some(row.store_id)));
        columns.texts("name", rows.iter().map(|row| Some(row.name)));
        let zone = |row: &Self| match row.home {
            Home::America => Some("America/New_York"),
            Home::Europe => Some("Europe/Berlin"),
        };
        columns.texts("timezone", rows.iter().map(zone));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Product {
    pub(crate) product_id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) category: &'static str,
    pub(crate) cents: i64,
    pub(crate) weight: u32,
}

impl Row for Product {
    const TABLE: &'static str = "products";

    fn fill(rows: &[Self], columns: &mut Columns) {
        columns.texts("product_id", rows.iter().map(|row| Some(row.product_id)));
        columns.texts("name", rows.iter().map(|row| Some(row.name)));
        columns.texts("category", rows.iter().map(|row| Some(row.category)));
    }
}

/// An agent in a team, or an associate in a store, for a period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    pub(crate) who: &'static str,
    pub(crate) name: &'static str,
    pub(crate) place: &'static str,
    pub(crate) from: Option<Micros>,
    pub(crate) to: Option<Micros>,
}

/// A posting of an agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agent(pub(crate) Posting);

impl Row for Agent {
    const TABLE: &'static str = "agents";

    fn fill(rows: &[Self], columns: &mut Columns) {
        columns.texts("agent_id", rows.iter().map(|row| Some(row.0.who)));
        columns.texts("team_id", rows.iter().map(|row| Some(row.0.place)));
        fill_period(columns, rows.iter().map(|row| row.0));
    }
}

/// A posting of an associate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Associate(pub(crate) Posting);

impl Row for Associate {
    const TABLE: &'static str = "associates";

    fn fill(rows: &[Self], columns: &mut Columns) {
        columns.texts("associate_id", rows.iter().map(|row| Some(row.0.who)));
        columns.texts("store_id", rows.iter().map(|row| Some(row.0.place)));
        fill_period(columns, rows.iter().map(|row| row.0));
    }
}

fn fill_period(columns: &mut Columns, postings: impl Iterator<Item = Posting> + Clone) {
    columns.texts("name", postings.clone().map(|posting| Some(posting.name)));
    columns.instants("valid_from", postings.clone().map(|posting| posting.from));
    columns.instants("valid_to", postings.map(|posting| posting.to));
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct FxRate {
    /// Days since 1970.
    pub(crate) date: i64,
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    pub(crate) ten_billionths: i64,
}

impl Row for FxRate {
    const TABLE: &'static str = "fx_rates";

    fn fill(rows: &[Self], columns: &mut Columns) {
        let dates = rows.iter().map(|row| row.date as i32);
        columns.set("date", Arc::new(Date32Array::from_iter_values(dates)));
        columns.texts("from_currency", rows.iter().map(|row| Some(row.from)));
        columns.texts("to_currency", rows.iter().map(|row| Some(row.to)));
        let rates = rows.iter().map(|row| Some(row.ten_billionths));
        columns.decimals("rate", 10, rates);
    }
}
