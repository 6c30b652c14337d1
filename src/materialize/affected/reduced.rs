//! Reading of a plan only rows in which something has one of some values.
//!
//! A filter above a window or a group is computed after it, from all of its input. Here the filter
//! goes down to the tables: through a window by the partitions that such rows are in, through a join
//! by the rows that such rows meet. What has to be known for that is computed on the way.

use std::sync::Arc;

use datafusion::{
    common::{Column, DFSchema, JoinConstraint, JoinType, NullEquality, Result},
    logical_expr::{
        Aggregate, Distinct, Expr, Join, LogicalPlan, LogicalPlanBuilder, Projection,
        SubqueryAlias, Window, lit, utils::disjunction,
    },
};
use futures::future::BoxFuture;

use super::{
    columns::{KEYS, columns_in_order, distinct, have, read_by, with},
    condition::Test,
    credited::attribution_of,
    deep::deep,
    grouped::partitions,
    settled::Settled,
    walk::Walk,
};

/// Aggregates whose value is one of those that they read.
const CHOOSING: [&str; 4] = ["max", "min", "first_value", "last_value"];

impl Walk<'_> {
    /// The rows of a plan whose values of `keys` touched rows have; two NULLs are one value.
    ///
    /// `keys` are expressions over both.
    pub(super) async fn of_keys(
        &self,
        plan: &LogicalPlan,
        touched: &Settled,
        keys: &[&Expr],
    ) -> Result<LogicalPlan> {
        let nulls = NullEquality::NullEqualsNull;
        let pairs: Vec<_> = keys.iter().map(|key| (*key, *key)).collect();
        let plan = self.meeting(plan, touched, &pairs, nulls).await?;
        if let ([_], Some(_)) = (keys, &touched.batches) {
            return Ok(plan);
        }
        let rows = touched.rows.clone();
        let name = |index: usize| format!("key_{index}");
        let values = keys.iter().enumerate();
        let values = values.map(|(index, key)| (*key).clone().unalias().alias(name(index)));
        let values = distinct(with(rows, values.collect())?);
        let values = SubqueryAlias::try_new(Arc::new(values), KEYS)?;
        let on = keys.iter().enumerate().map(|(index, key)| {
            let value = Expr::Column(Column::new(Some(KEYS), name(index)));
            ((*key).clone().unalias(), value)
        });
        let join = Join::try_new(
            Arc::new(plan),
            Arc::new(LogicalPlan::SubqueryAlias(values)),
            on.collect(),
            None,
            JoinType::LeftSemi,
            JoinConstraint::On,
            nulls,
            false,
        )?;
        Ok(LogicalPlan::Join(join))
    }

    /// The rows of a plan that have keys of touched rows. It may keep more.
    ///
    /// # Arguments
    /// `keys`: of the plan, and of touched rows.
    pub(super) async fn meeting(
        &self,
        plan: &LogicalPlan,
        touched: &Settled,
        keys: &[(&Expr, &Expr)],
        nulls: NullEquality,
    ) -> Result<LogicalPlan> {
        let mut plan = match touched.tests(keys, nulls)? {
            Some(tests) => self.reduced(plan, tests).await?,
            None => plan.clone(),
        };
        for keys in keys {
            plan = touched.keyed(plan, *keys, nulls)?;
        }
        Ok(plan)
    }

    /// A plan with the same columns, which has just the same rows of those for which one of these
    /// tests holds. What it has of others means nothing: they may be made from parts of groups.
    pub(super) fn reduced<'b>(
        &'b self,
        plan: &'b LogicalPlan,
        tests: Vec<Test>,
    ) -> BoxFuture<'b, Result<LogicalPlan>> {
        deep(self.reduced_of(plan, tests))
    }

    async fn reduced_of(&self, plan: &LogicalPlan, tests: Vec<Test>) -> Result<LogicalPlan> {
        let reduced = match plan {
            LogicalPlan::Projection(projection) => {
                let tests = through(&tests, projection)?;
                Some(self.reduced(&projection.input, tests).await?)
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let tests = under_names(&tests, &alias.schema, alias.input.schema())?;
                Some(self.reduced(&alias.input, tests).await?)
            }
            LogicalPlan::Filter(filter) => Some(self.reduced(&filter.input, tests.clone()).await?),
            LogicalPlan::Sort(sort) if sort.fetch.is_none() => {
                Some(self.reduced(&sort.input, tests.clone()).await?)
            }
            LogicalPlan::Distinct(Distinct::All(input)) => {
                Some(self.reduced(input, tests.clone()).await?)
            }
            LogicalPlan::Window(window) => self.window_input(window, tests.clone()).await?,
            LogicalPlan::Aggregate(aggregate) => self.group_input(aggregate, tests.clone()).await?,
            LogicalPlan::Extension(_) => {
                let Some(attribution) = attribution_of(plan) else {
                    return read_whole(plan, &tests);
                };
                return match self.conversions_of(&attribution, &tests).await? {
                    Some(conversions) => self.credited(plan, &attribution, conversions).await,
                    None => read_whole(plan, &tests),
                };
            }
            LogicalPlan::Union(union) => {
                let mut inputs = Vec::with_capacity(union.inputs.len());
                for input in &union.inputs {
                    let tests = under_names(&tests, &union.schema, input.schema())?;
                    inputs.push(self.reduced(input, tests).await?);
                }
                return plan.with_new_exprs(vec![], inputs);
            }
            LogicalPlan::Join(join) => {
                return match self.join_inputs(join, tests.clone()).await? {
                    Some((left, right)) => {
                        let join = Join {
                            left: Arc::new(left),
                            right: Arc::new(right),
                            ..join.clone()
                        };
                        Ok(LogicalPlan::Join(join))
                    }
                    None => read_whole(plan, &tests),
                };
            }
            _ => None,
        };
        match reduced {
            Some(input) => plan.with_new_exprs(plan.expressions(), vec![input]),
            None => read_whole(plan, &tests),
        }
    }

    /// The partitions that rows in question are in.
    async fn window_input(&self, window: &Window, tests: Vec<Test>) -> Result<Option<LogicalPlan>> {
        let partitions = partitions(window);
        let [keys] = &*partitions else {
            return Ok(None);
        };
        let is_key = |it: &Column| keys.contains(&&Expr::Column(it.clone()));
        if tests.iter().all(|it| it.columns().iter().all(is_key)) {
            return self.only(&window.input, &tests).await.map(Some);
        }
        self.with_same_keys(&window.input, tests, keys).await
    }

    /// The groups that rows in question are, or may be.
    async fn group_input(
        &self,
        aggregate: &Aggregate,
        tests: Vec<Test>,
    ) -> Result<Option<LogicalPlan>> {
        let groups: Vec<&Expr> = aggregate.group_expr.iter().collect();
        if groups.iter().any(|it| matches!(it, Expr::GroupingSet(_))) {
            return Ok(None);
        }
        let outputs = columns_in_order(&aggregate.schema);
        let (of_groups, of_values) = outputs.split_at(groups.len().min(outputs.len()));
        let is_group = |it: &Column| of_groups.contains(it);
        let only_groups = tests.iter().all(|it| it.columns().iter().all(is_group));
        let mut below = Vec::new();
        for test in tests {
            let values = test.columns();
            let values: Vec<_> = values.iter().filter(|it| !is_group(it)).collect();
            let source = |column: &Column| {
                if let Some(group) = of_groups.iter().position(|it| it == column) {
                    return Some(groups[group].clone().unalias());
                }
                let value = of_values.iter().position(|it| it == column)?;
                chosen_by(&aggregate.aggr_expr[value]).cloned()
            };
            // Two values may be of two rows.
            if values.len() > 1 || values.iter().any(|it| source(it).is_none()) {
                return Ok(None);
            }
            below.extend(test.over(source)?.parts()?);
        }
        match only_groups {
            true => self.only(&aggregate.input, &below).await.map(Some),
            false => self.with_same_keys(&aggregate.input, below, &groups).await,
        }
    }

    /// The rows of a plan with the keys of those for which one of these tests holds.
    async fn with_same_keys(
        &self,
        plan: &LogicalPlan,
        tests: Vec<Test>,
        keys: &[&Expr],
    ) -> Result<Option<LogicalPlan>> {
        let is_known = tests.iter().all(|it| have(plan, &it.columns()));
        if keys.is_empty() || tests.is_empty() || !is_known {
            return Ok(None);
        }
        let rows = self.only(plan, &tests).await?;
        let keys_of_rows = read_by(keys.iter().copied());
        let mut settled = self.settled(vec![rows], &keys_of_rows).await?;
        let Some(settled) = settled.pop() else {
            return none_of(plan).map(Some);
        };
        let pairs: Vec<_> = keys.iter().map(|key| (*key, *key)).collect();
        match settled.tests(&pairs, NullEquality::NullEqualsNull)? {
            Some(tests) => self.only(plan, &tests).await.map(Some),
            None => Ok(None),
        }
    }

    /// The rows of a plan for which one of these tests holds.
    pub(super) async fn only(&self, plan: &LogicalPlan, tests: &[Test]) -> Result<LogicalPlan> {
        filtered(self.reduced(plan, tests.to_vec()).await?, tests)
    }
}

