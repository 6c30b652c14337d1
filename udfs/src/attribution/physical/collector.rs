//! Keeping the touchpoints that some conversion can see, of one partition of the input.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::BatchCoalescer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::execution::memory_pool::MemoryReservation;

use super::conversions::{Conversions, Search};
use super::facts::{Facts, OPEN};
use super::instants::{Instants, column};
use super::stored_rows::StoredRows;
use crate::attribution::spec::AttributeSpec;

/// A touchpoint that lies in the window of some conversion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Survivor {
    pub(crate) time: i64,
    /// Place of the first conversion at or after it, in its part.
    pub(crate) place: u32,
    /// Its row among those stored with it.
    pub(crate) row: u32,
}

/// Survivors of one part that one partition of the touchpoints left.
#[derive(Debug, Clone)]
pub(crate) struct Survivors {
    /// What their rows are counted from, among all that are stored.
    pub(crate) first_row: u32,
    pub(crate) list: Vec<Survivor>,
}

/// What one partition of the touchpoints leaves.
pub(crate) struct Kept {
    pub(crate) stored: StoredRows,
    pub(crate) facts: Facts,
    /// By part.
    pub(crate) survivors: Vec<Vec<Survivor>>,
}

/// Collects the touchpoints that lie inside some conversion's window.
pub(crate) struct Collector {
    spec: Arc<AttributeSpec>,
    conversions: Arc<Conversions>,
    coalescer: BatchCoalescer,
    kept: Kept,
    count: usize,
    search: Search,
}

impl Collector {
    /// `columns` of the input are stored, the id first.
    pub(crate) fn try_new(
        schema: &SchemaRef,
        columns: Vec<usize>,
        rows_per_batch: usize,
        spec: &Arc<AttributeSpec>,
        conversions: &Arc<Conversions>,
        reservation: MemoryReservation,
    ) -> Result<Self> {
        let stored_schema = Arc::new(schema.project(&columns)?);
        Ok(Self {
            spec: Arc::clone(spec),
            conversions: Arc::clone(conversions),
            coalescer: BatchCoalescer::new(stored_schema, rows_per_batch),
            kept: Kept {
                stored: StoredRows::new(columns, rows_per_batch, reservation),
                facts: Facts::of(spec),
                survivors: vec![vec![]; conversions.parts.len()],
            },
            count: 0,
            search: Search::default(),
        })
    }

    /// Keeps the rows of `batch` that some conversion can see, and returns how many.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<usize> {
        let columns = &self.spec.touchpoints;
        let unit = self.spec.time_unit;
        let keys = column(batch, &columns.key)?;
        let times = Instants::of(batch, &columns.time, unit)?;
        let ends = columns.end.as_ref();
        let ends = ends.map(|end| Instants::of(batch, end, unit)).transpose()?;
        let direct = columns.direct.as_ref();
        let direct = direct.map(|direct| column(batch, direct)).transpose()?;
        self.conversions
            .search(keys, &times, ends.as_ref(), &mut self.search)?;
        let count = self.search.reaching.len();
        if count == 0 {
            return Ok(0);
        }
        let bytes = count * (size_of::<Survivor>() + self.kept.facts.bytes_per_row());
        self.kept.stored.reservation.try_grow(bytes)?;
        let mut is_kept = vec![false; batch.num_rows()];
        for reaching in &self.search.reaching {
            let idx = reaching.row as usize;
            is_kept[idx] = true;
            self.kept.survivors[reaching.part as usize].push(Survivor {
                time: times.values()[idx],
                place: reaching.place,
                row: self.count as u32,
            });
            self.count += 1;
            let end = ends.as_ref().and_then(|ends| ends.get(idx));
            let is_direct = direct.is_some_and(|direct| is_true(direct, idx));
            self.kept.facts.push(end.unwrap_or(OPEN), is_direct);
        }
        let stored = batch.project(&self.kept.stored.columns)?;
        self.coalescer
            .push_batch_with_filter(stored, &BooleanArray::from(is_kept))?;
        self.take_completed()?;
        Ok(count)
    }

    fn take_completed(&mut self) -> Result<()> {
        while let Some(batch) = self.coalescer.next_completed_batch() {
            let stored = &mut self.kept.stored;
            stored
                .reservation
                .try_grow(get_record_batch_memory_size(&batch))?;
            stored.batches.push(batch);
        }
        Ok(())
    }

    /// Returns what was kept.
    pub(crate) fn finish(mut self) -> Result<Kept> {
        self.coalescer.finish_buffered_batch()?;
        self.take_completed()?;
        Ok(self.kept)
    }
}

fn is_true(direct: &ArrayRef, row: usize) -> bool {
    direct.is_valid(row) && direct.as_boolean().value(row)
}
