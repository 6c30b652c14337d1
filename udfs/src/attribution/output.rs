//! The columns that `attribute()` adds, and the schema of its result.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema};

use super::spec::{AttributeSpec, is_internal};

/// A column computed by `attribute()`, in the order of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Computed {
    /// Name of the model, never NULL.
    Model,
    /// Place of the touchpoint in the conversion path, 1 = oldest; NULL when unattributed.
    Position,
    /// Number of touchpoints in the conversion path, 0 when unattributed.
    PathLength,
    /// Share of the conversion, 0 to 1; NULL when unattributed.
    Credit,
    /// Share of the value, in the type of the value; NULL when unattributed or without a value.
    CreditedValue,
    /// Conversion time minus touchpoint time, in seconds; NULL when unattributed.
    LagSeconds,
    /// `credited`, `no_key` or `no_touchpoint_in_lookback`, never NULL.
    Reason,
}

impl Computed {
    pub(crate) const ALL: [Self; 7] = [
        Self::Model,
        Self::Position,
        Self::PathLength,
        Self::Credit,
        Self::CreditedValue,
        Self::LagSeconds,
        Self::Reason,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Position => "position",
            Self::PathLength => "path_length",
            Self::Credit => "credit",
            Self::CreditedValue => "credited_value",
            Self::LagSeconds => "lag_seconds",
            Self::Reason => "reason",
        }
    }

    fn field(self, value_type: &DataType) -> Field {
        let (data_type, nullable) = match self {
            Self::Model | Self::Reason => (DataType::Utf8, false),
            Self::Position => (DataType::Int64, true),
            Self::PathLength => (DataType::Int64, false),
            Self::Credit | Self::LagSeconds => (DataType::Float64, true),
            Self::CreditedValue => (value_type.clone(), true),
        };
        Field::new(self.name(), data_type, nullable)
    }
}

/// Where one column of the result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The column at this index of the conversions input.
    Conversion(usize),
    /// The column at this index of the touchpoints input.
    Touchpoint(usize),
    /// A computed column.
    Computed(Computed),
}

/// The columns of the result over these inputs, in order, each with its source.
///
/// `credited_value` is missing when the optimizer removed the column `value`, which it does only
/// where nothing reads `credited_value`.
pub(crate) fn result_columns(
    conversions: &Fields,
    touchpoints: &Fields,
    spec: &AttributeSpec,
) -> Vec<(Source, FieldRef)> {
    let has_value = conversions.find(&spec.conversions.value).is_some();
    let from_conversions =
        visible(conversions).map(|(idx, field)| (Source::Conversion(idx), Arc::clone(field)));
    let from_touchpoints = visible(touchpoints).map(|(idx, field)| {
        let field = field.as_ref().clone();
        let nullable = field.is_nullable() || spec.unattributed;
        (
            Source::Touchpoint(idx),
            Arc::new(field.with_nullable(nullable)),
        )
    });
    let computed = Computed::ALL
        .into_iter()
        .filter(|column| *column != Computed::CreditedValue || has_value)
        .map(|column| {
            (
                Source::Computed(column),
                Arc::new(column.field(&spec.value_type)),
            )
        });
    from_conversions
        .chain(from_touchpoints)
        .chain(computed)
        .collect()
}

/// The Arrow schema of these columns.
pub(crate) fn schema_of<'a>(columns: impl Iterator<Item = &'a (Source, FieldRef)>) -> Schema {
    let fields: Fields = columns.map(|(_, field)| Arc::clone(field)).collect();
    Schema::new_with_metadata(fields, HashMap::new())
}

fn visible(fields: &Fields) -> impl Iterator<Item = (usize, &FieldRef)> {
    fields
        .iter()
        .enumerate()
        .filter(|(_, field)| !is_internal(field.name()))
}
