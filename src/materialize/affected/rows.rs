//! Touched rows through the nodes that look at one row at a time.

use datafusion::{
    common::{DFSchema, Result},
    logical_expr::{
        Expr, Filter, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, Union,
        utils::{conjunction, split_conjunction},
    },
};

use super::{
    columns::{Columns, column, know, named, read_by, renamed, with},
    walk::Walk,
};

pub(super) fn projection(
    walk: &Walk<'_>,
    projection: &Projection,
    needed: &Columns,
) -> Result<Vec<LogicalPlan>> {
    let outputs = || {
        let outputs = projection.expr.iter().enumerate();
        outputs.map(|(index, expression)| (expression, column(&projection.schema, index)))
    };
    let read = outputs().filter(|(_, output)| needed.contains(output));
    let read = read_by(read.map(|(expression, _)| expression));
    let touched = walk.touched(&projection.input, &read)?.into_iter();
    let touched = touched.map(|rows| {
        let known = outputs().filter(|(expression, _)| know(&rows, expression));
        let known = known.map(|(expression, output)| named(expression, output));
        let known = known.collect();
        with(rows, known)
    });
    touched.collect()
}

pub(super) fn filter(
    walk: &Walk<'_>,
    filter: &Filter,
    needed: &Columns,
) -> Result<Vec<LogicalPlan>> {
    let touched = walk.touched(&filter.input, needed)?.into_iter();
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

pub(super) fn alias(
    walk: &Walk<'_>,
    alias: &SubqueryAlias,
    needed: &Columns,
) -> Result<Vec<LogicalPlan>> {
    under_other_names(walk, &alias.input, &alias.schema, needed)
}

pub(super) fn union(walk: &Walk<'_>, union: &Union, needed: &Columns) -> Result<Vec<LogicalPlan>> {
    let mut touched = vec![];
    for input in &union.inputs {
        touched.extend(under_other_names(walk, input, &union.schema, needed)?);
    }
    Ok(touched)
}

/// The touched rows of an input whose columns have other names above.
fn under_other_names(
    walk: &Walk<'_>,
    input: &LogicalPlan,
    above: &DFSchema,
    needed: &Columns,
) -> Result<Vec<LogicalPlan>> {
    let read = (0..above.fields().len())
        .filter(|index| needed.contains(&column(above, *index)))
        .map(|index| column(input.schema(), index));
    let touched = walk.touched(input, &read.collect())?.into_iter();
    touched
        .map(|rows| renamed(rows, input.schema(), above))
        .collect()
}
