//! The conversions of a part of all keys, in order, and their index.

use datafusion::arrow::array::{ArrayRef, make_comparator};
use datafusion::arrow::compute::SortOptions;
use datafusion::common::Result;

use super::instants::Instants;
use super::reach_index::{Head, ReachIndex, scaled};

/// The conversions whose keys have hashes in one of several equal ranges. A place is where one
/// stands when all are ordered by hash, time and row.
#[derive(Debug)]
pub(crate) struct Part {
    entries: Vec<Entry>,
    /// Row of each entry in the batch of conversions.
    rows: Vec<u32>,
    index: ReachIndex,
}

/// What decides about a conversion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) hash: u64,
    pub(crate) time: i64,
}

/// Which of several parts a hash belongs to, and its rest, which has the order of hashes.
#[inline]
pub(crate) fn part_of(hash: u64, part_count: u64) -> (usize, u64) {
    let (part, rest) = scaled(hash, part_count);
    (part as usize, rest)
}

impl Part {
    /// Takes the rows of this part that have a key and a time.
    pub(crate) fn build(
        (part, part_count): (usize, u64),
        hashes: &[u64],
        keys: &ArrayRef,
        instants: &Instants,
        lookback: i64,
    ) -> Self {
        let mut sorted = vec![];
        for (row, &hash) in hashes.iter().enumerate() {
            if part_of(hash, part_count).0 != part || keys.is_null(row) {
                continue;
            }
            if let Some(time) = instants.get(row) {
                sorted.push((hash, time, row as u32));
            }
        }
        sorted.sort_unstable();
        Self::of_sorted(sorted, part_count, lookback)
    }

    /// Takes hashes, times and rows in order.
    fn of_sorted(sorted: Vec<(u64, i64, u32)>, part_count: u64, lookback: i64) -> Self {
        let entry = |&(hash, time, _): &(u64, i64, u32)| Entry { hash, time };
        let entries: Vec<_> = sorted.iter().map(entry).collect();
        let spread_hash = |hash| part_of(hash, part_count).1;
        Self {
            index: ReachIndex::build(&entries, lookback, spread_hash),
            entries,
            rows: sorted.into_iter().map(|(_, _, row)| row).collect(),
        }
    }

    /// Whether two different keys share a hash.
    pub(crate) fn collides(&self, keys: &ArrayRef) -> Result<bool> {
        let compare = make_comparator(keys, keys, SortOptions::default())?;
        let pairs = self.entries.windows(2).zip(self.rows.windows(2));
        let mut same_hash = pairs.filter(|(entries, _)| entries[0].hash == entries[1].hash);
        Ok(same_hash.any(|(_, rows)| compare(rows[0] as usize, rows[1] as usize).is_ne()))
    }

    /// Number of conversions.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Row of the conversion at this place.
    pub(crate) fn row(&self, place: usize) -> usize {
        self.rows[place] as usize
    }

    /// Time of the conversion at this place.
    pub(crate) fn time(&self, place: usize) -> i64 {
        self.entries[place].time
    }

    /// Whether the conversion at this place has the key of the one before.
    pub(crate) fn continues(&self, place: usize) -> bool {
        place > 0 && self.entries[place - 1].hash == self.entries[place].hash
    }

    /// Where the search for a touchpoint begins, and whether it can find anything; `rest` as
    /// [`part_of`] gives it.
    #[inline]
    pub(crate) fn head(&self, rest: u64, time: i64) -> (Head, bool) {
        self.index.head(rest, time)
    }

    /// What the first slot of the index holds; 0 if the search finds nothing.
    #[inline]
    pub(crate) fn first_slot(&self, head: Head) -> u64 {
        self.index.first_slot(head)
    }

    /// The place of the first conversion of this key at or after `time`, if it is within the lookback;
    /// if not, none or one that is not within the lookback either.
    #[inline]
    pub(crate) fn first_from(
        &self,
        head: Head,
        first_slot: u64,
        hash: u64,
        time: i64,
    ) -> Option<usize> {
        let place = self.index.find(head, first_slot, hash, &self.entries)?;
        let is_earlier = |entry: &Entry| entry.hash == hash && entry.time < time;
        // Most keys have one or two conversions in a window.
        let found = match self.entries[place..]
            .iter()
            .take(4)
            .position(|entry| !is_earlier(entry))
        {
            Some(skipped) => place + skipped,
            None => place + self.entries[place..].partition_point(is_earlier),
        };
        let entry = self.entries.get(found)?;
        (entry.hash == hash).then_some(found)
    }

    /// Bytes of memory.
    pub(crate) fn size(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.rows.capacity() * size_of::<u32>()
            + self.index.size()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::{Part, part_of};

    /// Hashes that share their lower halves, their upper halves, or both.
    fn hashes() -> impl Strategy<Value = u64> {
        let crowded = (0..4_u64, 0..3_u64).prop_map(|(upper, lower)| upper << 32 | lower);
        prop_oneof![crowded, Just(0), Just(u64::MAX), any::<u64>()]
    }

    fn times() -> impl Strategy<Value = i64> {
        prop_oneof![8 => -50..50_i64, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
    }

    fn lookbacks() -> impl Strategy<Value = i64> {
        prop_oneof![4 => 0..40_i64, 1 => 0..i64::MAX, 1 => Just(i64::MAX)]
    }

    proptest! {
        /// Whoever lies in the window of a conversion finds the first one; whoever does not finds none,
        /// or one that is too late.
        #[test]
        fn the_first_conversion_is_found(
            conversions in proptest::collection::vec((hashes(), times()), 0..60),
            asked in proptest::collection::vec((hashes(), times()), 1..60),
            lookback in lookbacks(),
        ) {
            let rows = 0_u32..;
            let mut sorted: Vec<_> = conversions.iter().zip(rows).map(|(&(hash, time), row)| (hash, time, row)).collect();
            sorted.sort_unstable();
            let part = Part::of_sorted(sorted.clone(), 1, lookback);
            for (hash, time) in asked.into_iter().chain(conversions) {
                let first = sorted.iter().position(|&(of, at, _)| of == hash && at >= time);
                let is_near = |&place: &usize| sorted[place].1.abs_diff(time) <= lookback.unsigned_abs();
                let (_, rest) = part_of(hash, 1);
                let (head, can_find) = part.head(rest, time);
                let search = || part.first_from(head, part.first_slot(head), hash, time);
                let found = if can_find { search() } else { None };
                prop_assert_eq!(found.filter(is_near), first.filter(is_near));
            }
        }
    }

    #[test]
    fn keys_that_share_a_hash_are_noticed() {
        let keys: ArrayRef = Arc::new(Int64Array::from(vec![1, 1, 2]));
        let alike = Part::of_sorted(vec![(7, 0, 0), (7, 5, 1), (8, 0, 2)], 1, 10);
        assert!(!alike.collides(&keys).unwrap());
        let different = Part::of_sorted(vec![(7, 0, 0), (7, 5, 2)], 1, 10);
        assert!(different.collides(&keys).unwrap());
    }
}
