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

    /// Where the search for a touchpoint begins; `rest` as [`part_of`] gives it.
    #[inline]
    pub(crate) fn head(&self, rest: u64, time: i64) -> Head {
        self.index.head(rest, time)
    }

    /// The place of the first conversion of this key at or after `time`, if there is one that the
    /// window of `head` can reach.
    #[inline]
    pub(crate) fn first_from(&self, head: Head, hash: u64, time: i64) -> Option<usize> {
        let place = self.index.find(head, hash, &self.entries)?;
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
