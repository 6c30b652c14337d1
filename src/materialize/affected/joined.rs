//! Touched rows through joins: to the rows of the other side that they meet.

use std::sync::Arc;

use datafusion::{
    common::{Column, JoinSide, JoinType, Result, ScalarValue},
    logical_expr::{
        Expr, Join, LogicalPlan, lit,
        utils::{conjunction, split_conjunction},
    },
};

use super::{
    columns::{Columns, columns, have, know, read_by, with},
    walk::Walk,
};

/// A join, seen from the side whose rows are touched.
struct Seen<'a> {
    join: &'a Join,
    side: JoinSide,
    plan: &'a LogicalPlan,
}

impl Walk<'_> {
    pub(super) fn join(
        &self,
        join: &Join,
        plan: &LogicalPlan,
        needed: &Columns,
    ) -> Result<Vec<LogicalPlan>> {
        // NOT IN: one NULL among the touched rows decides about every row of the other side.
        if join.null_aware {
            return self.everything(plan);
        }
        let mut found = vec![];
        for side in [JoinSide::Left, JoinSide::Right] {
            let seen = Seen { join, side, plan };
            for rows in self.touched(seen.touched(), &seen.needed(needed))? {
                found.extend(self.through(&seen, rows, needed)?);
            }
        }
        Ok(found)
    }

    fn through(
        &self,
        seen: &Seen<'_>,
        rows: LogicalPlan,
        needed: &Columns,
    ) -> Result<Vec<LogicalPlan>> {
        if seen.keeps_rows() && have(&rows, needed) {
            return Ok(vec![rows]);
        }
        let on = seen.join.on.iter();
        let on = on.filter(|(left, right)| know(&rows, seen.pick(left, right)));
        let on: Vec<(Expr, Expr)> = on.cloned().collect();
        if on.is_empty() && !seen.join.on.is_empty() {
            return Ok(vec![self.all_of(seen.plan, rows)?]);
        }
        self.look_up();
        let met = seen.met(rows, on)?;
        // A row that meets nobody any more is still there, with NULL for what it met.
        let unmet = match seen.is_nullable() && !have(seen.other(), needed) {
            true => Some(seen.with_nulls(&met)?),
            false => None,
        };
        Ok(std::iter::once(met).chain(unmet).collect())
    }
}

impl Seen<'_> {
    fn touched(&self) -> &LogicalPlan {
        self.pick(&self.join.left, &self.join.right)
    }

    fn other(&self) -> &LogicalPlan {
        self.pick(&self.join.right, &self.join.left)
    }

    fn pick<'a, T>(&self, left: &'a T, right: &'a T) -> &'a T {
        match self.side {
            JoinSide::Right => right,
            _ => left,
        }
    }

    /// What touched rows must have: what is needed above, and if that is not all theirs, the keys.
    fn needed(&self, above: &Columns) -> Columns {
        let own = columns(self.touched().schema());
        let mut needed: Columns = above.intersection(&own).cloned().collect();
        if needed.len() < above.len() || !self.keeps_rows() {
            let keys = self.join.on.iter();
            let keys = keys.map(|(left, right)| self.pick(left, right));
            needed.extend(read_by(keys));
        }
        needed
    }

    /// Whether touched rows are in the result by themselves, and nothing stands there without them.
    fn keeps_rows(&self) -> bool {
        use JoinType::{Full, Inner, Left, LeftAnti, LeftMark, LeftSemi};
        use JoinType::{Right, RightAnti, RightMark, RightSemi};
        match self.join.join_type {
            Inner => true,
            Left | LeftSemi | LeftAnti | LeftMark => self.side == JoinSide::Left,
            Right | RightSemi | RightAnti | RightMark => self.side == JoinSide::Right,
            Full => false,
        }
    }

    /// Whether the result has NULL where a row of the other side meets none of this.
    fn is_nullable(&self) -> bool {
        match self.join.join_type {
            JoinType::Left => self.side == JoinSide::Right,
            JoinType::Right => self.side == JoinSide::Left,
            JoinType::Full => true,
            _ => false,
        }
    }

    /// The rows of the result in which touched rows, or what they meet, take part.
    fn met(&self, rows: LogicalPlan, on: Vec<(Expr, Expr)>) -> Result<LogicalPlan> {
        use JoinType::{Full, Inner, Left, LeftAnti, LeftMark, LeftSemi};
        use JoinType::{Right, RightAnti, RightMark, RightSemi};
        let is_left = self.side == JoinSide::Left;
        let join_type = match self.join.join_type {
            Inner => Inner,
            Left | Right if self.is_nullable() => Inner,
            Left => Left,
            Right => Right,
            Full if is_left => Left,
            Full => Right,
            // Seen from their own side, rows are kept whether they meet others or not.
            LeftSemi | LeftAnti | LeftMark if is_left => Left,
            RightSemi | RightAnti | RightMark if !is_left => Right,
            LeftSemi | LeftAnti | LeftMark => LeftSemi,
            RightSemi | RightAnti | RightMark => RightSemi,
        };
        let filter = self.join.filter.iter().flat_map(split_conjunction);
        let filter = filter.filter(|part| {
            let both = part.column_refs();
            let mut both = both.into_iter();
            both.all(|it| have(&rows, [it]) || have(self.other(), [it]))
        });
        let filter = conjunction(filter.cloned());
        let rows = Arc::new(rows);
        let (left, right) = match is_left {
            true => (rows, Arc::clone(&self.join.right)),
            false => (Arc::clone(&self.join.left), rows),
        };
        let join = Join::try_new(
            left,
            right,
            on,
            filter,
            join_type,
            self.join.join_constraint,
            self.join.null_equality,
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    /// The same rows, with NULL in all columns of this side.
    fn with_nulls(&self, met: &LogicalPlan) -> Result<LogicalPlan> {
        let own = self.touched().schema();
        let values = met.schema().iter().map(|(relation, field)| {
            let column = Column::from((relation, field));
            match own.maybe_index_of_column(&column) {
                Some(_) => Ok(lit(ScalarValue::try_from(field.data_type())?)
                    .alias_qualified(column.relation, column.name)),
                None => Ok(Expr::Column(column)),
            }
        });
        with(met.clone(), values.collect::<Result<_>>()?)
    }
}
