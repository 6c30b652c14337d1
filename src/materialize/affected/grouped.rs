//! Touched rows through groups and windows: one row of a group touches all of it.

use datafusion::{
    common::{Result, internal_err},
    logical_expr::{Aggregate, Expr, LogicalPlan, Window, expr::WindowFunction},
};

use super::{
    columns::{Asked, column, distinct, know, named, read_by, with},
    net::net,
    settled::Settled,
    walk::Walk,
};

impl Walk<'_> {
    pub(super) async fn aggregate(
        &self,
        aggregate: &Aggregate,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        let groups = &aggregate.group_expr;
        if groups.iter().any(|it| matches!(it, Expr::GroupingSet(_))) {
            return self.everything(plan).await;
        }
        let read = Asked::just(read_by(groups));
        let touched = self.touched(&aggregate.input, &read).await?;
        let mut found = vec![];
        for touched in self.settled(touched, &read.useful).await? {
            let known = groups.iter().enumerate();
            let known = known.filter(|(_, group)| know(&touched.rows, group));
            let (outputs, keys): (Vec<_>, Vec<_>) = known
                .map(|(index, group)| (column(&aggregate.schema, index), group))
                .unzip();
            let is_enough = !keys.is_empty() && asked.needed.iter().all(|it| outputs.contains(it));
            if is_enough && !touched.are_few() {
                let outputs = keys.into_iter().zip(outputs);
                let outputs = outputs.map(|(key, output)| named(key, output)).collect();
                found.push(distinct(with(touched.rows, outputs)?));
                continue;
            }
            found.extend(self.different(plan, &touched, &keys).await?);
        }
        Ok(found)
    }

    pub(super) async fn window(
        &self,
        window: &Window,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        let partitions = partitions(window);
        let keys = read_by(partitions.iter().flatten().copied());
        let read = Asked::just(keys);
        let touched = self.touched(&window.input, &read).await?;
        let mut found = vec![];
        for touched in self.settled(touched, &read.useful).await? {
            for partition in &partitions {
                let keys = partition.iter().copied();
                let keys: Vec<&Expr> = keys.filter(|key| know(&touched.rows, key)).collect();
                let is_key = |column| keys.contains(&&Expr::Column(column));
                if asked.needed.iter().cloned().all(is_key) && !keys.is_empty() {
                    let keys = keys.into_iter().cloned().collect();
                    found.push(distinct(with(touched.rows.clone(), keys)?));
                    continue;
                }
                found.extend(self.different(plan, &touched, &keys).await?);
            }
        }
        Ok(found)
    }

    /// Of the groups or partitions that touched rows are in, the rows that differ from what they
    /// were.
    ///
    /// # Arguments
    /// `keys`: those of a group that are known; without any, all may be touched.
    async fn different(
        &self,
        plan: &LogicalPlan,
        touched: &Settled,
        keys: &[&Expr],
    ) -> Result<Vec<LogicalPlan>> {
        if keys.is_empty() {
            return self.all_of(plan).map(|rows| vec![rows]);
        }
        let earlier = self.with_keys(&self.earlier(plan)?, touched, keys).await?;
        let now = self.with_keys(plan, touched, keys).await?;
        Ok(match touched.batches {
            Some(_) => vec![net(earlier, now)?],
            // They would be many to compare.
            None => vec![earlier, now],
        })
    }

    /// The groups or partitions of a plan, whole, that touched rows are in.
    async fn with_keys(
        &self,
        plan: &LogicalPlan,
        touched: &Settled,
        keys: &[&Expr],
    ) -> Result<LogicalPlan> {
        let [input] = plan.inputs()[..] else {
            return internal_err!("expected one input of groups or partitions");
        };
        let input = self.of_keys(input, touched, keys).await?;
        plan.with_new_exprs(plan.expressions(), vec![input])
    }
}

/// What the functions of a window partition by, each set of keys once.
pub(super) fn partitions(window: &Window) -> Vec<Vec<&Expr>> {
    let mut partitions: Vec<Vec<&Expr>> = window.window_expr.iter().map(partition).collect();
    partitions.dedup();
    partitions
}

/// What a window function partitions by; nothing if it is another expression.
fn partition(window: &Expr) -> Vec<&Expr> {
    match window {
        Expr::Alias(alias) => partition(&alias.expr),
        Expr::WindowFunction(function) => {
            let WindowFunction { params, .. } = function.as_ref();
            params.partition_by.iter().collect()
        }
        _ => vec![],
    }
}
