//! Conditions that rows of a plan have to meet: that something has one of some values.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions, new_null_array},
        datatypes::{DataType, Schema},
    },
    common::{
        Column, DFSchema, NullEquality, Result, ScalarValue,
        config::ConfigOptions,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{
        BinaryExpr, Expr, Operator, ScalarUDF, execution_props::ExecutionProps, lit,
        physical_planning_context::PhysicalPlanningContext,
    },
    physical_expr::{PhysicalExpr, create_physical_expr},
};

use super::{
    among::Among,
    columns::{Columns, read_by},
};

/// That an expression has one of some values.
#[derive(Debug, Clone)]
pub(super) struct Test {
    expr: Expr,
    among: Arc<ScalarUDF>,
    has_null: bool,
    /// Files know the first and the last time in them, and nothing of what is among others.
    bounds: Option<(ScalarValue, ScalarValue)>,
}

impl Test {
    /// Whether an expression has one of these values.
    pub(super) fn of(expr: &Expr, values: &[ArrayRef], nulls: NullEquality) -> Result<Self> {
        let among = Among::of(values, nulls)?;
        let has_null = among.has_null;
        let bounds = match is_time(&among.data_type) && !has_null {
            true => {
                let first = extreme(values, |one, other| one < other)?;
                first.zip(extreme(values, |one, other| one > other)?)
            }
            false => None,
        };
        Ok(Self {
            expr: expr.clone().unalias(),
            among: Arc::new(ScalarUDF::from(among)),
            has_null,
            bounds,
        })
    }

    pub(super) fn condition(&self) -> Expr {
        let among = self.among.call(vec![self.expr.clone()]);
        match &self.bounds {
            Some((first, last)) => {
                let between = self.expr.clone();
                let between = between.between(lit(first.clone()), lit(last.clone()));
                between.and(among)
            }
            None => among,
        }
    }

    /// The columns that it reads.
    pub(super) fn columns(&self) -> Columns {
        read_by([&self.expr])
    }

    /// Whether it may hold for a row in which all columns of a schema are NULL.
    pub(super) fn may_hold_for_null(
        &self,
        schema: &DFSchema,
        options: &Arc<ConfigOptions>,
    ) -> Result<bool> {
        let condition = physical(&self.condition(), schema, options)?;
        let nulls = schema.fields().iter();
        let nulls = nulls.map(|field| new_null_array(field.data_type(), 1));
        let nullable = schema.fields().iter();
        let nullable = nullable.map(|field| field.as_ref().clone().with_nullable(true));
        let nullable = Arc::new(Schema::new(nullable.collect::<Vec<_>>()));
        let rows = RecordBatchOptions::new().with_row_count(Some(1));
        let row = RecordBatch::try_new_with_options(nullable, nulls.collect(), &rows)?;
        let holds = condition.evaluate(&row)?.into_array(1)?;
        Ok(holds.as_boolean().true_count() > 0)
    }

    /// The same test where columns are other expressions; a column of which none is told stays.
    pub(super) fn over(self, expression: impl Fn(&Column) -> Option<Expr>) -> Result<Self> {
        let expr = self.expr.transform(|expr| {
            let other = match &expr {
                Expr::Column(column) => expression(column),
                _ => None,
            };
            Ok(other.map_or_else(
                || Transformed::no(expr),
                |it| Transformed::new(it, true, TreeNodeRecursion::Jump),
            ))
        });
        Ok(Self {
            expr: expr?.data,
            ..self
        })
    }

    /// Tests of which one holds if this does: of what the expression chooses from.
    pub(super) fn parts(self) -> Result<Vec<Self>> {
        let Some((chooser, choices)) = choice(&self.expr)? else {
            return Ok(vec![self]);
        };
        let mut parts = vec![];
        for choice in choices {
            let expr = self.expr.clone().transform_down(|expr| {
                Ok(match expr == chooser {
                    true => Transformed::new(choice.clone(), true, TreeNodeRecursion::Jump),
                    false => Transformed::no(expr),
                })
            })?;
            if self.has_null || !is_null(&expr.data) {
                let part = Self {
                    expr: expr.data,
                    ..self.clone()
                };
                parts.extend(part.parts()?);
            }
        }
        Ok(parts)
    }
}

/// What an expression chooses from first: the part of it that chooses, and each that it may choose.
fn choice(expr: &Expr) -> Result<Option<(Expr, Vec<Expr>)>> {
    let mut found = None;
    expr.apply(|part| {
        let choices = match part {
            Expr::ScalarFunction(call) if call.func.name() == "coalesce" => call.args.clone(),
            Expr::Case(case) => {
                let values = case.when_then_expr.iter().map(|(_, value)| &**value);
                let otherwise = case.else_expr.as_deref().cloned();
                let otherwise = otherwise.unwrap_or_else(|| lit(ScalarValue::Null));
                values.cloned().chain([otherwise]).collect()
            }
            _ => return Ok(TreeNodeRecursion::Continue),
        };
        found = Some((part.clone(), choices));
        Ok(TreeNodeRecursion::Stop)
    })?;
    Ok(found)
}

/// Whether an expression is NULL, as can be seen.
fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => value.is_null(),
        Expr::Cast(cast) => is_null(&cast.expr),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            *op == Operator::StringConcat && (is_null(left) || is_null(right))
        }
        _ => false,
    }
}

/// An expression over the columns of a schema, to be evaluated.
pub(super) fn physical(
    expr: &Expr,
    schema: &DFSchema,
    options: &Arc<ConfigOptions>,
) -> Result<Arc<dyn PhysicalExpr>> {
    let mut properties = ExecutionProps::new();
    properties.mark_start_execution(Arc::clone(options));
    let context = PhysicalPlanningContext::default();
    create_physical_expr(expr, schema, &properties, &context)
}

pub(super) fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..) | DataType::Date32)
}

/// The value that stands before all others; `None` if there is none but NULL.
pub(super) fn extreme(
    values: &[ArrayRef],
    is_before: impl Fn(&ScalarValue, &ScalarValue) -> bool,
) -> Result<Option<ScalarValue>> {
    let mut extreme: Option<ScalarValue> = None;
    for values in values {
        for row in 0..values.len() {
            let value = ScalarValue::try_from_array(values, row)?;
            if !value.is_null() && extreme.as_ref().is_none_or(|it| is_before(&value, it)) {
                extreme = Some(value);
            }
        }
    }
    Ok(extreme)
}
