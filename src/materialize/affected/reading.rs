//! Reading of other rows only what touched rows can meet.

use std::{
    collections::HashSet,
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        compute::cast,
        datatypes::DataType,
    },
    common::{NullEquality, Result, ScalarValue, utils::take_function_args},
    logical_expr::{
        BinaryExpr, ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, Operator,
        ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, binary_expr,
        execution_props::ExecutionProps, lit, physical_planning_context::PhysicalPlanningContext,
    },
    physical_expr::create_physical_expr,
};

use arrow::row::{RowConverter, SortField};

use super::{columns::have, settled::Settled};

impl Settled {
    /// The rows of a plan in which an expression has one of the values that another one has in
    /// touched rows. It may keep more.
    pub(super) fn keyed(
        &self,
        plan: LogicalPlan,
        (theirs, ours): (&Expr, &Expr),
        nulls: NullEquality,
    ) -> Result<LogicalPlan> {
        let Some(values) = self.values(ours)? else {
            return Ok(plan);
        };
        let among = ScalarUDF::from(Among::of(&values, nulls)?);
        LogicalPlanBuilder::from(plan)
            .filter(among.call(vec![theirs.clone()]))?
            .build()
    }

    /// The rows of a plan for which a comparison with touched rows can hold for one of these. It may
    /// keep more.
    pub(super) fn compared(&self, plan: LogicalPlan, condition: &Expr) -> Result<LogicalPlan> {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = condition else {
            return Ok(plan);
        };
        let (theirs, op, ours) = match (self.knows(right), self.knows(left)) {
            (true, false) => (left, Some(*op), right),
            (false, true) => (right, op.swap(), left),
            _ => return Ok(plan),
        };
        let is_theirs = have(&plan, theirs.column_refs());
        let op = op.filter(|_| is_theirs && !theirs.column_refs().is_empty());
        let bound = match op {
            Some(Operator::Lt | Operator::LtEq) => self.extreme(ours, |one, other| one > other)?,
            Some(Operator::Gt | Operator::GtEq) => self.extreme(ours, |one, other| one < other)?,
            _ => None,
        };
        let (Some(op), Some(bound)) = (op, bound) else {
            return Ok(plan);
        };
        let condition = binary_expr((**theirs).clone(), op, lit(bound));
        LogicalPlanBuilder::from(plan).filter(condition)?.build()
    }

    fn knows(&self, expression: &Expr) -> bool {
        let read = expression.column_refs();
        !read.is_empty() && have(&self.rows, read)
    }

    /// The value that stands before all others; `None` if there is none, or it is not known.
    fn extreme(
        &self,
        expression: &Expr,
        is_before: impl Fn(&ScalarValue, &ScalarValue) -> bool,
    ) -> Result<Option<ScalarValue>> {
        let mut extreme: Option<ScalarValue> = None;
        for values in self.values(expression)?.into_iter().flatten() {
            for row in 0..values.len() {
                let value = ScalarValue::try_from_array(&values, row)?;
                if !value.is_null() && extreme.as_ref().is_none_or(|it| is_before(&value, it)) {
                    extreme = Some(value);
                }
            }
        }
        Ok(extreme)
    }

    /// What an expression is in touched rows; `None` if they are too many.
    fn values(&self, expression: &Expr) -> Result<Option<Vec<ArrayRef>>> {
        let Some(batches) = &self.batches else {
            return Ok(None);
        };
        let expression = expression.clone().unalias();
        let (schema, mut properties) = (self.rows.schema(), ExecutionProps::new());
        properties.mark_start_execution(Arc::clone(&self.options));
        let context = PhysicalPlanningContext::default();
        let expression = create_physical_expr(&expression, schema, &properties, &context)?;
        let values = batches.iter();
        let values = values.map(|batch| expression.evaluate(batch)?.into_array(batch.num_rows()));
        values.collect::<Result<_>>().map(Some)
    }
}

/// Whether a value is among some values: one expression, however many these are.
#[derive(Debug)]
struct Among {
    converter: RowConverter,
    data_type: DataType,
    /// The values, each as bytes.
    values: HashSet<Box<[u8]>>,
    has_null: bool,
    signature: Signature,
}

impl Among {
    fn of(values: &[ArrayRef], nulls: NullEquality) -> Result<Self> {
        let data_type = values
            .first()
            .map_or(DataType::Null, |it| it.data_type().clone());
        let converter = RowConverter::new(vec![SortField::new(data_type.clone())])?;
        let (mut among, mut has_null) = (HashSet::new(), false);
        for values in values {
            has_null |= values.null_count() > 0;
            let rows = converter.convert_columns(&[Arc::clone(values)])?;
            among.extend(rows.iter().map(|row| Box::from(row.data())));
        }
        Ok(Self {
            converter,
            signature: Signature::exact(vec![data_type.clone()], Volatility::Immutable),
            data_type,
            values: among,
            has_null: has_null && nulls == NullEquality::NullEqualsNull,
        })
    }
}

impl ScalarUDFImpl for Among {
    fn name(&self) -> &'static str {
        "among"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [values] = take_function_args(self.name(), args.args)?;
        let values = cast(&values.into_array(args.number_rows)?, &self.data_type)?;
        let rows = self.converter.convert_columns(&[Arc::clone(&values)])?;
        let is_among = rows
            .iter()
            .enumerate()
            .map(|(row, value)| match values.is_null(row) {
                true => self.has_null,
                false => self.values.contains(value.data()),
            });
        let is_among: BooleanArray = is_among.map(Some).collect();
        Ok(ColumnarValue::Array(Arc::new(is_among)))
    }
}

// Each has values of its own.
impl PartialEq for Among {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Among {}

impl Hash for Among {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(self, state);
    }
}
