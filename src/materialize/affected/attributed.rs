//! Touched rows through `attribute()`: a conversion depends on itself, and on the touchpoints of
//! its key and lookback.

use std::sync::Arc;

use datafusion::{
    common::{DFSchema, JoinConstraint, JoinType, NullEquality, Result},
    logical_expr::{Expr, Join, LogicalPlan, ident, utils::conjunction},
};
use datafusion_attribution::Attribution;

use super::{
    columns::{Columns, columns, have, know, of_keys, with},
    walk::Walk,
};

impl Walk<'_> {
    pub(super) fn attributed(
        &self,
        attribution: &Attribution<'_>,
        plan: &LogicalPlan,
        needed: &Columns,
    ) -> Result<Vec<LogicalPlan>> {
        let conversions = attribution.conversions();
        let key = ident(attribution.conversion_key());
        let own = columns(conversions.schema());
        let read = match needed.is_subset(&own) {
            true => needed.clone(),
            false => key.column_refs().into_iter().cloned().collect(),
        };
        let mut found = vec![];
        for rows in self.touched(conversions, &read)? {
            found.push(match (have(&rows, needed), know(&rows, &key)) {
                (true, _) => output(rows, plan.schema())?,
                (false, true) => {
                    self.look_up();
                    attribution.over(of_keys(conversions, rows, &[&key])?)?
                }
                (false, false) => self.all_of(plan, rows)?,
            });
        }
        let touchpoints = attribution.touchpoints();
        let read = [attribution.touchpoint_key(), attribution.touchpoint_time()];
        let read = read.map(ident);
        let read: Columns = read.iter().flat_map(Expr::column_refs).cloned().collect();
        for rows in self.touched(touchpoints, &read)? {
            if !know(&rows, &ident(attribution.touchpoint_key())) {
                found.push(self.all_of(plan, rows)?);
                continue;
            }
            self.look_up();
            let reached = reached(attribution, rows)?;
            found.push(match needed.is_subset(&own) {
                true => output(reached, plan.schema())?,
                false => attribution.over(reached)?,
            });
        }
        Ok(found)
    }
}

/// The conversions that touchpoints may have earned.
fn reached(attribution: &Attribution<'_>, touchpoints: LogicalPlan) -> Result<LogicalPlan> {
    let (at, touched_at) = (
        ident(attribution.conversion_time()),
        ident(attribution.touchpoint_time()),
    );
    let within = know(&touchpoints, &touched_at).then(|| {
        let not_before = at.clone().gt_eq(touched_at.clone());
        let not_after = attribution.lookback().map(|it| at.lt_eq(touched_at + it));
        std::iter::once(not_before).chain(not_after)
    });
    let on = (
        ident(attribution.conversion_key()),
        ident(attribution.touchpoint_key()),
    );
    let join = Join::try_new(
        Arc::new(attribution.conversions().clone()),
        Arc::new(touchpoints),
        vec![on],
        within.and_then(conjunction),
        JoinType::LeftSemi,
        JoinConstraint::On,
        NullEquality::NullEqualsNothing,
        false,
    )?;
    Ok(LogicalPlan::Join(join))
}

/// Rows of an input in those of its columns that the result has.
fn output(rows: LogicalPlan, result: &DFSchema) -> Result<LogicalPlan> {
    let known = result.columns().into_iter();
    let known = known.filter(|column| have(&rows, [column]));
    let known = known.map(Expr::Column).collect();
    with(rows, known)
}
