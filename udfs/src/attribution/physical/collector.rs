//! Keeping the touchpoints that some conversion can see.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::BatchCoalescer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::utils::memory::get_record_batch_memory_size;
use datafusion::execution::memory_pool::MemoryReservation;

use super::conversions::Conversions;
use super::facts::{Facts, OPEN};
use super::instants::{Instants, column};
use super::key_index::NO_GROUP;
use super::stored_rows::StoredRows;
use super::touchpoints::Touchpoints;
use crate::attribution::spec::AttributeSpec;

/// Bytes per touchpoint beside its columns: group, order, and the facts with their sorted copy.
const BYTES_PER_ROW: usize = 48;

/// Collects the touchpoints that lie inside some conversion's window.
pub(crate) struct Collector {
    spec: Arc<AttributeSpec>,
    /// Which input columns are kept; the first one is the id.
    kept: Vec<usize>,
    coalescer: BatchCoalescer,
    batches: Vec<RecordBatch>,
    rows_per_batch: usize,
    groups: Vec<u32>,
    facts: Facts,
    reservation: MemoryReservation,
}

impl Collector {
    /// `output` are the input columns that the result needs.
    pub(crate) fn try_new(
        schema: &SchemaRef,
        output: impl Iterator<Item = usize>,
        rows_per_batch: usize,
        spec: &Arc<AttributeSpec>,
        reservation: MemoryReservation,
    ) -> Result<Self> {
        let id = schema.index_of(&spec.touchpoints.id)?;
        let mut kept = vec![id];
        for idx in output {
            if !kept.contains(&idx) {
                kept.push(idx);
            }
        }
        let kept_schema = Arc::new(schema.project(&kept)?);
        let facts = Facts {
            times: vec![],
            ends: spec.touchpoints.end.as_ref().map(|_| vec![]),
            direct: spec.touchpoints.direct.as_ref().map(|_| vec![]),
        };
        Ok(Self {
            spec: Arc::clone(spec),
            kept,
            coalescer: BatchCoalescer::new(kept_schema, rows_per_batch),
            batches: vec![],
            rows_per_batch,
            groups: vec![],
            facts,
            reservation,
        })
    }

    /// Keeps the rows of `batch` that some conversion can see, and returns how many.
    pub(crate) fn push(&mut self, batch: &RecordBatch, conversions: &Conversions) -> Result<usize> {
        let columns = &self.spec.touchpoints;
        let times = Instants::of(batch, &columns.time, self.spec.time_unit)?;
        let ends = columns.end.as_ref();
        let ends = ends
            .map(|end| Instants::of(batch, end, self.spec.time_unit))
            .transpose()?;
        let direct = columns
            .direct
            .as_ref()
            .map(|direct| column(batch, direct))
            .transpose()?;
        let groups = conversions.groups_of(column(batch, &columns.key)?)?;

        let mut is_kept = vec![false; batch.num_rows()];
        let before = self.groups.len();
        for (row, &group) in groups.iter().enumerate() {
            let (Some(time), false) = (times.get(row), group == NO_GROUP) else {
                continue;
            };
            let end = ends.as_ref().and_then(|ends| ends.get(row)).unwrap_or(OPEN);
            if conversions.reaches(group, time, end) {
                is_kept[row] = true;
                self.groups.push(group);
                let is_direct = direct.is_some_and(|direct| is_true(direct, row));
                self.facts.push(time, end, is_direct);
            }
        }
        let count = self.groups.len() - before;
        if count > 0 {
            self.reservation.try_grow(count * BYTES_PER_ROW)?;
            let kept = batch.project(&self.kept)?;
            self.coalescer
                .push_batch_with_filter(kept, &BooleanArray::from(is_kept))?;
            self.take_completed()?;
        }
        Ok(count)
    }

    fn take_completed(&mut self) -> Result<()> {
        while let Some(batch) = self.coalescer.next_completed_batch() {
            self.reservation
                .try_grow(get_record_batch_memory_size(&batch))?;
            self.batches.push(batch);
        }
        Ok(())
    }

    /// Puts what was kept in order.
    pub(crate) async fn finish(mut self, group_count: usize) -> Result<Touchpoints> {
        self.coalescer.finish_buffered_batch()?;
        self.take_completed()?;
        let stored = StoredRows {
            batches: self.batches,
            rows_per_batch: self.rows_per_batch,
            columns: self.kept,
            reservation: self.reservation,
        };
        Touchpoints::sorted(stored, self.facts, &self.groups, group_count).await
    }
}

fn is_true(direct: &ArrayRef, row: usize) -> bool {
    direct.is_valid(row) && direct.as_boolean().value(row)
}
