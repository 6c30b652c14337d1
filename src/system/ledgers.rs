//! The ledgers of the materialized views that a query sees.

use datafusion::common::Result;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    query::{catalog::Query, view::ViewName},
    warehouse::{ledger::Ledger, location::Location},
};

const CONCURRENT_READS: usize = 8;

/// What is remembered of the refreshes of each view, in the order of their names.
///
/// # Errors
/// An error of the object store, or a file that is no ledger.
pub(super) async fn ledgers(query: &Query) -> Result<Vec<(ViewName, Ledger)>> {
    let location = query.warehouse().location().clone();
    let views = query.definitions().materialized();
    let views: Vec<ViewName> = views.map(|view| view.full_name()).collect();
    let views = views.into_iter().filter(|view| query.shows(view));
    let ledgers = views.map(|view| read(location.clone(), view));
    stream::iter(ledgers.collect::<Vec<_>>())
        .buffered(CONCURRENT_READS)
        .try_collect()
        .await
}

async fn read(location: Location, view: ViewName) -> Result<(ViewName, Ledger)> {
    let ledger = Ledger::of(&location, &view.schema, &view.name)?;
    Ok((view, ledger.read().await?))
}
