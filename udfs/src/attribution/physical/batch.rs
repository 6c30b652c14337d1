//! From rows to a record batch: gathering the columns of both inputs, writing the computed ones.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray, UInt32Array,
    new_null_array,
};
use datafusion::arrow::compute::{interleave, take};
use datafusion::arrow::datatypes::{DataType, FieldRef, SchemaRef};
use datafusion::common::{Result, internal_datafusion_err};

use super::rows::{Reason, RowSource, Rows};
use super::value::to_array;
use crate::attribution::output::{Computed, Source};
use crate::attribution::spec::AttributeSpec;

/// Writes rows as record batches of the result.
pub(crate) struct BatchWriter {
    schema: SchemaRef,
    columns: Vec<(Source, FieldRef)>,
    models: StringArray,
    reasons: StringArray,
}

impl BatchWriter {
    pub(crate) fn new(
        schema: SchemaRef,
        columns: Vec<(Source, FieldRef)>,
        spec: &AttributeSpec,
    ) -> Self {
        Self {
            schema,
            columns,
            models: spec.models.iter().map(|model| Some(model.name)).collect(),
            reasons: Reason::NAMES.into_iter().map(Some).collect(),
        }
    }

    /// Whether this column comes out.
    pub(crate) fn reads(&self, column: Source) -> bool {
        self.columns.iter().any(|(from, _)| *from == column)
    }

    /// The columns of the touchpoints input that come out.
    pub(crate) fn touchpoint_columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().filter_map(|(from, _)| match from {
            Source::Touchpoint(idx) => Some(*idx),
            Source::Conversion(_) | Source::Computed(_) => None,
        })
    }

    /// Returns these rows as one batch.
    pub(crate) fn write(&self, mut rows: Rows, source: &RowSource) -> Result<RecordBatch> {
        let count = rows.len();
        let addresses = self.addresses(&rows, source);
        let conversions = UInt32Array::from(std::mem::take(&mut rows.conversions));
        let column = |(from, field): &(Source, FieldRef)| match from {
            Source::Conversion(idx) => Ok(take(
                source.conversions.batch.column(*idx),
                &conversions,
                None,
            )?),
            Source::Touchpoint(idx) => touchpoint_column(*idx, field, source, &addresses),
            Source::Computed(column) => self.computed(*column, field.data_type(), &rows),
        };
        let columns = self
            .columns
            .iter()
            .map(column)
            .collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let schema = Arc::clone(&self.schema);
        Ok(RecordBatch::try_new_with_options(
            schema, columns, &options,
        )?)
    }

    /// Where the touchpoint of each row is; the batch after the last one stands for no touchpoint.
    fn addresses(&self, rows: &Rows, source: &RowSource) -> Vec<(usize, usize)> {
        if self.touchpoint_columns().next().is_none() {
            return vec![];
        }
        let none = (source.touchpoints.batch_count(), 0);
        let address =
            |place: &Option<usize>| place.map_or(none, |place| source.touchpoints.address(place));
        rows.touchpoints.iter().map(address).collect()
    }

    fn computed(&self, column: Computed, data_type: &DataType, rows: &Rows) -> Result<ArrayRef> {
        Ok(match column {
            Computed::Model => {
                let models = UInt32Array::from_iter_values(rows.models.iter().copied());
                take(&self.models, &models, None)?
            }
            Computed::Reason => {
                let reasons = rows.reasons.iter().map(|&reason| reason as u32);
                take(&self.reasons, &UInt32Array::from_iter_values(reasons), None)?
            }
            Computed::Position => Arc::new(rows.positions.iter().collect::<Int64Array>()),
            Computed::PathLength => Arc::new(Int64Array::from(rows.path_lengths.clone())),
            Computed::Credit => Arc::new(rows.credits.iter().collect::<Float64Array>()),
            Computed::CreditedValue => to_array(&rows.values, data_type)?,
            Computed::LagSeconds => Arc::new(rows.lags.iter().collect::<Float64Array>()),
        })
    }
}

fn touchpoint_column(
    idx: usize,
    field: &FieldRef,
    source: &RowSource,
    addresses: &[(usize, usize)],
) -> Result<ArrayRef> {
    let no_touchpoint = new_null_array(field.data_type(), 1);
    let mut arrays = source.touchpoints.input_column(idx).ok_or_else(|| {
        internal_datafusion_err!("attribute: touchpoint column {idx} must be kept, got none")
    })?;
    arrays.push(no_touchpoint.as_ref());
    Ok(interleave(&arrays, addresses)?)
}
