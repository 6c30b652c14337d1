//! Batches to messages that every client accepts.
//!
//! Go, JavaScript and Rust clients refuse messages above 4 MiB. arrow-flight's own encoder splits
//! by the average size of a row and counts a sliced buffer whole; this one measures the slice
//! and then the encoded message, so one long row among short ones cannot break a client.

use std::sync::Arc;

use arrow_flight::{FlightData, SchemaAsIpc};
use datafusion::{
    arrow::{
        array::{Array, RecordBatch},
        datatypes::Schema,
        ipc::writer::{DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions},
    },
    common::{Result, resources_err},
};

/// What a message should take.
const TARGET_BYTES: usize = 2 << 20;
/// What a message may take: 4 MiB less what gRPC adds.
const LIMIT_BYTES: usize = (4 << 20) - (16 << 10);

/// The first message of every stream, also of an empty one.
pub(super) fn schema_message(schema: &Schema) -> FlightData {
    SchemaAsIpc::new(schema, &IpcWriteOptions::default()).into()
}

/// Makes the messages of one result, each in a buffer as large as the one before needed: growing
/// one by doubling would copy most of its bytes again.
pub(super) struct Encoder {
    options: IpcWriteOptions,
    context: IpcWriteContext,
    /// Tracks nothing: the conversion leaves no dictionary in a batch.
    dictionaries: DictionaryTracker,
}

impl Encoder {
    /// # Arguments
    /// `options`: how messages are written, compressed or not.
    pub(super) fn new(options: IpcWriteOptions) -> Self {
        let mut context = IpcWriteContext::default();
        context.set_reserve_scratch(true);
        Self {
            options,
            context,
            dictionaries: DictionaryTracker::new(false),
        }
    }

    /// The messages of a batch, rows in order; none for a batch without rows.
    ///
    /// # Errors
    /// Resources exhausted for a single row that no message can hold.
    pub(super) fn messages(&mut self, batch: &RecordBatch) -> Result<Vec<FlightData>> {
        let mut messages = Vec::new();
        let rows = batch.num_rows();
        if rows > 0 {
            let parts = estimated_bytes(batch).div_ceil(TARGET_BYTES).max(1);
            let step = rows.div_ceil(parts);
            for offset in (0..rows).step_by(step) {
                let part = batch.slice(offset, step.min(rows - offset));
                self.encode_or_halve(&part, &mut messages)?;
            }
        }
        Ok(messages)
    }

    fn encode_or_halve(
        &mut self,
        batch: &RecordBatch,
        messages: &mut Vec<FlightData>,
    ) -> Result<()> {
        let message = self.encode(batch)?;
        let bytes = message.data_header.len() + message.data_body.len();
        let rows = batch.num_rows();
        if bytes <= LIMIT_BYTES {
            messages.push(message);
            return Ok(());
        }
        if rows == 1 {
            return resources_err!(
                "one row of the result takes {bytes} bytes, a Flight message holds {LIMIT_BYTES}: \
                 select fewer or shorter columns"
            );
        }
        self.encode_or_halve(&batch.slice(0, rows / 2), messages)?;
        self.encode_or_halve(&batch.slice(rows / 2, rows - rows / 2), messages)
    }

    fn encode(&mut self, batch: &RecordBatch) -> Result<FlightData> {
        let (_, encoded) = IpcDataGenerator::default().encode(
            batch,
            &mut self.dictionaries,
            &self.options,
            &mut self.context,
        )?;
        Ok(encoded.into())
    }
}

fn estimated_bytes(batch: &RecordBatch) -> usize {
    let bytes = |column: &Arc<dyn Array>| {
        let slice = column.to_data().get_slice_memory_size();
        slice.unwrap_or_else(|_| column.get_buffer_memory_size())
    };
    batch.columns().iter().map(bytes).sum()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{ArrayRef, StringArray};

    use super::*;

    fn messages(lengths: impl Iterator<Item = usize>) -> Result<Vec<usize>> {
        let texts = StringArray::from_iter_values(lengths.map(|length| "x".repeat(length)));
        let batch = RecordBatch::try_from_iter([("c", Arc::new(texts) as ArrayRef)])?;
        let messages = Encoder::new(IpcWriteOptions::default()).messages(&batch)?;
        Ok(messages.iter().map(|it| it.data_body.len()).collect())
    }

    #[test]
    fn messages_stay_below_the_limit_whatever_the_rows() {
        let even = messages((0..1000).map(|_| 20_000)).unwrap();
        assert!((5..=20).contains(&even.len()), "{even:?}");
        let skewed = messages((0..1000).map(|row| if row < 3 { 3_000_000 } else { 1 })).unwrap();
        for bytes in even.iter().chain(&skewed) {
            assert!(*bytes <= LIMIT_BYTES, "{bytes}");
        }
        assert!(messages(std::iter::empty()).unwrap().is_empty());
    }

    #[test]
    fn a_slice_of_a_large_batch_is_one_small_message() {
        let texts = StringArray::from_iter_values((0..1000).map(|_| "x".repeat(20_000)));
        let batch = RecordBatch::try_from_iter([("c", Arc::new(texts) as ArrayRef)]).unwrap();
        let messages = Encoder::new(IpcWriteOptions::default())
            .messages(&batch.slice(500, 2))
            .unwrap();
        assert_eq!(messages.len(), 1);
        assert!(messages[0].data_body.len() < 50_000);
    }

    #[test]
    fn one_row_that_fits_nowhere_is_a_clear_error() {
        let error = messages(std::iter::once(5_000_000))
            .unwrap_err()
            .to_string();
        assert!(error.contains("select fewer or shorter columns"), "{error}");
    }
}
