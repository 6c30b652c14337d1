//! Numbering the sessions of sorted rows, batch after batch.

use std::fmt;
use std::iter;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, Int64Array, Int64Builder, RecordBatch};
use datafusion::arrow::compute::partition;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::scalar::ScalarValue;

use super::numbers::Numbers;
use crate::instant::{counts, unit_nanos};
use crate::span::Span;

/// One call of `sessionize`.
#[derive(Debug, Clone)]
pub(super) struct SessionColumn {
    pub(super) ts: Arc<dyn PhysicalExpr>,
    pub(super) gap: Span,
}

impl fmt::Display for SessionColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sessionize({}, {})", self.ts, self.gap)
    }
}

/// Numbers the sessions of rows that come in the order of their partitions and times.
pub(super) struct SessionNumbers {
    /// Of the result: the columns of the input, then one for each call.
    schema: SchemaRef,
    partition_by: Vec<Arc<dyn PhysicalExpr>>,
    sessions: Vec<SessionColumn>,
    /// The partition of the last row.
    open: Option<Vec<ScalarValue>>,
    /// Where each call stands in it.
    numbers: Vec<Numbers>,
}

impl SessionNumbers {
    pub(super) fn new(
        schema: SchemaRef,
        partition_by: Vec<Arc<dyn PhysicalExpr>>,
        sessions: Vec<SessionColumn>,
    ) -> Self {
        Self {
            numbers: vec![Numbers::default(); sessions.len()],
            schema,
            partition_by,
            sessions,
            open: None,
        }
    }

    /// Adds the numbers to the next rows.
    pub(super) fn number(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let mut columns = batch.columns().to_vec();
        let partitions = self.partitions(batch)?;
        for (session, numbers) in self.sessions.iter().zip(&mut self.numbers) {
            let ts = session.ts.evaluate(batch)?.into_array(batch.num_rows())?;
            columns.push(Arc::new(numbered(&ts, session.gap, &partitions, numbers)?));
        }
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// The rows of each partition, and whether it began in an earlier batch.
    fn partitions(&mut self, batch: &RecordBatch) -> Result<Vec<(Range<usize>, bool)>> {
        let row_count = batch.num_rows();
        let Some(last) = row_count.checked_sub(1) else {
            return Ok(vec![]);
        };
        let keys = self.partition_by.iter();
        let keys = keys.map(|key| key.evaluate(batch)?.into_array(row_count));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let key_at = |row| -> Result<Vec<_>> {
            let keys = keys.iter();
            keys.map(|key| ScalarValue::try_from_array(key, row))
                .collect()
        };
        let continues = self.open.replace(key_at(last)?) == Some(key_at(0)?);
        let ranges = match keys.is_empty() {
            true => iter::once(0..row_count).collect(),
            false => partition(&keys)?.ranges(),
        };
        let from_before = |range: &Range<usize>| continues && range.start == 0;
        let ranges = ranges.into_iter();
        Ok(ranges
            .map(|range| (range.clone(), from_before(&range)))
            .collect())
    }
}

fn numbered(
    ts: &ArrayRef,
    gap: Span,
    partitions: &[(Range<usize>, bool)],
    numbers: &mut Numbers,
) -> Result<Int64Array> {
    let unit = unit_nanos(ts.data_type());
    let counts = counts(ts)?;
    let mut numbered = Int64Builder::with_capacity(counts.len());
    for (rows, continues) in partitions {
        if !continues {
            *numbers = Numbers::default();
        }
        for row in rows.clone() {
            match counts.is_valid(row) {
                true => {
                    let instant = i128::from(counts.value(row)) * unit;
                    numbered.append_value(numbers.next(instant, gap)?);
                }
                false => numbered.append_null(),
            }
        }
    }
    Ok(numbered.finish())
}
