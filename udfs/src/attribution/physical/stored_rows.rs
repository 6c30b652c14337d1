//! The columns of the kept touchpoints, in the order in which they came.

use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::compute::interleave;
use datafusion::common::Result;
use datafusion::execution::memory_pool::MemoryReservation;

/// Rows in batches of one length, so that a row number says where its row is.
pub(crate) struct StoredRows {
    pub(crate) batches: Vec<RecordBatch>,
    /// Rows of each batch but the last.
    pub(crate) rows_per_batch: usize,
    /// Which columns of the input the batches hold; the first one is the id.
    pub(crate) columns: Vec<usize>,
    /// The memory of `batches` and of what is derived from them.
    pub(crate) reservation: MemoryReservation,
}

impl StoredRows {
    /// Batch and place in it of this row.
    pub(crate) fn address(&self, row: u32) -> (usize, usize) {
        let row = row as usize;
        (row / self.rows_per_batch, row % self.rows_per_batch)
    }

    /// The column of this index of the input, batch by batch.
    pub(crate) fn input_column(&self, input_idx: usize) -> Option<Vec<&dyn Array>> {
        let idx = self
            .columns
            .iter()
            .position(|&column| column == input_idx)?;
        Some(self.column(idx))
    }

    /// These stored columns for the rows in `ranges` of `order`, one range after the other.
    pub(crate) fn gather(
        &self,
        columns: Range<usize>,
        order: &[u32],
        ranges: &[Range<usize>],
    ) -> Result<Vec<ArrayRef>> {
        if ranges.is_empty() {
            return Ok(vec![]);
        }
        let rows = ranges.iter().flat_map(|range| &order[range.clone()]);
        let addresses: Vec<_> = rows.map(|&row| self.address(row)).collect();
        let gather = |idx| Ok(interleave(&self.column(idx), &addresses)?);
        columns.map(gather).collect()
    }

    fn column(&self, idx: usize) -> Vec<&dyn Array> {
        let arrays = self.batches.iter().map(|batch| batch.column(idx).as_ref());
        arrays.collect()
    }
}
