//! What a program may ask about `attribute()` in a plan that it did not make.

use datafusion::common::Result;
use datafusion::logical_expr::{Expr, Extension, LogicalPlan, UserDefinedLogicalNode, lit};
use datafusion::scalar::ScalarValue;
use std::sync::Arc;

use super::logical::AttributeNode;

/// One `attribute()` of a plan: its inputs, and which of their columns decide who earns what.
///
/// A conversion's rows depend on that conversion alone, and on the touchpoints of its key from
/// `conversion_time - lookback` to `conversion_time`, both included.
#[derive(Debug)]
pub struct Attribution<'a>(&'a AttributeNode);

impl<'a> Attribution<'a> {
    /// The `attribute()` that a node of a plan is; `None` for any other node.
    pub fn of(node: &'a dyn UserDefinedLogicalNode) -> Option<Self> {
        node.as_any().downcast_ref().map(Self)
    }

    /// The conversions. Their columns have the same names, without qualifiers, in the result.
    pub fn conversions(&self) -> &'a LogicalPlan {
        &self.0.conversions
    }

    /// The touchpoints. Their columns have the same names, without qualifiers, in the result.
    pub fn touchpoints(&self) -> &'a LogicalPlan {
        &self.0.touchpoints
    }

    /// The column of the conversions that holds their key.
    pub fn conversion_key(&self) -> &'a str {
        &self.0.spec.conversions.key
    }

    /// The column of the conversions that holds their time.
    pub fn conversion_time(&self) -> &'a str {
        &self.0.spec.conversions.time
    }

    /// The column of the touchpoints that holds their key, in the type of the conversions' key.
    pub fn touchpoint_key(&self) -> &'a str {
        &self.0.spec.touchpoints.key
    }

    /// The column of the touchpoints that holds their time, in the type of the conversions' time.
    pub fn touchpoint_time(&self) -> &'a str {
        &self.0.spec.touchpoints.time
    }

    /// How long before a conversion a touchpoint may be, as an INTERVAL; `None` if no INTERVAL is
    /// that long.
    pub fn lookback(&self) -> Option<Expr> {
        let nanos = i64::try_from(self.0.spec.lookback.nanos).ok()?;
        Some(lit(ScalarValue::new_interval_mdn(0, 0, nanos)))
    }

    /// The same `attribute()` over other inputs with the same columns.
    ///
    /// # Errors
    /// A plan error if a column has the name of another one.
    pub fn over(&self, conversions: LogicalPlan, touchpoints: LogicalPlan) -> Result<LogicalPlan> {
        let spec = Arc::clone(&self.0.spec);
        let node = Arc::new(AttributeNode::try_new(conversions, touchpoints, spec)?);
        Ok(LogicalPlan::Extension(Extension { node }))
    }
}
