//! Customers, the visitors they were, and what associates did for them.

use crate::sample::columns::{Columns, Id, Row};
use crate::sample::seasons::Micros;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Customer {
    pub(crate) customer_id: Id,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) merged_into: Option<Id>,
    pub(crate) associate_id: Option<&'static str>,
    pub(crate) store_id: Option<&'static str>,
}

impl Row for Customer {
    const TABLE: &'static str = "customers";

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("customer_id", "c", rows().map(|row| Some(row.customer_id)));
        let name = |row: &Self| Some(format!("{} {}", row.first_name, row.last_name));
        columns.texts("name", rows().map(name));
        columns.ids("merged_into", "c", rows().map(|row| row.merged_into));
        columns.texts("associate_id", rows().map(|row| row.associate_id));
        columns.texts("store_id", rows().map(|row| row.store_id));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    pub(crate) visitor_id: Id,
    pub(crate) customer_id: Id,
    pub(crate) valid_from: Option<Micros>,
    pub(crate) valid_to: Option<Micros>,
}

impl Row for Identity {
    const TABLE: &'static str = "identities";

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("visitor_id", "i", rows().map(|row| Some(row.visitor_id)));
        columns.ids("customer_id", "c", rows().map(|row| Some(row.customer_id)));
        columns.instants("valid_from", rows().map(|row| row.valid_from));
        columns.instants("valid_to", rows().map(|row| row.valid_to));
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Activity {
    pub(crate) activity_id: Id,
    pub(crate) customer_id: Id,
    pub(crate) activity_type: &'static str,
    pub(crate) occurred_at: Micros,
    pub(crate) associate_id: Option<&'static str>,
    pub(crate) store_id: Option<&'static str>,
    pub(crate) direction: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
    pub(crate) automated: bool,
}

impl Row for Activity {
    const TABLE: &'static str = "activities";

    fn event_at(&self) -> Micros {
        self.occurred_at
    }

    fn fill(rows: &[Self], columns: &mut Columns) {
        let rows = || rows.iter();
        columns.ids("activity_id", "a", rows().map(|row| Some(row.activity_id)));
        columns.ids("customer_id", "c", rows().map(|row| Some(row.customer_id)));
        columns.texts("activity_type", rows().map(|row| Some(row.activity_type)));
        columns.instants("occurred_at", rows().map(|row| Some(row.occurred_at)));
        columns.texts("associate_id", rows().map(|row| row.associate_id));
        columns.texts("store_id", rows().map(|row| row.store_id));
        columns.texts("direction", rows().map(|row| row.direction));
        columns.texts("status", rows().map(|row| row.status));
        columns.flags("automated", rows().map(|row| Some(row.automated)));
    }
}
