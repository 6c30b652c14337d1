//! Reading of other rows only what touched rows can meet.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array,
        },
        compute::{self, and, cast, filter, is_not_null},
        datatypes::{DataType, Schema},
    },
    common::{
        Column, DFSchema, HashSet, NullEquality, Result, ScalarValue,
        config::ConfigOptions,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
        utils::take_function_args,
    },
    logical_expr::{
        BinaryExpr, ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, Operator,
        ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, binary_expr,
        execution_props::ExecutionProps, lit, physical_planning_context::PhysicalPlanningContext,
    },
    physical_expr::{PhysicalExpr, create_physical_expr},
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

fn physical(
    expr: &Expr,
    schema: &DFSchema,
    options: &Arc<ConfigOptions>,
) -> Result<Arc<dyn PhysicalExpr>> {
    let mut properties = ExecutionProps::new();
    properties.mark_start_execution(Arc::clone(options));
    let context = PhysicalPlanningContext::default();
    create_physical_expr(expr, schema, &properties, &context)
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
                *untold = and(untold, &compute::is_null(values)?)?;
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
        let expression = physical(&expression, self.rows.schema(), &self.options)?;
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
