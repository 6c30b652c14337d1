//! The result of `attribute()` for some conversions, from the touchpoints that can have earned them.

use std::sync::Arc;

use datafusion::{
    common::{JoinConstraint, JoinType, NullEquality, Result},
    logical_expr::{Expr, Join, LogicalPlan, ident, utils::conjunction},
};
use datafusion_attribution::Attribution;

use super::{
    columns::{columns, know},
    condition::Test,
    reduced::none_of,
    settled::Settled,
    walk::Walk,
};

/// The `attribute()` that a plan is.
pub(super) fn attribution_of(plan: &LogicalPlan) -> Option<Attribution<'_>> {
    match plan {
        LogicalPlan::Extension(extension) => Attribution::of(extension.node.as_ref()),
        _ => None,
    }
}

impl Walk<'_> {
    /// The result for some conversions.
    ///
    /// # Arguments
    /// `plan`: that of the attribution.
    pub(super) async fn credited(
        &self,
        plan: &LogicalPlan,
        attribution: &Attribution<'_>,
        conversions: LogicalPlan,
    ) -> Result<LogicalPlan> {
        let Some(conversions) = self.settled_whole(conversions).await? else {
            return none_of(plan);
        };
        let (ours, theirs) = keys(attribution);
        let nulls = NullEquality::NullEqualsNothing;
        let keys = [(&theirs, &ours)];
        let touchpoints = attribution.touchpoints();
        let mut touchpoints = self
            .meeting(touchpoints, &conversions, &keys, nulls)
            .await?;
        let (at, touched_at) = times(attribution);
        let not_after = touched_at.clone().lt_eq(at.clone());
        let not_before = attribution.lookback().map(|it| touched_at.gt_eq(at - it));
        for condition in std::iter::once(not_after).chain(not_before) {
            touchpoints = conversions.compared(touchpoints, &condition)?;
        }
        attribution.over(conversions.rows, touchpoints)
    }

    /// The conversions that touchpoints may have earned.
    pub(super) async fn reached(
        &self,
        attribution: &Attribution<'_>,
        touchpoints: &Settled,
    ) -> Result<LogicalPlan> {
        let (at, touched_at) = times(attribution);
        let within = know(&touchpoints.rows, &touched_at).then(|| {
            let not_before = at.clone().gt_eq(touched_at.clone());
            let not_after = attribution.lookback().map(|it| at.lt_eq(touched_at + it));
            std::iter::once(not_before).chain(not_after)
        });
        let within: Vec<Expr> = within.into_iter().flatten().collect();
        let on = keys(attribution);
        let nulls = NullEquality::NullEqualsNothing;
        let keys = [(&on.0, &on.1)];
        let conversions = attribution.conversions();
        let mut conversions = self.meeting(conversions, touchpoints, &keys, nulls).await?;
        for condition in &within {
            conversions = touchpoints.compared(conversions, condition)?;
        }
        let join = Join::try_new(
            Arc::new(conversions),
            Arc::new(touchpoints.rows.clone()),
            vec![on],
            conjunction(within),
            JoinType::LeftSemi,
            JoinConstraint::On,
            nulls,
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    /// The conversions of the rows of an attribution for which one of these tests holds; `None` if
    /// they cannot be told.
    pub(super) async fn conversions_of(
        &self,
        attribution: &Attribution<'_>,
        tests: &[Test],
    ) -> Result<Option<LogicalPlan>> {
        let (conversions, touchpoints) = (attribution.conversions(), attribution.touchpoints());
        let are_of = |side: &LogicalPlan| {
            let known = columns(side.schema());
            tests.iter().all(|test| test.columns().is_subset(&known))
        };
        if are_of(conversions) {
            return self.only(conversions, tests).await.map(Some);
        }
        if !are_of(touchpoints) {
            return Ok(None);
        }
        // Of conversions that nothing earned the columns of touchpoints are NULL.
        for test in tests {
            if test.may_hold_for_null(touchpoints.schema(), self.state.config_options())? {
                return Ok(None);
            }
        }
        let touchpoints = self.only(touchpoints, tests).await?;
        match self.settled_whole(touchpoints).await? {
            Some(touchpoints) => self.reached(attribution, &touchpoints).await.map(Some),
            None => none_of(conversions).map(Some),
        }
    }
}

/// The keys of conversions and of touchpoints.
fn keys(attribution: &Attribution<'_>) -> (Expr, Expr) {
    (
        ident(attribution.conversion_key()),
        ident(attribution.touchpoint_key()),
    )
}

/// When conversions and touchpoints happened.
fn times(attribution: &Attribution<'_>) -> (Expr, Expr) {
    (
        ident(attribution.conversion_time()),
        ident(attribution.touchpoint_time()),
    )
}
