//! `system.quarantine`: the values that kept their rows out of the tables.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{Schema, SchemaRef},
    },
    catalog::{Session, TableProvider},
    common::Result,
};

use crate::{
    query::{catalog::Query, system_table::SystemTable},
    warehouse::import::quarantine,
};

/// One row for each bad value of a file as it was last imported.
///
/// It holds rows as they were in the files, of all tables and whatever their policies: so only
/// administrators see any.
#[derive(Debug)]
pub(super) struct Quarantine;

#[async_trait]
impl SystemTable for Quarantine {
    fn name(&self) -> &'static str {
        "quarantine"
    }

    fn schema(&self) -> SchemaRef {
        Arc::new(Schema::new(quarantine::columns()))
    }

    async fn stored(
        &self,
        query: &Query,
        session: &dyn Session,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        match query.access().is_administrator() {
            true => quarantine::open(query.warehouse().location(), session).await,
            false => Ok(None),
        }
    }

    async fn rows(&self, _: &Query) -> Result<RecordBatch> {
        Ok(RecordBatch::new_empty(self.schema()))
    }
}
