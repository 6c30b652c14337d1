//! All conversions: collected, and in parts by key that can be searched.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, make_comparator};
use datafusion::arrow::compute::SortOptions;
use datafusion::common::{Result, exec_err};

use super::facts::OPEN;
use super::instants::{Instants, column};
use super::keys::KeyHasher;
use super::part::{Part, part_of};
use super::reach_index::Head;
use super::tasks::run_all;
use crate::attribution::spec::AttributeSpec;

/// How many seeds are tried until no two keys share a hash of 64 bits.
const ATTEMPTS: u64 = 8;

/// The conversions of the call.
pub(crate) struct Conversions {
    pub(crate) batch: RecordBatch,
    pub(crate) parts: Vec<Part>,
    /// Rows that no touchpoint can match: those without a key, and those without a time.
    pub(crate) without_key: Vec<u32>,
    pub(crate) without_time: Vec<u32>,
    hasher: KeyHasher,
    /// The keys as the hasher compares them.
    keys: ArrayRef,
    /// In units of time.
    lookback: u64,
}

/// A touchpoint that lies in the window of some conversion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reaching {
    /// Its row in the batch of touchpoints.
    pub(crate) row: u32,
    /// Part and place of the first conversion at or after it.
    pub(crate) part: u32,
    pub(crate) place: u32,
}

/// A touchpoint whose search has begun.
#[derive(Debug, Default, Clone, Copy)]
struct Begun {
    row: u32,
    part: u32,
    head: Head,
}

/// Touchpoints whose key and time are searched, and lists that are reused from batch to batch.
#[derive(Default)]
pub(crate) struct Search {
    hashes: Vec<u64>,
    begun: Vec<Begun>,
    opened: Vec<(Begun, u64)>,
    pub(crate) reaching: Vec<Reaching>,
}

impl Conversions {
    /// Puts the rows of `batch` in order, with one task per part.
    pub(crate) async fn build(
        batch: RecordBatch,
        spec: &AttributeSpec,
        part_count: usize,
    ) -> Result<Self> {
        if batch.num_rows() >= u32::MAX as usize {
            return exec_err!(
                "attribute: conversions must be fewer than 2^32 - 1, got {}",
                batch.num_rows()
            );
        }
        let instants = Instants::of(&batch, &spec.conversions.time, spec.time_unit)?;
        let instants = Arc::new(instants);
        let key = column(&batch, &spec.conversions.key)?;
        let lookback = spec.lookback_units();
        for attempt in 0..ATTEMPTS {
            let hasher = KeyHasher::try_new(key.data_type(), attempt)?;
            let keys = hasher.comparable(key)?;
            let parts = build_parts(&hasher, &keys, &instants, lookback, part_count).await?;
            let Some(parts) = parts else {
                continue;
            };
            let rows = 0..batch.num_rows() as u32;
            let (without_key, with_key): (Vec<_>, Vec<_>) =
                rows.partition(|&row| keys.is_null(row as usize));
            let mut without_time = with_key;
            without_time.retain(|&row| instants.get(row as usize).is_none());
            return Ok(Self {
                batch,
                parts,
                without_key,
                without_time,
                hasher,
                keys,
                lookback: lookback.unsigned_abs(),
            });
        }
        exec_err!("attribute: keys must have hashes of their own, got two that share theirs")
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.num_rows() == 0
    }

    /// Bytes of memory beside the batch.
    pub(crate) fn size(&self) -> usize {
        self.parts.iter().map(Part::size).sum()
    }

    /// Finds the touchpoints that lie in the window of some conversion, into `search.reaching`.
    ///
    /// The first conversion at or after a touchpoint decides: if that one is beyond the lookback or
    /// the end, so are all later ones.
    pub(crate) fn search(
        &self,
        keys: &ArrayRef,
        times: &Instants,
        ends: Option<&Instants>,
        search: &mut Search,
    ) -> Result<()> {
        let keys = self.hasher.comparable(keys)?;
        self.hasher.hash(&keys, &mut search.hashes)?;
        self.begin(times, search);
        self.open(search);
        let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
        let compare = match self.hasher.can_collide() {
            true => Some(make_comparator(&keys, &self.keys, SortOptions::default())?),
            false => None,
        };
        search.reaching.clear();
        for &(Begun { row, part, head }, first_slot) in &search.opened {
            let idx = row as usize;
            let (Some(time), false) = (
                times.get(idx),
                nulls.is_some_and(|nulls| nulls.is_null(idx)),
            ) else {
                continue;
            };
            let in_part = &self.parts[part as usize];
            let Some(place) = in_part.first_from(head, first_slot, search.hashes[idx], time) else {
                continue;
            };
            let conversion = in_part.time(place);
            let end = ends.and_then(|ends| ends.get(idx)).unwrap_or(OPEN);
            let reaches = conversion < end && conversion.abs_diff(time) <= self.lookback;
            let is_key = |compare: &dyn Fn(usize, usize) -> std::cmp::Ordering| {
                compare(idx, in_part.row(place)).is_eq()
            };
            if reaches && compare.as_ref().is_none_or(|compare| is_key(compare)) {
                let place = place as u32;
                search.reaching.push(Reaching { row, part, place });
            }
        }
        Ok(())
    }

    /// Keeps the touchpoints whose search can find anything. A loop without branches, as the next, so
    /// that the processor waits for many places of memory at once.
    fn begin(&self, times: &Instants, search: &mut Search) {
        let part_count = self.parts.len() as u64;
        search.begun.clear();
        search.begun.resize(search.hashes.len(), Begun::default());
        let mut kept = 0;
        let times = times.values();
        for (row, (&hash, &time)) in search.hashes.iter().zip(times).enumerate() {
            let (part, rest) = part_of(hash, part_count);
            let (head, can_find) = self.parts[part].head(rest, time);
            let (row, part) = (row as u32, part as u32);
            search.begun[kept] = Begun { row, part, head };
            kept += usize::from(can_find);
        }
        search.begun.truncate(kept);
    }

    /// Looks at the first slot of each and keeps those that hold something.
    fn open(&self, search: &mut Search) {
        search.opened.clear();
        search.opened.resize(search.begun.len(), Default::default());
        let mut kept = 0;
        for &begun in &search.begun {
            let first_slot = self.parts[begun.part as usize].first_slot(begun.head);
            search.opened[kept] = (begun, first_slot);
            kept += usize::from(first_slot != 0);
        }
        search.opened.truncate(kept);
    }
}

/// Builds all parts at once; `None` if two keys share a hash.
async fn build_parts(
    hasher: &KeyHasher,
    keys: &ArrayRef,
    instants: &Arc<Instants>,
    lookback: i64,
    part_count: usize,
) -> Result<Option<Vec<Part>>> {
    let mut hashes = vec![];
    hasher.hash(keys, &mut hashes)?;
    let hashes = Arc::new(hashes);
    let can_collide = hasher.can_collide();
    let build = |part| {
        let keys = Arc::clone(keys);
        let (hashes, instants) = (Arc::clone(&hashes), Arc::clone(instants));
        async move {
            let part = (part, part_count as u64);
            let part = Part::build(part, &hashes, &keys, &instants, lookback);
            let collides = can_collide && part.collides(&keys)?;
            Ok((!collides).then_some(part))
        }
    };
    let parts = run_all((0..part_count).map(build)).await?;
    Ok(parts.into_iter().collect())
}
