//! Rows that differ between two versions of what is stored of a view.
//!
//! A run replaces whole days, most of whose rows are what they were.

use datafusion::{
    common::Result,
    datasource::provider_as_source,
    execution::SessionState,
    logical_expr::{LogicalPlanBuilder, ident},
};

use super::{affected::net, extent::is_replaced};
use crate::{
    engine::Session,
    warehouse::{
        changes::Images,
        stored_view::{Replaced, StoredView},
    },
};

const STORED: &str = "stored";

/// The rows that only one of two versions has, or has more often.
///
/// # Arguments
/// `day`: the column of the day, if rows have one.
///
/// # Returns
/// `None` if they are not known, or all days were made again.
///
/// # Errors
/// An error of planning, or of the store.
pub(super) async fn differing(
    session: &Session,
    state: &SessionState,
    (old, new): (&StoredView, &StoredView),
    day: Option<&str>,
) -> Result<Option<Images>> {
    let Some(replaced) = new.replaced_since(old.version()).await? else {
        return Ok(None);
    };
    if replaced.is_empty() {
        return Ok(Some(Images::default()));
    }
    let is_in_question = match day {
        None => None,
        Some(day) => match merged(replaced) {
            Replaced::All => return Ok(None),
            days => is_replaced(&days, ident(day)),
        },
    };
    let mut versions = Vec::new();
    for version in [old, new] {
        let rows = provider_as_source(version.provider(state)?);
        let rows = LogicalPlanBuilder::scan(STORED, rows, None)?;
        let rows = match &is_in_question {
            Some(condition) => rows.filter(condition.clone())?,
            None => rows,
        };
        versions.push(rows.build()?);
    }
    let [old, new] = <[_; 2]>::try_from(versions).expect("two versions make two plans");
    let rows = net(old, new)?;
    let rows = session.stream(rows, state).await?;
    // Files that are gone, or rows that are too many.
    Ok(Images::read(rows).await.ok())
}

/// What several runs replaced in all.
fn merged(replaced: Vec<Replaced>) -> Replaced {
    let (mut days, mut has_undated) = (Vec::new(), false);
    for replaced in replaced {
        match replaced {
            Replaced::All => return Replaced::All,
            Replaced::Dated(ranges) => days.extend(ranges),
            Replaced::Days(ranges) => {
                days.extend(ranges);
                has_undated = true;
            }
        }
    }
    match has_undated {
        true => Replaced::Days(days),
        false => Replaced::Dated(days),
    }
}
