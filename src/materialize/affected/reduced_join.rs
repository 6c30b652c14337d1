//! Joins of which few rows are in question: what of both sides can be in them.

use std::sync::Arc;

use datafusion::{
    common::{JoinType, Result, config::ConfigOptions, tree_node::TreeNode},
    logical_expr::{Expr, Join, LogicalPlan},
};

use super::{
    columns::{columns, read_by},
    condition::Test,
    reduced::none_of,
    walk::Walk,
};

/// Both sides of a join.
type Inputs = (LogicalPlan, LogicalPlan);

impl Walk<'_> {
    /// Both sides of a join, each with the rows for which one of these tests holds and those that
    /// they meet; `None` if these cannot be told.
    pub(super) async fn join_inputs(
        &self,
        join: &Join,
        tests: Vec<Test>,
    ) -> Result<Option<Inputs>> {
        use JoinType::{Full, Inner, Left, LeftAnti, LeftSemi};
        let is_known = matches!(join.join_type, Inner | Left | Full | LeftSemi | LeftAnti);
        if !is_known || join.null_aware {
            return Ok(None);
        }
        let Some((mut of_left, of_right)) = by_side(join, tests, self.state.config_options())?
        else {
            return Ok(None);
        };
        if join.on.is_empty() {
            return self.keyless_inputs(join, of_left, of_right).await;
        }
        let Some(met) = self.met_by_right(join, &of_right).await? else {
            return Ok(None);
        };
        of_left.extend(met);
        let left = self.only(&join.left, &of_left).await?;
        if !is_worth_reducing(&join.right)? {
            return Ok(Some((left, (*join.right).clone())));
        }
        let (left, met) = match self.settled_whole(left).await? {
            Some(left) => {
                let keys: Vec<_> = join.on.iter().map(|(left, right)| (right, left)).collect();
                let met = left.tests(&keys, join.null_equality)?;
                (left.rows, met)
            }
            None => (none_of(&join.left)?, Some(vec![])),
        };
        let right = match met {
            Some(mut tests) => {
                tests.extend(of_right);
                self.reduced(&join.right, tests).await?
            }
            None => (*join.right).clone(),
        };
        Ok(Some((left, right)))
    }

    /// Without keys each row meets, or may meet, each row of the other side.
    async fn keyless_inputs(
        &self,
        join: &Join,
        of_left: Vec<Test>,
        of_right: Vec<Test>,
    ) -> Result<Option<Inputs>> {
        if of_right.is_empty() {
            let left = self.only(&join.left, &of_left).await?;
            return Ok(Some((left, (*join.right).clone())));
        }
        if of_left.is_empty() && join.join_type == JoinType::Inner {
            let right = self.only(&join.right, &of_right).await?;
            return Ok(Some(((*join.left).clone(), right)));
        }
        Ok(None)
    }

    /// Tests for the left side: whether a row meets one of the right side in question.
    async fn met_by_right(&self, join: &Join, of_right: &[Test]) -> Result<Option<Vec<Test>>> {
        if of_right.is_empty() {
            return Ok(Some(vec![]));
        }
        let rows = self.only(&join.right, of_right).await?;
        let keys = read_by(join.on.iter().map(|(_, right)| right));
        let pairs: Vec<(&Expr, &Expr)> =
            join.on.iter().map(|(left, right)| (left, right)).collect();
        let mut met = vec![];
        for settled in self.settled(vec![rows], &keys).await? {
            match settled.tests(&pairs, join.null_equality)? {
                Some(tests) => met.extend(tests),
                None => return Ok(None),
            }
        }
        Ok(Some(met))
    }
}

/// Tests of rows of a join as tests of its left side, and of its right; `None` if one reads both, or
/// may hold for the NULLs of rows that meet nobody.
fn by_side(
    join: &Join,
    tests: Vec<Test>,
    options: &Arc<ConfigOptions>,
) -> Result<Option<(Vec<Test>, Vec<Test>)>> {
    use JoinType::{Full, Left};
    let (left, right) = (join.left.schema(), join.right.schema());
    let is_left_nullable = join.join_type == Full;
    let is_right_nullable = matches!(join.join_type, Left | Full);
    let (mut of_left, mut of_right) = (vec![], vec![]);
    for test in tests {
        let read = test.columns();
        let (side, schema, is_nullable) = if read.is_subset(&columns(left)) {
            (&mut of_left, left, is_left_nullable)
        } else if read.is_subset(&columns(right)) {
            (&mut of_right, right, is_right_nullable)
        } else {
            return Ok(None);
        };
        if is_nullable && test.may_hold_for_null(schema, options)? {
            return Ok(None);
        }
        side.push(test);
    }
    Ok(Some((of_left, of_right)))
}

/// Whether a plan does more than read rows: else a join filters what it reads by itself.
fn is_worth_reducing(plan: &LogicalPlan) -> Result<bool> {
    plan.exists(|node| {
        Ok(matches!(
            node,
            LogicalPlan::Window(_) | LogicalPlan::Aggregate(_)
        ))
    })
}
