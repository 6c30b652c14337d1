//! Events and their groups, kept until all have come.

use super::walk::Event;

/// An event and the group it belongs to, in 16 bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    at: i64,
    steps: u32,
    /// There is no memory for more groups than 32 bits count.
    group: u32,
}

impl Entry {
    pub(super) fn new(group: usize, Event { at, steps }: Event) -> Self {
        let group = group as u32;
        Self { at, steps, group }
    }

    pub(super) fn group(&self) -> usize {
        self.group as usize
    }

    pub(super) fn event(&self) -> Event {
        let Self { at, steps, .. } = *self;
        Event { at, steps }
    }
}

/// Entries of the first block.
const FIRST_BLOCK: usize = 16;
/// Entries of a large block: a megabyte.
const LARGE_BLOCK: usize = 1 << 16;

/// Entries in the order in which they came. They stand in blocks that never move: one list that
/// grows would copy every entry, and have the system clear twice the memory.
#[derive(Debug, Default)]
pub(super) struct Entries {
    blocks: Vec<Vec<Entry>>,
}

impl Entries {
    pub(super) fn push(&mut self, entry: Entry) {
        match self.blocks.last_mut() {
            Some(block) if block.len() < block.capacity() => block.push(entry),
            last => {
                let doubled = last.map_or(FIRST_BLOCK, |last| last.capacity() * 2);
                let mut block = Vec::with_capacity(doubled.min(LARGE_BLOCK));
                block.push(entry);
                self.blocks.push(block);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.blocks.iter().flatten()
    }

    /// Drops the entries of the first `count` groups, so that the one after them becomes group 0.
    pub(super) fn drop_first(&mut self, count: usize) {
        for block in &mut self.blocks {
            block.retain_mut(|entry| {
                let stays = entry.group() >= count;
                if stays {
                    entry.group -= count as u32;
                }
                stays
            });
        }
        self.blocks.retain(|block| !block.is_empty());
    }

    /// Bytes held.
    pub(super) fn size(&self) -> usize {
        let entries: usize = self.blocks.iter().map(Vec::capacity).sum();
        entries * size_of::<Entry>() + self.blocks.capacity() * size_of::<Vec<Entry>>()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entries, Entry, Event, LARGE_BLOCK};

    #[test]
    fn what_stays_keeps_its_order_in_blocks_that_grow() {
        let count = 3 * LARGE_BLOCK;
        let mut entries = Entries::default();
        for idx in 0..count {
            let (at, steps) = (idx as i64, 1);
            entries.push(Entry::new(idx % 3, Event { at, steps }));
        }
        assert_eq!(size_of::<Entry>(), 16);
        assert!(entries.size() < 2 * count * size_of::<Entry>());
        entries.drop_first(1);
        let stay: Vec<_> = entries
            .iter()
            .map(|entry| (entry.group(), entry.event().at))
            .collect();
        let expected = (0..count).filter(|idx| idx % 3 != 0);
        let expected: Vec<_> = expected.map(|idx| (idx % 3 - 1, idx as i64)).collect();
        assert_eq!(stay, expected);
        entries.drop_first(2);
        assert_eq!(entries.iter().count(), 0);
    }
}
