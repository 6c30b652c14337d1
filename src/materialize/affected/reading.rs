//! Reading of other rows only what touched rows can meet.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray, RecordBatch},
        compute::{and, cast, filter, is_not_null, is_null},
        datatypes::DataType,
    },
    common::{
        Column, HashSet, NullEquality, Result, ScalarValue,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
        utils::take_function_args,
    },
    logical_expr::{
        BinaryExpr, ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, Operator,
        ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, binary_expr,
        execution_props::ExecutionProps, lit, physical_planning_context::PhysicalPlanningContext,
    },
    physical_expr::create_physical_expr,
};

use arrow::row::{RowConverter, SortField};

use super::{
    columns::{Columns, have, read_by},
    settled::Settled,
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

    /// Whether it may hold where all that it reads is NULL.
    pub(super) fn may_hold_for_null(&self) -> bool {
        self.has_null || !is_null_of_null(&self.expr)
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

    /// Tests of which one holds if this does: of what an expression chooses from.
    pub(super) fn parts(self) -> Vec<Self> {
        let parts: Vec<&Expr> = match &self.expr {
            Expr::ScalarFunction(call) if call.func.name() == "coalesce" => {
                call.args.iter().collect()
            }
            Expr::Case(case) if !self.has_null => {
                let values = case.when_then_expr.iter().map(|(_, value)| &**value);
                values.chain(case.else_expr.as_deref()).collect()
            }
            _ => return vec![self],
        };
        let is_null = |it: &Expr| matches!(it, Expr::Literal(value, _) if value.is_null());
        let parts = parts.into_iter().filter(|it| self.has_null || !is_null(it));
        let parts = parts.map(|part| Self {
            expr: part.clone(),
            ..self.clone()
        });
        parts.flat_map(Self::parts).collect()
    }
}

/// Whether an expression is NULL where what it reads is.
fn is_null_of_null(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) => true,
        Expr::Cast(cast) => is_null_of_null(&cast.expr),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            *op == Operator::StringConcat && (is_null_of_null(left) || is_null_of_null(right))
        }
        _ => false,
    }
}

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
        let condition = Test::of(theirs, &values, nulls)?.condition();
        LogicalPlanBuilder::from(plan).filter(condition)?.build()
    }

    /// Tests of which one holds, at least, for each row that has the keys of a touched row.
    ///
    /// # Arguments
    /// `keys`: of the other rows, and of touched rows.
    ///
    /// # Returns
    /// `None` if no tests tell, or touched rows are too many.
    pub(super) fn tests(
        &self,
        keys: &[(&Expr, &Expr)],
        nulls: NullEquality,
    ) -> Result<Option<Vec<Test>>> {
        let Some(batches) = self.batches.as_ref().filter(|_| !keys.is_empty()) else {
            return Ok(None);
        };
        let mut by_key = Vec::with_capacity(keys.len());
        for (theirs, ours) in keys {
            let Some(values) = self.values(ours)? else {
                return Ok(None);
            };
            let among = Among::of(&values, NullEquality::NullEqualsNothing)?;
            let worth = (is_time(&among.data_type), among.values.len());
            by_key.push((worth, *theirs, values));
        }
        // Of each row one key is enough: a time, or else what tells it from most others.
        by_key.sort_by_key(|(worth, ..)| std::cmp::Reverse(*worth));
        let rows = batches.iter().map(RecordBatch::num_rows);
        let mut untold: Vec<_> = rows
            .map(|count| BooleanArray::from(vec![true; count]))
            .collect();
        let mut tests = Vec::new();
        for (_, theirs, values) in by_key {
            let mut told = Vec::with_capacity(values.len());
            for (values, untold) in values.iter().zip(&mut untold) {
                told.push(filter(values, &and(untold, &is_not_null(values)?)?)?);
                *untold = and(untold, &is_null(values)?)?;
            }
            if told.iter().any(|it| !it.is_empty()) {
                tests.push(Test::of(theirs, &told, NullEquality::NullEqualsNothing)?);
            }
        }
        let is_untold = untold.iter().any(|it| it.true_count() > 0);
        Ok((!is_untold || nulls == NullEquality::NullEqualsNothing).then_some(tests))
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
        let is_first: fn(&ScalarValue, &ScalarValue) -> bool = match op {
            Some(Operator::Lt | Operator::LtEq) => |one, other| one > other,
            Some(Operator::Gt | Operator::GtEq) => |one, other| one < other,
            _ => return Ok(plan),
        };
        let bound = match self.values(ours)? {
            Some(values) => extreme(&values, is_first)?,
            None => None,
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

fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..) | DataType::Date32)
}

/// The value that stands before all others; `None` if there is none but NULL.
fn extreme(
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
            signature: Signature::any(1, Volatility::Immutable),
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
