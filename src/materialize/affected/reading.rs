//! Reading of other rows only what touched rows can meet.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray, RecordBatch},
        compute::{and, filter, is_not_null, is_null},
    },
    common::{NullEquality, Result, ScalarValue},
    logical_expr::{BinaryExpr, Expr, LogicalPlan, LogicalPlanBuilder, Operator, binary_expr, lit},
};

use super::{
    among::Among,
    columns::have,
    condition::{Test, extreme, is_time, physical},
    settled::Settled,
};

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
            let worth = (is_time(&among.data_type), among.count);
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
        let expression = physical(&expression, self.rows.schema(), &self.options)?;
        let values = batches.iter();
        let values = values.map(|batch| expression.evaluate(batch)?.into_array(batch.num_rows()));
        values.collect::<Result<_>>().map(Some)
    }
}
