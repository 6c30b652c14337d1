//! Touched rows through groups and windows: one row of a group touches all of it.

use datafusion::{
    common::Result,
    logical_expr::{Aggregate, Expr, LogicalPlan, Window, expr::WindowFunction},
};

use super::{
    columns::{Columns, column, distinct, know, named, of_keys, read_by, with},
    walk::Walk,
};

impl Walk<'_> {
    pub(super) fn aggregate(
        &self,
        aggregate: &Aggregate,
        plan: &LogicalPlan,
        needed: &Columns,
    ) -> Result<Vec<LogicalPlan>> {
        let groups = &aggregate.group_expr;
        if groups.iter().any(|it| matches!(it, Expr::GroupingSet(_))) {
            return self.everything(plan);
        }
        let touched = self.touched(&aggregate.input, &read_by(groups))?;
        let touched = touched.into_iter().map(|rows| {
            let known = groups.iter().enumerate();
            let known = known.filter(|(_, group)| know(&rows, group));
            let (outputs, keys): (Vec<_>, Vec<_>) = known
                .map(|(index, group)| (column(&aggregate.schema, index), group))
                .unzip();
            if needed.iter().all(|needed| outputs.contains(needed)) && !keys.is_empty() {
                let outputs = keys.into_iter().zip(outputs);
                let outputs = outputs.map(|(key, output)| named(key, output)).collect();
                return Ok(distinct(with(rows, outputs)?));
            }
            if keys.is_empty() {
                return self.all_of(plan, rows);
            }
            self.look_up();
            let input = of_keys(&aggregate.input, rows, &keys)?;
            plan.with_new_exprs(plan.expressions(), vec![input])
        });
        touched.collect()
    }

    pub(super) fn window(
        &self,
        window: &Window,
        plan: &LogicalPlan,
        needed: &Columns,
    ) -> Result<Vec<LogicalPlan>> {
        let mut partitions: Vec<Vec<&Expr>> = window.window_expr.iter().map(partition).collect();
        partitions.dedup();
        let keys = read_by(partitions.iter().flatten().copied());
        let mut found = vec![];
        for rows in self.touched(&window.input, &keys)? {
            for partition in &partitions {
                found.push(self.partitions(partition, window, rows.clone(), plan, needed)?);
            }
        }
        Ok(found)
    }

    /// The partitions, whole, that touched rows are in.
    fn partitions(
        &self,
        partition: &[&Expr],
        window: &Window,
        rows: LogicalPlan,
        plan: &LogicalPlan,
        needed: &Columns,
    ) -> Result<LogicalPlan> {
        let keys = partition.iter().copied().filter(|key| know(&rows, key));
        let keys: Vec<&Expr> = keys.collect();
        if keys.is_empty() {
            return self.all_of(plan, rows);
        }
        let is_key = |column| keys.contains(&&Expr::Column(column));
        if needed.iter().cloned().all(is_key) {
            return Ok(distinct(with(rows, keys.into_iter().cloned().collect())?));
        }
        self.look_up();
        let input = of_keys(&window.input, rows, &keys)?;
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
