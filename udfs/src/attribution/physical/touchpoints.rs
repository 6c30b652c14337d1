//! The kept touchpoints by key, those of one key in the total order.

use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::common::{Result, exec_err};

use super::facts::Facts;
use super::groups::by_group;
use super::stored_rows::StoredRows;
use super::stream::yield_now;
use super::ties::{runs, sort_runs};

/// How many rows are sorted before other work of the runtime gets a turn.
const ROWS_PER_TURN: usize = 1 << 18;

/// The touchpoints of one partition. A place is where a touchpoint stands when all are ordered by
/// group, time and id.
pub(crate) struct Touchpoints {
    stored: StoredRows,
    /// Row number of the touchpoint at each place.
    order: Vec<u32>,
    /// Facts by place.
    facts: Facts,
    /// Where each group starts, and where the last one ends.
    starts: Vec<u32>,
}

impl Touchpoints {
    /// Orders stored rows; `facts` and `groups` are by row number.
    pub(crate) async fn sorted(
        stored: StoredRows,
        facts: Facts,
        groups: &[u32],
        group_count: usize,
    ) -> Result<Self> {
        if u32::try_from(groups.len()).is_err() {
            return exec_err!(
                "attribute: touchpoints of one partition must be fewer than 2^32, got {}",
                groups.len()
            );
        }
        let (mut order, starts) = by_group(groups, group_count);
        sort_by_time(&mut order, &starts, &facts).await;
        order_ties(&mut order, &stored, &facts, groups).await?;
        let facts = facts.reordered(&order);
        Ok(Self {
            stored,
            order,
            facts,
            starts,
        })
    }

    /// The places of the touchpoints of this group from `earliest` to `latest`, both included.
    pub(crate) fn between(&self, group: u32, earliest: i64, latest: i64) -> Range<usize> {
        let start = self.starts[group as usize] as usize;
        let times = &self.facts.times[start..self.starts[group as usize + 1] as usize];
        let first = times.partition_point(|&time| time < earliest);
        let count = times[first..].partition_point(|&time| time <= latest);
        start + first..start + first + count
    }

    /// The facts by place.
    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The column of this index of the input, batch by batch.
    pub(crate) fn input_column(&self, input_idx: usize) -> Option<Vec<&dyn Array>> {
        self.stored.input_column(input_idx)
    }

    pub(crate) fn batch_count(&self) -> usize {
        self.stored.batches.len()
    }

    /// Batch and row in it of the touchpoint at this place.
    pub(crate) fn address(&self, place: usize) -> (usize, usize) {
        self.stored.address(self.order[place])
    }
}

async fn sort_by_time(order: &mut [u32], starts: &[u32], facts: &Facts) {
    let mut rows_of_turn = 0;
    for group in starts.windows(2) {
        let rows = &mut order[group[0] as usize..group[1] as usize];
        rows_of_turn += rows.len();
        // Stable, and fast on input that comes in order of time.
        rows.sort_by_key(|&row| facts.times[row as usize]);
        if rows_of_turn > ROWS_PER_TURN {
            rows_of_turn = 0;
            yield_now().await;
        }
    }
}

/// Orders touchpoints of one group and time by id, then by everything else that the query reads, so
/// that rows which share even the id stand in an order that does not depend on that of the input.
async fn order_ties(
    order: &mut [u32],
    stored: &StoredRows,
    facts: &Facts,
    groups: &[u32],
) -> Result<()> {
    let key = |row: u32| (groups[row as usize], facts.times[row as usize]);
    for tied in runs(order, key) {
        let ids = stored.gather(0..1, order, &tied)?;
        let reserved = reserve(stored, &ids)?;
        let still_tied = sort_runs(order, &tied, &ids, |_| ())?;
        stored.reservation.shrink(reserved);

        let others = stored.gather(1..stored.columns.len(), order, &still_tied)?;
        let reserved = reserve(stored, &others)?;
        let rest = |row: u32| (facts.end(row as usize), facts.is_direct(row as usize));
        sort_runs(order, &still_tied, &others, rest)?;
        stored.reservation.shrink(reserved);
        yield_now().await;
    }
    Ok(())
}

/// Reserves the memory of gathered columns and of their comparable form, which is about as large.
fn reserve(stored: &StoredRows, gathered: &[ArrayRef]) -> Result<usize> {
    let size = gathered.iter().map(|array| array.get_array_memory_size());
    let bytes = 2 * size.sum::<usize>();
    stored.reservation.try_grow(bytes)?;
    Ok(bytes)
}
