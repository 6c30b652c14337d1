//! Touched rows through groups and windows: one row of a group touches all of it.

use datafusion::{
    common::Result,
    logical_expr::{Aggregate, Expr, LogicalPlan, Window, expr::WindowFunction},
};

use super::{
    columns::{Asked, column, distinct, know, named, of_keys, read_by, with},
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
            return self.everything(plan);
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
            if is_enough && !touched.is_a_few() {
                let outputs = keys.into_iter().zip(outputs);
                let outputs = outputs.map(|(key, output)| named(key, output)).collect();
                found.push(distinct(with(touched.rows, outputs)?));
                continue;
            }
            self.look_up();
            let groups = match keys.is_empty() {
                true => self.all_of(plan, touched.rows.clone())?,
                false => {
                    let input = of_keys(&aggregate.input, &touched, &keys)?;
                    plan.with_new_exprs(plan.expressions(), vec![input])?
                }
            };
            found.push(match keys.is_empty() || touched.is_a_few() {
                true => self.different(groups).await?,
                false => groups,
            });
        }
        Ok(found)
    }

    pub(super) async fn window(
        &self,
        window: &Window,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<Vec<LogicalPlan>> {
        let mut partitions: Vec<Vec<&Expr>> = window.window_expr.iter().map(partition).collect();
        partitions.dedup();
        let keys = read_by(partitions.iter().flatten().copied());
        let read = Asked::just(keys);
        let touched = self.touched(&window.input, &read).await?;
        let mut found = vec![];
        for touched in self.settled(touched, &read.useful).await? {
            for partition in &partitions {
                found.push(self.partitions(partition, window, &touched, plan, asked)?);
            }
        }
        Ok(found)
    }

    /// The partitions, whole, that touched rows are in.
    fn partitions(
        &self,
        partition: &[&Expr],
        window: &Window,
        touched: &Settled,
        plan: &LogicalPlan,
        asked: &Asked,
    ) -> Result<LogicalPlan> {
        let keys = partition.iter().copied();
        let keys: Vec<&Expr> = keys.filter(|key| know(&touched.rows, key)).collect();
        if keys.is_empty() {
            return self.all_of(plan, touched.rows.clone());
        }
        let is_key = |column| keys.contains(&&Expr::Column(column));
        if asked.needed.iter().cloned().all(is_key) {
            let keys = keys.into_iter().cloned().collect();
            return Ok(distinct(with(touched.rows.clone(), keys)?));
        }
        self.look_up();
        let input = of_keys(&window.input, touched, &keys)?;
        plan.with_new_exprs(plan.expressions(), vec![input])
    }
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
