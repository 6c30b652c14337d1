//! Touched rows through the nodes that look at one row at a time.

use datafusion::{
    common::{DFSchema, Result},
    logical_expr::{
        Expr, Filter, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, Union,
        utils::{conjunction, split_conjunction},
    },
};

use super::{
    columns::{Asked, column, know, named, read_by, renamed, with},
    walk::Walk,
};

pub(super) async fn projection(
    walk: &Walk<'_>,
    projection: &Projection,
    asked: &Asked,
) -> Result<Vec<LogicalPlan>> {
    if is_of_count(projection) {
        let plan = LogicalPlan::Projection(projection.clone());
        return match walk.has_as_many_rows(&plan).await? {
            true => Ok(vec![]),
            false => walk.everything(&plan).await,
        };
    }
    let outputs = || {
        let outputs = projection.expr.iter().enumerate();
        outputs.map(|(index, expression)| (expression, column(&projection.schema, index)))
    };
    let read = asked.map(|columns| {
        let read = outputs().filter(|(_, output)| columns.contains(output));
        read_by(read.map(|(expression, _)| expression))
    });
    let touched = walk.touched(&projection.input, &read).await?.into_iter();
    let touched = touched.map(|rows| {
        let known = outputs().filter(|(expression, _)| know(&rows, expression));
        let known = known.map(|(expression, output)| named(expression, output));
        let known = known.collect();
        with(rows, known)
    });
    touched.collect()
}

/// Whether nothing but the number of rows that a limit leaves is in the result: that something is
/// there at all is asked like this.
fn is_of_count(projection: &Projection) -> bool {
    let is_limited = matches!(*projection.input, LogicalPlan::Limit(_));
    let is_constant = |it: &Expr| it.column_refs().is_empty() && !it.is_volatile();
    is_limited && projection.expr.iter().all(is_constant)
}

pub(super) async fn filter(
    walk: &Walk<'_>,
    filter: &Filter,
    asked: &Asked,
) -> Result<Vec<LogicalPlan>> {
    let read = asked.clone();
    let read = read.with_useful(read_by([&filter.predicate]));
    let touched = walk.touched(&filter.input, &read).await?.into_iter();
    touched
        .map(|rows| passing(rows, &filter.predicate))
        .collect()
}

/// The rows that pass a condition, as far as they can be judged.
pub(super) fn passing(rows: LogicalPlan, condition: &Expr) -> Result<LogicalPlan> {
    let known = split_conjunction(condition).into_iter();
    let known = known.filter(|part| know(&rows, part)).cloned();
    match conjunction(known) {
        Some(condition) => LogicalPlanBuilder::from(rows).filter(condition)?.build(),
        None => Ok(rows),
    }
}

pub(super) async fn alias(
    walk: &Walk<'_>,
    alias: &SubqueryAlias,
    asked: &Asked,
) -> Result<Vec<LogicalPlan>> {
    under_other_names(walk, &alias.input, &alias.schema, asked).await
}

pub(super) async fn union(
    walk: &Walk<'_>,
    union: &Union,
    asked: &Asked,
) -> Result<Vec<LogicalPlan>> {
    let mut touched = vec![];
    for input in &union.inputs {
        touched.extend(under_other_names(walk, input, &union.schema, asked).await?);
    }
    Ok(touched)
}

/// The touched rows of an input whose columns have other names above.
async fn under_other_names(
    walk: &Walk<'_>,
    input: &LogicalPlan,
    above: &DFSchema,
    asked: &Asked,
) -> Result<Vec<LogicalPlan>> {
    let read = asked.map(|columns| {
        let read =
            (0..above.fields().len()).filter(|index| columns.contains(&column(above, *index)));
        read.map(|index| column(input.schema(), index)).collect()
    });
    let touched = walk.touched(input, &read).await?.into_iter();
    touched
        .map(|rows| renamed(rows, input.schema(), above))
        .collect()
}