/// Tests above a projection as tests below it.
fn through(tests: &[Test], projection: &Projection) -> Result<Vec<Test>> {
    let outputs = columns_in_order(&projection.schema);
    let mut below = Vec::new();
    for test in tests {
        let test = test.clone().over(|column| {
            let output = outputs.iter().position(|it| it == column)?;
            Some(projection.expr[output].clone().unalias())
        });
        below.extend(test?.parts()?);
    }
    Ok(below)
}

/// Tests of columns as tests of those at the same places of another schema.
fn under_names(tests: &[Test], above: &DFSchema, below: &DFSchema) -> Result<Vec<Test>> {
    let (above, below) = (columns_in_order(above), columns_in_order(below));
    let tests = tests.iter().map(|test| {
        test.clone().over(|column| {
            let place = above.iter().position(|it| it == column)?;
            Some(Expr::Column(below[place].clone()))
        })
    });
    tests.collect()
}

/// The rows of a plan for which one of the tests holds.
fn filtered(plan: LogicalPlan, tests: &[Test]) -> Result<LogicalPlan> {
    let tests = tests.iter().map(Test::condition);
    let condition = disjunction(tests).unwrap_or_else(|| lit(false));
    LogicalPlanBuilder::from(plan).filter(condition)?.build()
}

/// What no test can be told below of.
fn read_whole(plan: &LogicalPlan, tests: &[Test]) -> Result<LogicalPlan> {
    if !matches!(plan, LogicalPlan::TableScan(_)) {
        tracing::debug!(of = %plan.display(), "read whole");
    }
    filtered(plan.clone(), tests)
}

/// No rows, in the columns of a plan.
pub(super) fn none_of(plan: &LogicalPlan) -> Result<LogicalPlan> {
    filtered(plan.clone(), &[])
}

/// What an aggregate function chooses one value of; `None` if it makes another one.
fn chosen_by(aggregate: &Expr) -> Option<&Expr> {
    match aggregate {
        Expr::Alias(alias) => chosen_by(&alias.expr),
        Expr::AggregateFunction(call)
            if call.params.filter.is_none() && CHOOSING.contains(&call.func.name()) =>
        {
            call.params.args.first()
        }
        _ => None,
    }
}
