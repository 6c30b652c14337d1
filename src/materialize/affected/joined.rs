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
            return self.everything(plan).await;
        }
        let left = Seen {
            join,
            side: JoinSide::Left,
        };
        let right = Seen {
            join,
            side: JoinSide::Right,
        };
        let mut found = vec![];
        let of_left = self.of_side(&left, asked, &mut found).await?;
        let of_right = self.of_side(&right, asked, &mut found).await?;
        let mut met = vec![];
        for (seen, touched) in [(&left, &of_left), (&right, &of_right)] {
            for touched in touched {
                let Some(on) = seen.known_keys(&[&touched.rows]) else {
                    return self.all_of(plan).map(|rows| vec![rows]);
                };
                met.push((vec![seen], seen.met(self, touched, on).await?));
            }
        }
        // What is gone of one side may have met what is gone of the other.
        for (rows, others) in both(&of_left, &of_right).filter(|_| left.has_columns_of_both()) {
            let Some(on) = left.known_keys(&[rows, others]) else {
                return self.all_of(plan).map(|rows| vec![rows]);
            };
            let pairs = left.pairs(rows, others, on, JoinType::Inner)?;
            met.push((vec![&left, &right], pairs));
        }
        for (sides, met) in met {
            for seen in sides {
                // A row that meets nobody any more is still there, with NULL for what it met.
                if seen.is_nullable() && !have(seen.other(), &asked.needed) {
                    found.push(seen.with_nulls(&met)?);
                }
            }
            found.push(met);
        }
        Ok(found)
    }

    /// The touched rows of one side that what they meet matters of.
    ///
    /// # Arguments
    /// `found`: takes those that are rows of the result by themselves.
    async fn of_side(
        &self,
        seen: &Seen<'_>,
        asked: &Asked,
        found: &mut Vec<LogicalPlan>,
    ) -> Result<Vec<Settled>> {
        let read = seen.asked(asked);
        let touched = self.touched(seen.touched(), &read).await?.into_iter();
        let (kept, met): (Vec<_>, Vec<_>) =
            touched.partition(|rows| seen.keeps_rows() && have(rows, &asked.needed));
        found.extend(kept);
        self.settled(met, &read.useful).await
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
        let keys = on.iter();
        let keys = keys.map(|(left, right)| (self.other_of(left, right), self.pick(left, right)));
        let keys: Vec<_> = keys.collect();
        let nulls = self.join.null_equality;
        let mut other = walk.meeting(self.other(), touched, &keys, nulls).await?;
        for condition in self.known_filter(&touched.rows, self.other()) {
            other = touched.compared(other, &condition)?;
        }
        match is_left {
            true => self.pairs(&touched.rows, &other, on, join_type),
            false => self.pairs(&other, &touched.rows, on, join_type),
        }
    }

    /// Joins rows of the left side with rows of the right, by what is known of them.
    fn pairs(
        &self,
        left: &LogicalPlan,
        right: &LogicalPlan,
        on: Vec<(Expr, Expr)>,
        join_type: JoinType,
    ) -> Result<LogicalPlan> {
        let filter = conjunction(self.known_filter(left, right));
        let join = Join::try_new(
            Arc::new(left.clone()),
            Arc::new(right.clone()),
            on,
            filter,
            join_type,
            self.join.join_constraint,
            self.join.null_equality,
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    /// The conditions of the join that can be judged.
    fn known_filter(&self, rows: &LogicalPlan, others: &LogicalPlan) -> Vec<Expr> {
        let filter = self.join.filter.iter().flat_map(split_conjunction);
        let filter = filter.filter(|part| {
            let mut read = part.column_refs().into_iter();
            read.all(|it| have(rows, [it]) || have(others, [it]))
        });
        filter.cloned().collect()
    }

    /// The keys of the join that are known of touched rows; `None` if it has some and they are not.
    ///
    /// # Arguments
    /// `touched`: of this side, or of this side and the other.
    fn known_keys(&self, touched: &[&LogicalPlan]) -> Option<Vec<(Expr, Expr)>> {
        let on = self.join.on.iter();
        let on = on.filter(|(left, right)| {
            let keys = [self.pick(left, right), self.other_of(left, right)];
            touched.iter().zip(keys).all(|(rows, key)| know(rows, key))
        });
        let on: Vec<_> = on.cloned().collect();
        (self.join.on.is_empty() || !on.is_empty()).then_some(on)
    }

    fn has_columns_of_both(&self) -> bool {
        use JoinType::{Full, Inner, Left, Right};
        matches!(self.join.join_type, Inner | Left | Right | Full)
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

/// Rows of one side with those of the other.
fn both<'a>(
    left: &'a [Settled],
    right: &'a [Settled],
) -> impl Iterator<Item = (&'a LogicalPlan, &'a LogicalPlan)> {
    let right = || right.iter().map(|it| &it.rows);
    left.iter()
        .flat_map(move |left| right().map(|right| (&left.rows, right)))
}
