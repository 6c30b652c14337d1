//! Which conversion a touchpoint may reach: small hash tables, one per window of time.
//!
//! A touchpoint asks for the first conversion of its key at or after its time, and most touchpoints
//! find none within the lookback. One table of all keys would cost every touchpoint a miss of the
//! caches. Here the range of time is cut into windows of about the lookback, and the table of a
//! window holds only the keys with a conversion that some instant of it can reach. Touchpoints come
//! roughly in order of time, so that one small table after the other is in use; in any order, the
//! answers are the same. A bit for each quarter of a slot says where nothing begins: those bits stay
//! in a cache of the processor, and most touchpoints need no more.

use super::part::Entry;

/// Windows are made longer than the lookback rather than more than these.
const MOST_WINDOWS: u64 = 256;
/// Slots per key.
const SPARSENESS: u64 = 2;
/// Bits of the filter per slot.
const BITS_PER_SLOT: u64 = 4;

/// Finds the first conversion of a key that a window can reach.
#[derive(Debug)]
pub(crate) struct ReachIndex {
    cut: Cut,
    windows: Vec<Window>,
}

/// How the range of time is cut into windows.
#[derive(Debug, Clone, Copy)]
struct Cut {
    /// The earliest instant that reaches a conversion.
    origin: i64,
    /// The length of a window is two to the power of this.
    shift: u32,
    count: usize,
}

/// An open-addressing table whose keys stand in order of their hashes.
#[derive(Debug)]
struct Window {
    /// How many slots hashes are spread over; runs of keys may end behind them.
    spread: u64,
    /// The same range of hashes in finer steps: whether the hash of a key lies there.
    filter: Vec<u64>,
    /// The lower half of a hash, and one more than the place of a conversion; 0 where empty. The
    /// last one is empty.
    slots: Vec<u64>,
}

/// Where the search for one touchpoint begins.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Head {
    window: u32,
    slot: u32,
}

impl ReachIndex {
    /// `entries` are in order of hash and time; `spread_hash` is the rest of a hash, in the order of
    /// hashes.
    pub(crate) fn build(
        entries: &[Entry],
        lookback: i64,
        spread_hash: impl Fn(u64) -> u64,
    ) -> Self {
        let cut = Cut::of(entries, lookback);
        let mut counts = vec![0; cut.count];
        cut.each_key(entries, lookback, |window, _| counts[window] += 1);
        let mut windows: Vec<_> = counts.into_iter().map(Window::with_capacity).collect();
        let mut ends = vec![0; windows.len()];
        cut.each_key(entries, lookback, |window, place| {
            let hash = entries[place].hash;
            let end = &mut ends[window];
            *end = windows[window].insert(*end, spread_hash(hash), slot(hash, place));
        });
        Self { cut, windows }
    }

    /// Where the search for a key at this time begins, and whether it can find anything.
    #[inline]
    pub(crate) fn head(&self, spread_hash: u64, time: i64) -> (Head, bool) {
        let window = self.cut.window(time);
        let Some(table) = self.windows.get(window) else {
            return (Head::default(), false);
        };
        let bit = table.bit(spread_hash);
        let head = Head {
            window: window as u32,
            slot: (bit / BITS_PER_SLOT) as u32,
        };
        (head, table.filter[bit as usize / 64] >> (bit % 64) & 1 == 1)
    }

    /// What the first slot holds; 0 if the search finds nothing.
    #[inline]
    pub(crate) fn first_slot(&self, head: Head) -> u64 {
        self.windows[head.window as usize].slots[head.slot as usize]
    }

    /// The place of the first conversion with this hash that the window of `head` can reach, given
    /// what its first slot holds.
    #[inline]
    pub(crate) fn find(
        &self,
        head: Head,
        first_slot: u64,
        hash: u64,
        entries: &[Entry],
    ) -> Option<usize> {
        let (mut slot, mut found) = (head.slot as usize, first_slot);
        while found != 0 {
            let place = (found as u32 - 1) as usize;
            if (found >> 32) as u32 == hash as u32 && entries[place].hash == hash {
                return Some(place);
            }
            slot += 1;
            found = self.windows[head.window as usize].slots[slot];
        }
        None
    }

    /// Bytes of the tables.
    pub(crate) fn size(&self) -> usize {
        let words = |window: &Window| window.slots.capacity() + window.filter.capacity();
        self.windows.iter().map(words).sum::<usize>() * size_of::<u64>()
    }
}

impl Cut {
    fn of(entries: &[Entry], lookback: i64) -> Self {
        let times = || entries.iter().map(|entry| entry.time);
        let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
        let origin = first.saturating_sub(lookback);
        let range = last.abs_diff(origin);
        let mut shift = lookback.max(1).ilog2();
        while range >> shift >= MOST_WINDOWS {
            shift += 1;
        }
        Self {
            origin,
            shift,
            count: (range >> shift) as usize + 1,
        }
    }

    /// The window of an instant; `count` or more for one that reaches no conversion.
    fn window(&self, time: i64) -> usize {
        (time.wrapping_sub(self.origin) as u64 >> self.shift) as usize
    }

    /// Calls `take` with every window and the first place of each key in it.
    fn each_key(&self, entries: &[Entry], lookback: i64, mut take: impl FnMut(usize, usize)) {
        let mut latest = vec![None; self.count];
        for (place, entry) in entries.iter().enumerate() {
            let first = self.window(entry.time.saturating_sub(lookback));
            let last = self.window(entry.time);
            for (latest, window) in latest[first..=last].iter_mut().zip(first..) {
                if latest.replace(entry.hash) != Some(entry.hash) {
                    take(window, place);
                }
            }
        }
    }
}

impl Window {
    fn with_capacity(keys: u64) -> Self {
        let spread = keys * SPARSENESS;
        Self {
            spread,
            filter: vec![0; (spread * BITS_PER_SLOT) as usize / 64 + 1],
            slots: vec![0; spread as usize + 1],
        }
    }

    /// Which bit of the filter is that of a hash; its slot follows from it.
    #[inline]
    fn bit(&self, spread_hash: u64) -> u64 {
        scaled(spread_hash, self.spread * BITS_PER_SLOT).0
    }

    /// Puts a key where it belongs, but not before `end`, and returns the new end.
    fn insert(&mut self, end: usize, spread_hash: u64, slot: u64) -> usize {
        let bit = self.bit(spread_hash);
        self.filter[bit as usize / 64] |= 1 << (bit % 64);
        let idx = end.max((bit / BITS_PER_SLOT) as usize);
        if idx + 1 >= self.slots.len() {
            self.slots.resize(idx + 2, 0);
        }
        self.slots[idx] = slot;
        idx + 1
    }
}

/// The place of a hash among `count` equal ranges of hashes, and its place in that range.
#[inline]
pub(crate) fn scaled(hash: u64, count: u64) -> (u64, u64) {
    let product = u128::from(hash) * u128::from(count);
    ((product >> 64) as u64, product as u64)
}

fn slot(hash: u64, place: usize) -> u64 {
    u64::from(hash as u32) << 32 | (place as u64 + 1)
}
