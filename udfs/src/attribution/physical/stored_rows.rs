//! The columns of the kept touchpoints, in the order in which they came.

use std::ops::Range;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::compute::interleave;
use datafusion::common::{Result, exec_err};
use datafusion::execution::memory_pool::MemoryReservation;

/// Rows in batches of at most one length. Row numbers are spaced as if all batches were full, so
/// that a number says where its row is.
pub(crate) struct StoredRows {
    pub(crate) batches: Vec<RecordBatch>,
    /// The most rows of a batch.
    rows_per_batch: usize,
    /// Which columns of the input the batches hold; the first one is the id.
    pub(crate) columns: Vec<usize>,
    /// The memory of `batches` and of what is known of each row.
    pub(crate) reservation: MemoryReservation,
}

impl StoredRows {
    pub(crate) fn new(
        columns: Vec<usize>,
        rows_per_batch: usize,
        reservation: MemoryReservation,
    ) -> Self {
        Self {
            batches: vec![],
            rows_per_batch,
            columns,
            reservation,
        }
    }

    /// Adds the batches of `other` and returns the number that its first row has now.
    pub(crate) fn append(&mut self, other: Self) -> Result<u32> {
        let start = self.batches.len() * self.rows_per_batch;
        self.reservation.grow(other.reservation.free());
        self.batches.extend(other.batches);
        let end = self.batches.len() * self.rows_per_batch;
        match (u32::try_from(start), u32::try_from(end)) {
            (Ok(start), Ok(_)) => Ok(start),
            _ => exec_err!(
                "attribute: touchpoints in some lookback must be fewer than 2^32, got {end}"
            ),
        }
    }

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

    /// These stored columns for `rows`.
    pub(crate) fn gather(
        &self,
        columns: Range<usize>,
        rows: impl Iterator<Item = u32>,
    ) -> Result<Vec<ArrayRef>> {
        let addresses: Vec<_> = rows.map(|row| self.address(row)).collect();
        if addresses.is_empty() {
            return Ok(vec![]);
        }
        let gather = |idx| Ok(interleave(&self.column(idx), &addresses)?);
        columns.map(gather).collect()
    }

    fn column(&self, idx: usize) -> Vec<&dyn Array> {
        let arrays = self.batches.iter().map(|batch| batch.column(idx).as_ref());
        arrays.collect()
    }
}
