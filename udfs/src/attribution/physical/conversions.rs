//! The conversions of one partition: collected, and indexed by key and time.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::Result;

use super::groups::group_starts;
use super::instants::{Instants, column};
use super::key_index::{KeyIndex, NO_GROUP};
use crate::attribution::spec::AttributeSpec;

/// The conversions of one partition. A group is the conversions of one key.
pub(crate) struct Conversions {
    pub(crate) batch: RecordBatch,
    keys: KeyIndex,
    /// Rows by group, oldest first; then those without a time; then those without a key.
    rows: Vec<u32>,
    /// Times of the first part of `rows`.
    times: Vec<i64>,
    /// Where each group starts in `rows`, and where the last one ends.
    starts: Vec<u32>,
    /// Where the rows without a key start in `rows`.
    without_key: usize,
    lookback: i64,
}

/// One conversion, as found by its place in the order of output.
pub(crate) struct Conversion {
    pub(crate) row: usize,
    /// Its key and time; `None` if one of them is NULL.
    pub(crate) matchable: Option<(u32, i64)>,
    pub(crate) has_key: bool,
}

impl Conversions {
    pub(crate) fn try_new(batch: RecordBatch, spec: &AttributeSpec) -> Result<Self> {
        let instants = Instants::of(&batch, &spec.conversions.time, spec.time_unit)?;
        let (keys, group_of_row) =
            KeyIndex::build(Arc::clone(column(&batch, &spec.conversions.key)?))?;
        // (group, time, row) sorts into the order of output; NO_GROUP is the largest group.
        let (mut matchable, mut without_time, mut without_key) = (vec![], vec![], vec![]);
        for (row, &group) in group_of_row.iter().enumerate() {
            match (group, instants.get(row)) {
                (NO_GROUP, _) => without_key.push(row as u32),
                (_, None) => without_time.push(row as u32),
                (group, Some(time)) => matchable.push((group, time, row as u32)),
            }
        }
        matchable.sort_unstable();
        let times: Vec<i64> = matchable.iter().map(|&(_, time, _)| time).collect();
        let groups = matchable.iter().map(|&(group, _, _)| group);
        let starts = group_starts(groups, keys.group_count());
        let mut rows: Vec<u32> = matchable.into_iter().map(|(_, _, row)| row).collect();
        rows.append(&mut without_time);
        let first_without_key = rows.len();
        rows.append(&mut without_key);
        Ok(Self {
            batch,
            keys,
            rows,
            times,
            starts,
            without_key: first_without_key,
            lookback: spec.lookback_units(),
        })
    }

    /// Number of conversions.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn group_count(&self) -> usize {
        self.keys.group_count()
    }

    /// Returns the group of each of `keys`, [`NO_GROUP`] where no conversion has the key.
    pub(crate) fn groups_of(&self, keys: &ArrayRef) -> Result<Vec<u32>> {
        self.keys.groups_of(keys)
    }

    /// Whether a touchpoint of this group and time, eligible before `end`, is in some window.
    ///
    /// The first conversion at or after the touchpoint decides: if that one is beyond the lookback
    /// or the end, so are all later ones.
    pub(crate) fn reaches(&self, group: u32, time: i64, end: i64) -> bool {
        let times = &self.times[self.range(group)];
        let first = times.partition_point(|&conversion| conversion < time);
        times.get(first).is_some_and(|&conversion| {
            conversion < end && conversion.saturating_sub(time) <= self.lookback
        })
    }

    /// Returns the conversion at this place in the order of output, and its group.
    pub(crate) fn at(&self, place: usize, group: &mut u32) -> Conversion {
        let row = self.rows[place] as usize;
        let Some(&time) = self.times.get(place) else {
            return Conversion {
                row,
                matchable: None,
                has_key: place < self.without_key,
            };
        };
        // Places come in order, so the group only moves forward.
        while self.starts[*group as usize + 1] as usize <= place {
            *group += 1;
        }
        Conversion {
            row,
            matchable: Some((*group, time)),
            has_key: true,
        }
    }

    fn range(&self, group: u32) -> Range<usize> {
        self.starts[group as usize] as usize..self.starts[group as usize + 1] as usize
    }
}
