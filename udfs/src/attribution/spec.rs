//! What one call of `attribute()` asks for, once its arguments are resolved to columns.
//!
//! The logical node and the physical operator share it. Columns are named and not numbered, because
//! the optimizer removes and reorders the columns of the inputs.

use std::fmt;

use datafusion::arrow::datatypes::{DataType, TimeUnit};

use super::conversion_path::ModelSettings;
use super::models::AttributionModel;
use crate::span::Span;

/// Prefix of columns that exist only between the inputs and the operator, never in the output.
pub(crate) const INTERNAL_PREFIX: &str = "__attribute_";

/// Prefix that a touchpoint column gets when a conversion column has its name.
pub(crate) const TOUCHPOINT_PREFIX: &str = "touchpoint_";

/// The resolved arguments of one `attribute()` call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AttributeSpec {
    pub(crate) conversions: ConversionColumns,
    pub(crate) touchpoints: TouchpointColumns,
    /// Type of the column `value`, kept because the column itself may be pruned.
    pub(crate) value_type: DataType,
    pub(crate) models: Vec<&'static AttributionModel>,
    pub(crate) lookback: Span,
    pub(crate) half_life: Span,
    pub(crate) unattributed: bool,
    /// Unit of both time columns, and of every instant inside the operator.
    pub(crate) time_unit: TimeUnit,
    /// The argument `key` as written, for EXPLAIN.
    pub(crate) key: String,
}

/// Names of the columns of the conversions input that the operator reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ConversionColumns {
    pub(crate) key: String,
    pub(crate) time: String,
    pub(crate) value: String,
}

/// Names of the columns of the touchpoints input that the operator reads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TouchpointColumns {
    pub(crate) key: String,
    pub(crate) time: String,
    pub(crate) id: String,
    pub(crate) end: Option<String>,
    pub(crate) direct: Option<String>,
}

impl AttributeSpec {
    /// The settings that the models read.
    pub(crate) fn model_settings(&self) -> ModelSettings {
        ModelSettings {
            half_life_seconds: self.half_life.nanos as f64 / 1e9,
        }
    }

    /// The lookback in units of [`Self::time_unit`]. Rounding down loses nothing: instants are
    /// whole units.
    pub(crate) fn lookback_units(&self) -> i64 {
        let units = self.lookback.nanos / i128::from(nanos_per_unit(self.time_unit));
        i64::try_from(units).unwrap_or(i64::MAX)
    }

    /// Units of [`Self::time_unit`] in one second.
    pub(crate) fn units_per_second(&self) -> f64 {
        1e9 / nanos_per_unit(self.time_unit) as f64
    }
}

/// The line that EXPLAIN shows.
impl fmt::Display for AttributeSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models: Vec<_> = self.models.iter().map(|model| model.name).collect();
        write!(
            f,
            "models=[{}], key=[{}], lookback={}",
            models.join(", "),
            self.key,
            self.lookback
        )?;
        if !self.unattributed {
            write!(f, ", unattributed=false")?;
        }
        Ok(())
    }
}

/// Whether a column is one of ours and not for the output.
pub(crate) fn is_internal(column: &str) -> bool {
    column.starts_with(INTERNAL_PREFIX)
}

fn nanos_per_unit(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}
