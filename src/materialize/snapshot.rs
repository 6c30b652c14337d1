//! The versions of tables that several views are made from.
//!
//! Views of one snapshot agree with each other. Each is made after those that it reads, from their
//! stored rows, and follows what changed in these alone: were the tables newer for it, it would have
//! to look at what lies below them.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::common::Result;
use jiff::Timestamp;

use super::{below::tables_below, query_of};
use crate::{engine::Session, query::view::ViewName, warehouse::pins::Pins};

/// What the tables of some views were at one time.
#[derive(Debug)]
pub struct Snapshot {
    pins: Pins,
    pub(super) taken_at: Timestamp,
}

impl Snapshot {
    /// The newest version of all tables of these views.
    ///
    /// # Errors
    /// A plan error for a parameter with a wrong value, an error of the store.
    pub async fn newest(session: &Session, views: &[ViewName]) -> Result<Self> {
        let query = query_of(&session.query_state()?)?;
        let taken_at = query.settings()?.clock_now();
        let mut tables = BTreeSet::new();
        for view in views {
            tables.extend(tables_below(&query, view, &Pins::default())?);
        }
        let tables = tables.iter().map(String::as_str);
        let pins = Pins::newest(query.warehouse(), tables).await?;
        Ok(Self { pins, taken_at })
    }

    /// The versions of the tables of one of the views; `None` if what is stored is younger.
    ///
    /// # Arguments
    /// `stored`: what the rows were made from that are there.
    pub(super) fn pins(
        &self,
        tables: &BTreeSet<String>,
        stored: Option<&Pins>,
    ) -> Option<Arc<Pins>> {
        let pins = self.pins.only(tables);
        let is_behind = stored.is_some_and(|stored| pins.is_behind(stored));
        (!is_behind).then(|| Arc::new(pins))
    }
}
