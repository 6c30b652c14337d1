//! Putting touchpoints of the same time in order.

use std::ops::Range;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::Result;

/// How many tied rows are compared at once; bounds the memory of their comparable form.
const ROWS_AT_ONCE: usize = 1 << 16;

/// Returns the runs of `order` that are longer than 1 and have one key, in lists of limited size.
pub(crate) fn runs<K: PartialEq>(order: &[u32], key: impl Fn(u32) -> K) -> Vec<Vec<Range<usize>>> {
    let mut lists = vec![];
    let (mut list, mut rows) = (vec![], 0);
    let mut start = 0;
    for run in order.chunk_by(|&a, &b| key(a) == key(b)) {
        if run.len() > 1 {
            list.push(start..start + run.len());
            rows += run.len();
        }
        if rows >= ROWS_AT_ONCE {
            lists.push(std::mem::take(&mut list));
            rows = 0;
        }
        start += run.len();
    }
    if !list.is_empty() {
        lists.push(list);
    }
    lists
}

/// Sorts each run of `order` by `columns`, then by `last`, and returns what `columns` leave tied.
///
/// `columns` hold the rows of all runs, one after the other. A column whose type has no order is
/// left out.
pub(crate) fn sort_runs<K: Ord>(
    order: &mut [u32],
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
        let before: Vec<u32> = order[run.clone()].to_vec();
        let mut sorted: Vec<usize> = (0..run.len()).collect();
        sorted.sort_by(|&a, &b| {
            compare_columns(a, b).then_with(|| last(before[a]).cmp(&last(before[b])))
        });
        for (place, &idx) in order[run.clone()].iter_mut().zip(&sorted) {
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
