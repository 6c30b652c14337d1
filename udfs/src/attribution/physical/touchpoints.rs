//! The kept touchpoints of one part of the keys, in the total order.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;

use super::collector::Survivors;
use super::facts::Facts;
use super::stored_rows::StoredRows;
use super::stream::yield_now;
use super::ties::sort_runs;

/// How many rows are sorted before other work of the runtime gets a turn.
const ROWS_PER_TURN: usize = 1 << 18;
/// How many tied rows are compared at once; bounds the memory of their comparable form.
const TIES_AT_ONCE: usize = 1 << 16;

/// What is stored of all touchpoints.
pub(crate) struct Stored {
    pub(crate) rows: StoredRows,
    pub(crate) facts: Facts,
}

/// A touchpoint in the order.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Placed {
    pub(crate) time: i64,
    /// Its row among those that are stored.
    pub(crate) row: u32,
}

/// The touchpoints of one part, ordered by the place of the first conversion at or after each, then
/// by time and id: the touchpoints of one key are together, oldest first.
pub(crate) struct Touchpoints {
    stored: Arc<Stored>,
    placed: Vec<Placed>,
    /// Where those of each conversion start, and where the last one ends.
    starts: Vec<u32>,
    _reservation: MemoryReservation,
}

impl Touchpoints {
    /// Orders the survivors, whose places are all below `place_count`.
    pub(crate) async fn sorted(
        survivors: Vec<Survivors>,
        place_count: usize,
        stored: Arc<Stored>,
        reservation: MemoryReservation,
    ) -> Result<Self> {
        let count: usize = survivors.iter().map(|some| some.list.len()).sum();
        let bytes = count * size_of::<Placed>() + 2 * place_count * size_of::<u32>();
        reservation.try_grow(bytes)?;
        let all = survivors.iter().flat_map(|some| &some.list);
        let places = all.map(|survivor| survivor.place);
        let starts = starts(places, place_count);
        let mut placed = vec![Placed::default(); count];
        let mut next = starts.clone();
        for Survivors { first_row, list } in survivors {
            for survivor in list {
                let next = &mut next[survivor.place as usize];
                placed[*next as usize] = Placed {
                    time: survivor.time,
                    row: first_row + survivor.row,
                };
                *next += 1;
            }
            yield_now().await;
        }
        sort(&mut placed, &starts, &stored).await?;
        Ok(Self {
            stored,
            placed,
            starts,
            _reservation: reservation,
        })
    }

    /// The touchpoints whose first conversion is the one at this place.
    pub(crate) fn of(&self, place: usize) -> Range<usize> {
        self.starts[place] as usize..self.starts[place + 1] as usize
    }

    pub(crate) fn time(&self, idx: usize) -> i64 {
        self.placed[idx].time
    }

    pub(crate) fn end(&self, idx: usize) -> i64 {
        self.stored.facts.end(self.placed[idx].row)
    }

    pub(crate) fn is_direct(&self, idx: usize) -> bool {
        self.stored.facts.is_direct(self.placed[idx].row)
    }

    /// Whether touchpoints may have an end.
    pub(crate) fn have_ends(&self) -> bool {
        self.stored.facts.has_ends()
    }

    /// The column of this index of the input, batch by batch.
    pub(crate) fn input_column(&self, input_idx: usize) -> Option<Vec<&dyn Array>> {
        self.stored.rows.input_column(input_idx)
    }

    pub(crate) fn batch_count(&self) -> usize {
        self.stored.rows.batches.len()
    }

    /// Batch and row in it of this touchpoint.
    pub(crate) fn address(&self, idx: usize) -> (usize, usize) {
        self.stored.rows.address(self.placed[idx].row)
    }
}

/// Where the rows of each place start when they are ordered by place, and where the last ones end.
fn starts(places: impl Iterator<Item = u32>, place_count: usize) -> Vec<u32> {
    let mut starts = vec![0; place_count + 1];
    for place in places {
        starts[place as usize + 1] += 1;
    }
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    starts
}

/// Orders the touchpoints of each conversion by time, then by id, then by everything else that the
/// query reads, so that rows which share even the id stand in an order that does not depend on that
/// of the input.
async fn sort(placed: &mut [Placed], starts: &[u32], stored: &Stored) -> Result<()> {
    let mut ties = vec![];
    let (mut tie_count, mut rows_of_turn) = (0, 0);
    for range in starts.windows(2) {
        let (start, end) = (range[0] as usize, range[1] as usize);
        if end - start < 2 {
            continue;
        }
        let of_conversion = &mut placed[start..end];
        // Fast on input that comes in order of time.
        of_conversion.sort_by_key(|touchpoint| touchpoint.time);
        let mut first = start;
        for tied in of_conversion.chunk_by(|a, b| a.time == b.time) {
            if tied.len() > 1 {
                ties.push(first..first + tied.len());
                tie_count += tied.len();
            }
            first += tied.len();
        }
        if tie_count > TIES_AT_ONCE {
            order_ties(placed, &std::mem::take(&mut ties), stored)?;
            tie_count = 0;
        }
        rows_of_turn += end - start;
        if rows_of_turn > ROWS_PER_TURN {
            rows_of_turn = 0;
            yield_now().await;
        }
    }
    order_ties(placed, &ties, stored)
}

fn order_ties(placed: &mut [Placed], ties: &[Range<usize>], stored: &Stored) -> Result<()> {
    let columns = &stored.rows.columns;
    let (ids, reserved) = gather(placed, ties, 0..1, stored)?;
    let still_tied = sort_runs(placed, ties, &ids, |_| ())?;
    drop(reserved);
    let (others, _reserved) = gather(placed, &still_tied, 1..columns.len(), stored)?;
    let rest = |row| (stored.facts.end(row), stored.facts.is_direct(row));
    sort_runs(placed, &still_tied, &others, rest)?;
    Ok(())
}

/// Gathers columns of tied rows, and reserves the memory of these and of their comparable form,
/// which is about as large.
fn gather(
    placed: &[Placed],
    ties: &[Range<usize>],
    columns: Range<usize>,
    stored: &Stored,
) -> Result<(Vec<ArrayRef>, MemoryReservation)> {
    let tied = ties.iter().flat_map(|tie| &placed[tie.clone()]);
    let gathered = stored
        .rows
        .gather(columns, tied.map(|touchpoint| touchpoint.row))?;
    let reservation = stored.rows.reservation.new_empty();
    let sizes = gathered.iter().map(|array| array.get_array_memory_size());
    reservation.try_grow(2 * sizes.sum::<usize>())?;
    Ok((gathered, reservation))
}
