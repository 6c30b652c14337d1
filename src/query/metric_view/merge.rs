//! The legs of a query as one relation, and the columns that its own aggregate had.

use std::sync::Arc;

use datafusion::{
    common::{DFSchema, Result, metadata::FieldMetadata},
    functions_aggregate::expr_fn::{first_value, max, min},
    logical_expr::{
        Aggregate, Expr, ExprFunctionExt, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast,
        col, expr::NullTreatment,
    },
};

use super::{
    aggregate::{Part, PartAggregate, Request, key_name, part_name},
    condition, misuse,
};

impl Request {
    /// The legs by the keys: each part comes from one of them.
    pub(super) fn merge(&self, legs: Vec<LogicalPlan>) -> Result<LogicalPlan> {
        let mut legs = legs.into_iter().map(LogicalPlanBuilder::from);
        let first = legs
            .next()
            .ok_or_else(|| misuse::constant_measure(&self.view))?;
        let mut rest = legs.peekable();
        if rest.peek().is_none() {
            return first.build();
        }
        let union = rest.try_fold(first, |union, leg| union.union(leg.build()?))?;
        let keys = (0..self.keys.len())
            .map(key_name)
            .chain(self.groupings())
            .map(col);
        let schema = Arc::clone(union.schema());
        let parts = self.parts.iter().enumerate().map(|(idx, part)| {
            let merged = part.merged(col(part_name(idx)), &schema)?;
            Ok(merged.alias(part_name(idx)))
        });
        union
            .aggregate(keys.collect::<Vec<_>>(), parts.collect::<Result<Vec<_>>>()?)?
            .build()
    }

    /// The columns that the query's own aggregate had: names, types and metadata.
    pub(super) fn project(
        &self,
        merged: LogicalPlan,
        outputs: Vec<Expr>,
        announced: &DFSchema,
    ) -> Result<LogicalPlan> {
        let merged = condition::beside(&self.view, merged, &outputs)?;
        let keys = (0..self.keys.len()).map(|idx| col(key_name(idx)));
        let fields = announced
            .iter()
            .filter(|(_, it)| it.name() != Aggregate::INTERNAL_GROUPING_ID);
        let exprs = keys
            .chain(outputs)
            .zip(fields)
            .map(|(expr, (qualifier, field))| {
                let is_same = expr.get_type(merged.schema())? == *field.data_type();
                let expr = if is_same {
                    expr
                } else {
                    cast(expr, field.data_type().clone())
                };
                let metadata = FieldMetadata::from(field.metadata());
                let qualifier = qualifier.cloned();
                Ok(expr.alias_qualified_with_metadata(qualifier, field.name(), Some(metadata)))
            });
        let exprs = exprs.collect::<Result<Vec<_>>>()?;
        LogicalPlanBuilder::from(merged).project(exprs)?.build()
    }
}

impl Part {
    /// The one value that is not NULL, or that of all legs.
    fn merged(&self, part: Expr, schema: &DFSchema) -> Result<Expr> {
        if matches!(&self.aggregate, PartAggregate::Extreme(func, _) if func.name() == "min") {
            return Ok(min(part));
        }
        Ok(match part.get_type(schema)? {
            // There is no greatest list.
            nested if nested.is_nested() => first_value(part, Vec::new())
                .null_treatment(NullTreatment::IgnoreNulls)
                .build()?,
            _ => max(part),
        })
    }
}
