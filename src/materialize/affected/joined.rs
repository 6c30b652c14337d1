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
    columns::{Asked, columns, have, know, read_by, with},
    settled::Settled,
    walk::Walk,
};

/// A join, seen from the side whose rows are touched.
struct Seen<'a> {
    join: &'a Join,
    side: JoinSide,
    plan: &'a LogicalPlan,
}

impl Walk<'_> {
    pub(super) async fn join(
        &self,
        join: &Join,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        // NOT IN: one NULL among the touched rows decides about every row of the other side.
        if join.null_aware {
            return self.everything(plan);
        }
        let mut found = vec![];
        for side in [JoinSide::Left, JoinSide::Right] {
            let seen = Seen { join, side, plan };
            let read = seen.asked(asked);
            let touched = self.touched(seen.touched(), &read).await?.into_iter();
            let (kept, met): (Vec<_>, Vec<_>) =
                touched.partition(|rows| seen.keeps_rows() && have(rows, &asked.needed));
            found.extend(kept);
            for touched in self.settled(met, &read.useful).await? {
                found.extend(self.through(&seen, &touched, asked).await?);
            }
        }
        Ok(found)
    }

    async fn through(
        &self,
        seen: &Seen<'_>,
        touched: &Settled,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        let on = seen.join.on.iter();
        let on = on.filter(|(left, right)| know(&touched.rows, seen.pick(left, right)));
        let on: Vec<(Expr, Expr)> = on.cloned().collect();
        if on.is_empty() && !seen.join.on.is_empty() {
            return Ok(vec![self.all_of(seen.plan, touched.rows.clone())?]);
        }
        self.look_up();
        let met = seen.met(self, touched, on).await?;
        // A row that meets nobody any more is still there, with NULL for what it met.
        let unmet = match seen.is_nullable() && !have(seen.other(), &asked.needed) {
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

    fn other_of<'a, T>(&self, left: &'a T, right: &'a T) -> &'a T {
        self.pick(right, left)
    }

    /// What is asked of touched rows: what is asked above, and if that is not all theirs, the keys.
    fn asked(&self, above: &Asked) -> Asked {
        let own = columns(self.touched().schema());
        let keys = self.join.on.iter();
        let keys = read_by(keys.map(|(left, right)| self.pick(left, right)));
        let condition = read_by(&self.join.filter);
        let mut asked = above.map(|columns| columns.intersection(&own).cloned().collect());
        if asked.needed.len() < above.needed.len() || !self.keeps_rows() {
            asked.needed.extend(keys.iter().cloned());
        }
        asked.with_useful(
            keys.into_iter()
                .chain(condition.intersection(&own).cloned()),
        )
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
    async fn met(
        &self,
        walk: &Walk<'_>,
        touched: &Settled,
        on: Vec<(Expr, Expr)>,
    ) -> Result<LogicalPlan> {
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
            both.all(|it| have(&touched.rows, [it]) || have(self.other(), [it]))
        });
        let filter: Vec<Expr> = filter.cloned().collect();
        let keys = on.iter();
        let keys = keys.map(|(left, right)| (self.other_of(left, right), self.pick(left, right)));
        let keys: Vec<_> = keys.collect();
        let nulls = self.join.null_equality;
        let mut other = walk.meeting(self.other(), touched, &keys, nulls).await?;
        for condition in &filter {
            other = touched.compared(other, condition)?;
        }
        let filter = conjunction(filter);
        let (rows, other) = (Arc::new(touched.rows.clone()), Arc::new(other));
        let (left, right) = match is_left {
            true => (rows, other),
            false => (other, rows),
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
