//! The keys of the conversions, each with a number, in an open-addressing table.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, make_comparator};
use datafusion::arrow::compute::SortOptions;
use datafusion::common::Result;
use datafusion::common::hash_utils::{RandomState, create_hashes};

/// Marks a row whose key is NULL or not in the index.
pub(crate) const NO_GROUP: u32 = u32::MAX;

/// Numbers the distinct keys of an array, and finds the number of other keys.
pub(crate) struct KeyIndex {
    keys: ArrayRef,
    /// Group + 1 at each slot, 0 where empty; the length is a power of two.
    slots: Vec<u32>,
    /// Per group: the hash of its key, and a row that has it.
    groups: Vec<(u64, u32)>,
    random_state: RandomState,
}

impl KeyIndex {
    /// Numbers the keys in order of appearance, and returns the group of each row.
    pub(crate) fn build(keys: ArrayRef) -> Result<(Self, Vec<u32>)> {
        let row_count = keys.len();
        let mut index = Self {
            keys,
            // At most half full, so that a probe ends soon.
            slots: vec![0; (row_count * 2).next_power_of_two().max(2)],
            groups: vec![],
            // The seed is not that of RepartitionExec: with the same one, all keys of a partition
            // would share bits and crowd together.
            random_state: RandomState::with_seed(0x5eed),
        };
        let keys = Arc::clone(&index.keys);
        let hashes = index.hashes(&keys)?;
        let compare = make_comparator(&keys, &keys, SortOptions::default())?;
        let mut group_of_row = vec![NO_GROUP; row_count];
        for (row, &hash) in hashes.iter().enumerate() {
            if keys.is_null(row) {
                continue;
            }
            let (slot, found) = index.probe(hash, |other| compare(row, other).is_eq());
            group_of_row[row] = found.unwrap_or_else(|| {
                let group = index.groups.len() as u32;
                index.groups.push((hash, row as u32));
                index.slots[slot] = group + 1;
                group
            });
        }
        Ok((index, group_of_row))
    }

    /// Number of distinct keys.
    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// Returns the group of each of `keys`.
    pub(crate) fn groups_of(&self, keys: &ArrayRef) -> Result<Vec<u32>> {
        let hashes = self.hashes(keys)?;
        let compare = make_comparator(keys, &self.keys, SortOptions::default())?;
        let find = |(row, &hash): (usize, &u64)| match keys.is_null(row) {
            true => NO_GROUP,
            false => {
                let (_, found) = self.probe(hash, |other| compare(row, other).is_eq());
                found.unwrap_or(NO_GROUP)
            }
        };
        Ok(hashes.iter().enumerate().map(find).collect())
    }

    fn hashes(&self, keys: &ArrayRef) -> Result<Vec<u64>> {
        let mut hashes = vec![0; keys.len()];
        create_hashes([keys], &self.random_state, &mut hashes)?;
        Ok(hashes)
    }

    /// Returns the slot where the search ended, and the group there unless it is empty.
    fn probe(&self, hash: u64, is_key: impl Fn(usize) -> bool) -> (usize, Option<u32>) {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Some(group) = self.slots[slot].checked_sub(1) else {
                return (slot, None);
            };
            let (group_hash, row) = self.groups[group as usize];
            if group_hash == hash && is_key(row as usize) {
                return (slot, Some(group));
            }
            slot = (slot + 1) & mask;
        }
    }
}
