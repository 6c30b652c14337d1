//! Putting touchpoints of the same time in order.

use std::ops::Range;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::Result;

use super::touchpoints::Placed;

/// Sorts each run of `placed` by `columns`, then by `last`, and returns what `columns` leave tied.
///
/// `columns` hold the rows of all runs, one after the other. A column whose type has no order is
/// left out.
pub(crate) fn sort_runs<K: Ord>(
    placed: &mut [Placed],
    runs: &[Range<usize>],
    columns: &[ArrayRef],
    last: impl Fn(u32) -> K,
) -> Result<Vec<Range<usize>>> {
    let rows = comparable(columns)?;
    let mut still_tied = vec![];
    let mut first = 0;
    for run in runs {
        let compare_columns = |a: usize, b: usize| match &rows {
            Some(rows) => rows.row(first + a).cmp(&rows.row(first + b)),
            None => std::cmp::Ordering::Equal,
        };
        let before = placed[run.clone()].to_vec();
        let mut sorted: Vec<usize> = (0..run.len()).collect();
        sorted.sort_by(|&a, &b| {
            let compare_last = || last(before[a].row).cmp(&last(before[b].row));
            compare_columns(a, b).then_with(compare_last)
        });
        for (place, &idx) in placed[run.clone()].iter_mut().zip(&sorted) {
            *place = before[idx];
        }
        let mut start = run.start;
        for tied in sorted.chunk_by(|&a, &b| compare_columns(a, b).is_eq()) {
            if tied.len() > 1 {
                still_tied.push(start..start + tied.len());
            }
            start += tied.len();
        }
        first += run.len();
    }
    Ok(still_tied)
}

fn comparable(columns: &[ArrayRef]) -> Result<Option<Rows>> {
    let has_order = |column: &&ArrayRef| {
        RowConverter::supports_fields(&[SortField::new(column.data_type().clone())])
    };
    let columns: Vec<ArrayRef> = columns.iter().filter(has_order).cloned().collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let fields = columns
        .iter()
        .map(|column| SortField::new(column.data_type().clone()));
    Ok(Some(
        RowConverter::new(fields.collect())?.convert_columns(&columns)?,
    ))
}
