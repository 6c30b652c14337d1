//! Which rows a column marks as deleted: by a flag, or by the time of the deletion.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::is_not_null,
    },
    common::Result,
};

use super::{Coerced, Reason, accepts, coerce, plain};
use crate::warehouse::contract::Kind;

/// Whether each row is deleted, and the rows where the column does not say it.
///
/// True or any time means deleted; false, nothing and an empty text mean kept.
pub(in super::super) fn tombstones(
    source: &ArrayRef,
) -> Result<(BooleanArray, Vec<(usize, Reason)>)> {
    if plain(source.data_type()).is_temporal() {
        return Ok((is_not_null(source)?, vec![]));
    }
    let Coerced { values, bad, .. } = coerce(Kind::Flag, source)?;
    let flags = values.as_boolean();
    let mut deleted: Vec<bool> = (0..flags.len())
        .map(|row| flags.is_valid(row) && flags.value(row))
        .collect();
    if bad.is_empty() {
        return Ok((deleted.into(), bad));
    }
    let times = match accepts(Kind::Instant, source.data_type()) {
        true => Some(coerce(Kind::Instant, source)?.values),
        false => None,
    };
    let mut neither = Vec::new();
    for (row, _) in bad {
        deleted[row] = times.as_ref().is_some_and(|times| times.is_valid(row));
        if !deleted[row] {
            neither.push((row, "neither true or false nor a time".into()));
        }
    }
    Ok((deleted.into(), neither))
}
