//! Touched rows through `attribute()`: a conversion depends on itself, and on the touchpoints of
//! its key and lookback.

use datafusion::{
    common::{DFSchema, Result, internal_err},
    logical_expr::{Expr, LogicalPlan, ident},
};
use datafusion_attribution::Attribution;

use super::{
    columns::{Asked, columns, have, know, read_by, with},
    credited::attribution_of,
    net::net,
    settled::Settled,
    walk::Walk,
};

/// What is touched of what an attribution reads.
enum Touched<'a> {
    Conversions(&'a Settled),
    Touchpoints(&'a Settled),
}

impl Walk<'_> {
    pub(super) async fn attributed(
        &self,
        attribution: &Attribution<'_>,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        let conversions = attribution.conversions();
        let key = ident(attribution.conversion_key());
        let own = columns(conversions.schema());
        let is_own = asked.needed.is_subset(&own);
        let read = asked.map(|columns| columns.intersection(&own).cloned().collect());
        let read = match is_own {
            true => read,
            false => Asked::just(read_by([&key])),
        };
        let touched = self.touched(conversions, &read).await?.into_iter();
        let (kept, others): (Vec<_>, Vec<_>) = touched.partition(|rows| have(rows, &asked.needed));
        let kept = kept.into_iter().map(|rows| output(rows, plan.schema()));
        let mut found = kept.collect::<Result<Vec<_>>>()?;
        for touched in self.settled(others, &read.useful).await? {
            if !know(&touched.rows, &key) {
                return self.all_of(plan).map(|rows| vec![rows]);
            }
            let touched = Touched::Conversions(&touched);
            found.push(self.credited_otherwise(plan, &touched).await?);
        }
        let touchpoints = attribution.touchpoints();
        let key = ident(attribution.touchpoint_key());
        let read = Asked::just(read_by([&key, &ident(attribution.touchpoint_time())]));
        let touched = self.touched(touchpoints, &read).await?;
        for touched in self.settled(touched, &read.useful).await? {
            if !know(&touched.rows, &key) {
                return self.all_of(plan).map(|rows| vec![rows]);
            }
            if is_own {
                let reached = self.reached(attribution, &touched).await?;
                found.push(output(reached, plan.schema())?);
                continue;
            }
            let touched = Touched::Touchpoints(&touched);
            found.push(self.credited_otherwise(plan, &touched).await?);
        }
        Ok(found)
    }

    /// The rows of the result that differ from what they were.
    async fn credited_otherwise(
        &self,
        plan: &LogicalPlan,
        touched: &Touched<'_>,
    ) -> Result<LogicalPlan> {
        let earlier = self.credited_of(&self.earlier(plan)?, touched).await?;
        net(earlier, self.credited_of(plan, touched).await?)
    }

    /// The rows of the result for conversions that are touched.
    async fn credited_of(&self, plan: &LogicalPlan, touched: &Touched<'_>) -> Result<LogicalPlan> {
        let Some(attribution) = attribution_of(plan) else {
            return internal_err!("expected an attribution");
        };
        let conversions = match touched {
            Touched::Conversions(touched) => {
                let key = ident(attribution.conversion_key());
                let conversions = attribution.conversions();
                self.of_keys(conversions, touched, &[&key]).await?
            }
            Touched::Touchpoints(touched) => self.reached(&attribution, touched).await?,
        };
        self.credited(plan, &attribution, conversions).await
    }
}

/// Rows of an input in those of its columns that the result has.
fn output(rows: LogicalPlan, result: &DFSchema) -> Result<LogicalPlan> {
    let known = result.columns().into_iter();
    let known = known.filter(|column| have(&rows, [column]));
    let known = known.map(Expr::Column).collect();
    with(rows, known)
}
